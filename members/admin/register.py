"""Doubts, claims of records, rules of the stages, and what the pages of a person and a business tell of their past."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.common.phone import shown
from foundation.common.widgets import DateInput
from members import searching
from members.actions import claims, doubts, moves, ownership, stages
from members.forms.places import VillageForm
from members.models import (
    Business,
    ClaimRequest,
    ClaimState,
    Doubt,
    DoubtState,
    Ownership,
    Person,
    Relocation,
    Stage,
    StagePeriod,
)


def _user(request: HttpRequest) -> Any:
    return request.user


class WaitingFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = gettext_lazy("Status")
    parameter_name = "state"
    states: Any = None
    first = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.states.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value() or self.first)


class DoubtStateFilter(WaitingFilter):
    states, first = DoubtState, DoubtState.OPEN


class ClaimStateFilter(WaitingFilter):
    states, first = ClaimState, ClaimState.WAITING


# Doubts


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("What did you compare?"), max_length=200)


def _check(request: HttpRequest, doubt: Doubt, cleaned: dict[str, Any]) -> str:
    doubts.check(doubt=doubt, note=cleaned["note"], by=_user(request), now=clock.now())
    return _("Noted: what stands there is right.")


@admin.register(Doubt)
class DoubtAdmin(OfficeModelAdmin):
    """What may be wrong: put right on the page of the person or business, or checked here."""

    list_display = ("who", "shop", "what", "found_at")
    list_filter = (DoubtStateFilter,)
    list_select_related = ("person", "business")
    ordering = ("found_at", "id")
    fields = ("who_link", "shop", "what", "found_at", "state", "decided_by", "note")
    readonly_fields = ("who_link", "shop", "what")
    deeds = (
        Deed(
            "periksa",
            gettext_lazy("Checked: it is right"),
            "members.change_person",
            _check,
            form=NoteForm,
            primary=True,
            available=lambda doubt: doubt.state == DoubtState.OPEN,
        ),
    )

    @admin.display(description=gettext_lazy("Owner"))
    def who(self, doubt: Doubt) -> str:
        return doubt.person.full_name

    @admin.display(description=gettext_lazy("Owner"))
    def who_link(self, doubt: Doubt) -> str:
        address = reverse("admin:members_person_change", args=[doubt.person.uid])
        return format_html('<a href="{}">{}</a>', address, doubt.person.full_name)

    @admin.display(description=gettext_lazy("Business"))
    def shop(self, doubt: Doubt) -> str:
        return doubt.business.name if doubt.business else "-"

    @admin.display(description=gettext_lazy("What may be wrong"))
    def what(self, doubt: Doubt) -> str:
        return _(doubt.message)


# Claims


class AnswerForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note for the file"), max_length=200)


def _accept(request: HttpRequest, claim: ClaimRequest, cleaned: dict[str, Any]) -> str:
    claims.accept(claim=claim, by=_user(request), note=cleaned["note"], now=clock.now())
    return _("The record is linked to the new number; the person is told.")


def _refuse(request: HttpRequest, claim: ClaimRequest, cleaned: dict[str, Any]) -> str:
    claims.refuse(claim=claim, by=_user(request), note=cleaned["note"], now=clock.now())
    return _("Refused; the person is told.")


def _waits(claim: ClaimRequest) -> bool:
    return claim.state == ClaimState.WAITING


@admin.register(ClaimRequest)
class ClaimRequestAdmin(OfficeModelAdmin):
    """Somebody says that a record is hers; the number it has is not the number she writes from."""

    list_display = ("record", "asker", "reason", "asked_at")
    list_filter = (ClaimStateFilter,)
    list_select_related = ("person", "user")
    ordering = ("asked_at", "id")
    fields = ("record_link", "recorded_phone", "asker", "reason", "asked_at", "state", "decided_by", "note")
    readonly_fields = ("record_link", "recorded_phone", "asker")
    deeds = (
        Deed(
            "terima",
            gettext_lazy("It is hers: link the record"),
            "members.decide_claim",
            _accept,
            form=AnswerForm,
            primary=True,
            available=_waits,
            text=gettext_lazy(
                "See the ID card first. An account that the record had before is closed, and the new number takes its place."
            ),
        ),
        Deed(
            "tolak",
            gettext_lazy("It is not hers: refuse"),
            "members.decide_claim",
            _refuse,
            form=AnswerForm,
            available=_waits,
            danger=True,
        ),
    )

    @admin.display(description=gettext_lazy("Record"))
    def record(self, claim: ClaimRequest) -> str:
        return claim.person.full_name

    @admin.display(description=gettext_lazy("Record"))
    def record_link(self, claim: ClaimRequest) -> str:
        address = reverse("admin:members_person_change", args=[claim.person.uid])
        return format_html('<a href="{}">{}</a>', address, claim.person.full_name)

    @admin.display(description=gettext_lazy("Recorded number"))
    def recorded_phone(self, claim: ClaimRequest) -> str:
        return shown(claim.person.phone) or "-"

    @admin.display(description=gettext_lazy("Asked from"))
    def asker(self, claim: ClaimRequest) -> str:
        return shown(claim.user.phone or "") or str(claim.user)


# Deeds on the pages of a person and a business


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, widget=forms.RadioSelect)
    held_until = forms.DateField(
        label=gettext_lazy("Holds until"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("After this day the rules decide again. Empty: until somebody sets it anew."),
    )
    note = forms.CharField(label=gettext_lazy("Why?"), max_length=300)


def set_stage(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> str:
    """A deed of a person's page."""
    stages.override(
        person=person,
        stage=Stage(cleaned["stage"]),
        note=cleaned["note"],
        held_until=cleaned["held_until"],
        by=_user(request),
        now=clock.now(),
    )
    return _("The stage is set.")


