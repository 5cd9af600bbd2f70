"""Accounts and roles in the office face."""

from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.contrib.auth.models import Group
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.actions import people
from foundation.accounts.fields import PhoneField
from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import ROLE_LABELS, Role
from foundation.common import clock, phone
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import short_date
from foundation.common.widgets import DateInput
from foundation.regions.models import Region

# Pages that parts bring along: groups (roles are code), email lists (an account has one), keys of authenticator apps.
for part in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(part):
        admin.site.unregister(part)


class DistrictForm(forms.Form):
    """Who becomes the assistant of which district."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150)
    phone = PhoneField()
    district: Any = forms.ModelChoiceField(label=gettext_lazy("District"), queryset=None)

    def __init__(self, *args: Any, prefixes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = Q(pk__in=[])
        for prefix in prefixes:
            inside |= Q(code__startswith=prefix)
        field: Any = self.fields["district"]
        field.queryset = Region.objects.filter(inside, level=Region.Level.DISTRICT, is_active=True).order_by("code")


class RoleForm(forms.Form):
    """Any role for anybody, by email."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("Email"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, label) for role, label in ROLE_LABELS.items() if role != Role.FACILITATOR],
    )
    region_code = forms.CharField(
        label=gettext_lazy("Region code"),
        max_length=13,
        required=False,
        help_text=gettext_lazy("16.71 for a city, 16 for a province, empty for the whole country."),
    )

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"].strip()
        if code and not Region.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is no region with this code."))
        return code


class EndForm(forms.Form):
    """The last day of a role."""

    end_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DateInput,
        help_text=gettext_lazy("On this day the role still holds. To end it at once, choose yesterday."),
    )


