"""The office itself in the office face: what is printed on its papers, and how they are numbered."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.actions import offices
from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.regions.models import Office

CODE = RegexValidator(r"^[\w.-]+$", gettext_lazy("Letters, digits, dots and dashes only."))
SIGN = RegexValidator(r"^[\w .-]+$", gettext_lazy("Letters, digits, dots and dashes only."))


class OfficeForm(forms.Form):
    """What the office says of itself."""

    name = forms.CharField(label=gettext_lazy("Name of the office"), max_length=150)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30, required=False)
    email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    head_name = forms.CharField(
        label=gettext_lazy("Head of the office"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Signs letters of recommendation and certificates. With degrees, as on letters."),
    )
    head_title = forms.CharField(
        label=gettext_lazy("Rank and number (NIP)"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Printed under the name."),
    )
    office_sign = forms.CharField(
        label=gettext_lazy("Sign of the office in numbers of letters"),
        max_length=30,
        required=False,
        validators=[SIGN],
        help_text=gettext_lazy("Empty: Diskop-UKM."),
    )
    letter_filing_code = forms.CharField(
        label=gettext_lazy("Filing code of letters of recommendation"),
        max_length=20,
        required=False,
        validators=[CODE],
        help_text=gettext_lazy("By the archive classification of the region. Empty: 500.3."),
    )
    certificate_filing_code = forms.CharField(
        label=gettext_lazy("Filing code of certificates"),
        max_length=20,
        required=False,
        validators=[CODE],
        help_text=gettext_lazy("Empty: 500.3.10."),
    )


def _change(request: HttpRequest, office: Office, cleaned: dict[str, Any]) -> str:
    by: Any = request.user
    offices.change(office=office, entry=offices.OfficeEntry(**cleaned), by=by, now=clock.now())
    return _("The data of the office are changed. Papers that are out stay as they are.")


@admin.register(Office)
class OfficeAdmin(OfficeModelAdmin):
    """An office tells its own names, its head and the numbering of its papers."""

    list_display = ("name", "region", "head_name", "phone", "email")
    list_select_related = ("region",)
    ordering = ("region_id", "pk")
    fields = (
        "name",
        "short_name",
        "region",
        "zone",
        "address",
        "phone",
        "email",
        "head_name",
        "head_title",
        "office_sign",
        "letter_filing_code",
        "certificate_filing_code",
    )
    readonly_fields = offices.NUMBERING
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change the data of the office"),
            "regions.change_office",
            _change,
            form=OfficeForm,
            initial=lambda office: asdict(offices.entry_of(office)),
            primary=True,
            text=gettext_lazy("New letters and certificates are printed so. Those that are out stay as they are."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The offices that this person works for."""
        user: Any = request.user
        prefixes = user.region_prefixes("regions.view_office")
        rows: QuerySet[Any] = super().get_queryset(request)
        if user.is_superuser or "" in prefixes:
            return rows
        scope = Q(pk__in=[])
        for prefix in prefixes:
            scope |= Q(region__code__startswith=prefix)
        return rows.filter(scope)

    @admin.display(description=gettext_lazy("Sign of the office in numbers of letters"))
    def office_sign(self, office: Office) -> str:
        return str(office.preferences.get("office_sign", "")) or "-"

    @admin.display(description=gettext_lazy("Filing code of letters of recommendation"))
    def letter_filing_code(self, office: Office) -> str:
        return str(office.preferences.get("letter_filing_code", "")) or "-"

    @admin.display(description=gettext_lazy("Filing code of certificates"))
    def certificate_filing_code(self, office: Office) -> str:
        return str(office.preferences.get("certificate_filing_code", "")) or "-"