def release_stage(request: HttpRequest, person: Person, _cleaned: dict[str, Any]) -> str:
    """A deed of a person's page: the rules decide again, at once."""
    stages.release(person=person, by=_user(request), now=clock.now())
    return _("The rules decide again.")


def _is_set_by_hand(person: Person) -> bool:
    return person.stages.filter(end_at__isnull=True, by_hand=True).exists()


class RelocateForm(VillageForm):
    """Any village of the country: from there on others see the record."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, near=obj.office_code, **kwargs)
        for attr in ("hx-get", "hx-trigger", "hx-target"):
            self.fields["village_q"].widget.attrs.pop(attr, None)


def relocate(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> Any:
    """A deed of a person's or a business's page. Where the mover no longer sees it, the list is shown."""
    user = _user(request)
    moved = moves.relocate(of=obj, village=cleaned["village"], reason=cleaned["reason"], by=user, now=clock.now())
    told = _("Moved. The assistant and office there see it from now on.")
    if type(moved).objects.visible_to(user).filter(pk=moved.pk).exists():
        return told
    from django.contrib import messages  # noqa: PLC0415
    from django.http import HttpResponseRedirect  # noqa: PLC0415

    messages.success(request, told)
    return HttpResponseRedirect(reverse(f"admin:members_{moved._meta.model_name}_changelist"))


class HandOverForm(forms.Form):
    """Who has the business now; what becomes of its papers and loans stands above."""

    new_owner = forms.CharField(
        label=gettext_lazy("Phone or NIK of the new owner"),
        max_length=30,
        help_text=gettext_lazy("The new owner has to be registered first."),
    )
    on = forms.DateField(label=gettext_lazy("Since when?"), widget=DateInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    understood = forms.BooleanField(label=gettext_lazy("I have told both of them."))

    def __init__(self, *args: Any, obj: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = ownership.consequences(obj)
        if told:
            self.fields["understood"].help_text = " ".join(told)


class NobodyFound(ActionError):
    message = gettext_lazy("Nobody, or more than one person, is registered with this number in your region.")
    field = "new_owner"


def hand_over(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> str:
    """A deed of a business's page."""
    seen = Person.objects.visible_to(request.user, "members.change_business")
    found = list(searching.people_matching(seen, cleaned["new_owner"])[:2])
    if len(found) != 1:
        raise NobodyFound
    ownership.hand_over(
        business=business,
        new_owner=found[0],
        on=cleaned["on"],
        reason=cleaned["reason"],
        by=_user(request),
        now=clock.now(),
    )
    return _("The business belongs to %(name)s since %(date)s.") % {
        "name": found[0].full_name,
        "date": short_date(cleaned["on"]),
    }


# Inlines


class StagePeriodInline(ReadonlyInline):
    model = StagePeriod
    verbose_name_plural = gettext_lazy("Stage through time")
    fields = ("stage", "start_at", "end_at", "reason", "by_hand", "held_until")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-start_at", "-pk")


class OwnershipInline(ReadonlyInline):
    model = Ownership
    verbose_name_plural = gettext_lazy("Owners through time")
    fields = ("person", "start_on", "end_on", "reason")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("person").order_by("-start_on", "-pk")


class RelocationInline(ReadonlyInline):
    model = Relocation
    verbose_name_plural = gettext_lazy("Moves")
    fields = ("place_before", "place_after", "moved_at", "reason")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Moved from"))
    def place_before(self, move: Relocation) -> str:
        return move.from_village.name

    @admin.display(description=gettext_lazy("Moved to"))
    def place_after(self, move: Relocation) -> str:
        return move.to_village.name

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("from_village", "to_village")
        return rows.order_by("-moved_at", "-pk")


PERSON_DEEDS = (
    Deed("tahap", gettext_lazy("Set the stage"), "members.change_person", set_stage, form=StageForm),
    Deed(
        "aturan",
        gettext_lazy("End the override of the stage"),
        "members.change_person",
        release_stage,
        available=_is_set_by_hand,
        text=gettext_lazy("What was set by hand ends now; from here on the rules of the stages decide."),
    ),
    Deed(
        "pindah",
        gettext_lazy("Move to another region"),
        "members.change_person",
        relocate,
        form=RelocateForm,
        takes_object=True,
        text=gettext_lazy(
            "The businesses stay where they are; move each on its own page. Loans stay with their office."
        ),
    ),
)
REGISTER_BUSINESS_DEEDS = (
    Deed(
        "alih",
        gettext_lazy("The business has a new owner"),
        "members.change_business",
        hand_over,
        form=HandOverForm,
        takes_object=True,
    ),
    Deed(
        "pindah",
        gettext_lazy("Move to another region"),
        "members.change_business",
        relocate,
        form=RelocateForm,
        takes_object=True,
        text=gettext_lazy("The owner stays where she lives. Loans stay with their office."),
    ),
)
PERSON_INLINES = (StagePeriodInline, RelocationInline)
BUSINESS_INLINES = (OwnershipInline, RelocationInline)