class CoverForm(forms.Form):
    """Who stands in for an assistant on leave, and on which days."""

    stand_in: Any = forms.ModelChoiceField(label=gettext_lazy("Who stands in?"), queryset=None)
    start_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    end_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput)

    def __init__(self, *args: Any, obj: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same_office = Assignment.objects.in_force().filter(
            role=Role.FACILITATOR, region_code__startswith=obj.region_code[:5]
        )
        field: Any = self.fields["stand_in"]
        field.queryset = (
            User.objects.filter(pk__in=same_office.values("user")).exclude(pk=obj.user_id).order_by("full_name", "pk")
        )


def _appoint(request: HttpRequest, _obj: None, data: dict[str, Any]) -> str:
    by: Any = request.user
    people.appoint(
        role=Role.FACILITATOR,
        region_code=data["district"].code,
        phone=data["phone"],
        full_name=data["full_name"],
        start_on=clock.today(),
        by=by,
        now=clock.now(),
    )
    return _("The assistant is appointed and can log in with this number.")


def _give(request: HttpRequest, _obj: None, data: dict[str, Any]) -> str:
    by: Any = request.user
    people.appoint(
        role=Role(data["role"]),
        region_code=data["region_code"],
        email=data["email"],
        full_name=data["full_name"],
        start_on=clock.today(),
        by=by,
        now=clock.now(),
    )
    return _("The role is given. A new account still needs a password: open it under Accounts.")


def _end(request: HttpRequest, assignment: Assignment, data: dict[str, Any]) -> str:
    by: Any = request.user
    people.withdraw(assignment=assignment, end_on=data["end_on"], by=by, now=clock.now())
    return _("The role holds until the end of %(date)s.") % {"date": short_date(data["end_on"])}


def _cover(request: HttpRequest, assignment: Assignment, data: dict[str, Any]) -> str:
    by: Any = request.user
    people.cover(assignment=assignment, **data, by=by, now=clock.now())
    told = _("%(name)s serves the district from %(start)s to %(end)s; owners are shown this assistant on those days.")
    return told % {
        "name": data["stand_in"].full_name,
        "start": short_date(data["start_on"]),
        "end": short_date(data["end_on"]),
    }


def _running(row: Assignment) -> bool:
    return not row.ended(clock.today())


@admin.register(Assignment)
class AssignmentAdmin(OfficeModelAdmin):
    """Who holds which role where."""

    list_display = ("user", "role", "region_name", "start_on", "end_on", "in_place_of")
    list_filter = ("role",)
    list_select_related = ("user", "covers__user")
    search_fields = ("user__full_name", "user__phone", "user__email")
    ordering = ("-start_on", "-pk")
    fields = ("user", "role", "region_name", "start_on", "end_on", "in_place_of")
    readonly_fields = ("region_name", "in_place_of")
    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="pendamping",
            label=gettext_lazy("Appoint an assistant"),
            permission="accounts.appoint_facilitator",
            perform=_appoint,
            form=DistrictForm,
            primary=True,
        ),
        Deed(
            name="peran",
            label=gettext_lazy("Give a role"),
            permission="accounts.give_role",
            perform=_give,
            form=RoleForm,
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="akhiri",
            label=gettext_lazy("End this role"),
            permission="accounts.give_role",
            perform=_end,
            form=EndForm,
            available=_running,
            danger=True,
        ),
        Deed(
            name="akhiri-pendamping",
            label=gettext_lazy("End this assistant's service"),
            permission="accounts.appoint_facilitator",
            perform=_end,
            form=EndForm,
            danger=True,
            available=lambda row: _running(row) and row.role == Role.FACILITATOR,
        ),
        Deed(
            name="cuti",
            label=gettext_lazy("Arrange cover for leave"),
            permission="accounts.appoint_facilitator",
            perform=_cover,
            form=CoverForm,
            takes_object=True,
            text=gettext_lazy(
                "The stand-in sees the owners of the district on these days only. "
                "The assistant on leave keeps her own access."
            ),
            available=lambda row: _running(row) and row.role == Role.FACILITATOR and not row.covers_id,
        ),
    )

    def _run(self, request: HttpRequest, deed: Deed, obj: Any) -> HttpResponseBase:
        """Districts to choose from are those of the viewer's own region."""
        if deed.form is DistrictForm:
            viewer: Any = request.user
            prefixes = viewer.region_prefixes(deed.permission)
            deed = replace(deed, form=partial(DistrictForm, prefixes=prefixes))
        return super()._run(request, deed, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        rows: QuerySet[Assignment] = super().get_queryset(request)
        names = Region.objects.filter(code=OuterRef("region_code")).values("name")[:1]
        return rows.annotate(region_label=Subquery(names))

    @display(description=gettext_lazy("Region"), ordering="region_code")
    def region_name(self, row: Any) -> str:
        return f"{row.region_code} {row.region_label}" if row.region_code else _("the whole country")

    @display(description=gettext_lazy("Stands in for"))
    def in_place_of(self, row: Assignment) -> str:
        return row.covers.user.full_name if row.covers else "-"


class AssignmentInline(ReadonlyInline):
    model = Assignment
    fields = ("role", "region_code", "start_on", "end_on")
    readonly_fields = fields
    ordering = ("-start_on", "-pk")


def _password(request: HttpRequest, user: User, _data: dict[str, Any]) -> str:
    by: Any = request.user
    password = people.new_password(user=user, by=by, now=clock.now())
    told = _("The password is %(password)s - give it to the person now, it is shown only once.")
    return told % {"password": password}


def _reset(request: HttpRequest, user: User, _data: dict[str, Any]) -> str:
    by: Any = request.user
    people.reset_second_step(user=user, by=by, now=clock.now())
    return _("The second step is reset; the next login sets it up again.")


def _close(request: HttpRequest, user: User, _data: dict[str, Any]) -> str:
    by: Any = request.user
    people.close(user=user, by=by, now=clock.now())
    return _("The account is closed.")


@admin.register(User)
class UserAdmin(OfficeModelAdmin):
    """Accounts of the people who work in the region: staff, assistants, partners. Owners are found under Members."""

    list_display = ("full_name", "phone_shown", "email", "is_active", "last_login")
    list_filter = ("is_active", "assignments__role")
    search_fields = ("full_name", "phone", "email")
    ordering = ("full_name", "pk")
    fields = ("full_name", "phone_shown", "email", "language", "is_active", "last_login", "created_at")
    readonly_fields = ("phone_shown", "created_at")
    inlines = (AssignmentInline,)
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="kata-sandi",
            label=gettext_lazy("New password"),
            permission="accounts.change_user",
            perform=_password,
            available=lambda user: bool(user.email and user.is_active),
            text=gettext_lazy("The old password stops working at once."),
        ),
        Deed(
            name="langkah-kedua",
            label=gettext_lazy("Reset the second step"),
            permission="accounts.change_user",
            perform=_reset,
            available=lambda user: user.is_staff,
            text=gettext_lazy("For somebody who lost the phone. Make sure that it is really this person."),
        ),
        Deed(
            name="tutup",
            label=gettext_lazy("Close the account"),
            permission="accounts.change_user",
            perform=_close,
            available=lambda user: user.is_active,
            danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Who holds or held a role in the viewer's region."""
        viewer: Any = request.user
        rows: QuerySet[User] = super().get_queryset(request)
        prefixes = viewer.region_prefixes("accounts.view_user")
        if "" in prefixes:
            return rows
        scope = Q(pk__in=[])
        for prefix in prefixes:
            scope |= Q(pk__in=Assignment.objects.filter(region_code__startswith=prefix).values("user"))
        return rows.filter(scope)

    @display(description=gettext_lazy("Mobile number"), ordering="phone")
    def phone_shown(self, user: User) -> str:
        return phone.shown(user.phone) if user.phone else ""
