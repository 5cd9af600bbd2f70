"""Changing what is recorded of a person, a business, a licence."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.phone import shown
from foundation.common.widgets import DateInput
from members.entries import BusinessEntry, LicenceEntry, PersonEntry, clean_licence, clean_person
from members.enums import LicenceKind, LicenceStatus
from members.forms.places import VillageForm
from members.forms.registration import MONTHS, AskedField, BusinessForm, business_entry, put_back
from members.models import Business, Licence, Person


class PersonForm(VillageForm):
    """Name, ways to reach her, address. The NIK is added where it is missing and never changed here."""

    full_name = forms.CharField(label=_("Full name as on the ID card"), max_length=150)
    nik = forms.CharField(label=_("National identity number (NIK)"), max_length=30, required=False)
    phone = forms.CharField(
        label=_("WhatsApp number"),
        max_length=20,
        required=False,
        help_text=_("For messages of the office. The number for logging in is changed under Account."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(label=_("Email"), required=False)
    address = forms.CharField(label=_("Residential address"), max_length=200, required=False)
    kk = forms.CharField(label=_("Family card number (KK)"), max_length=30, required=False)
    npwp = forms.CharField(label=_("Tax number (NPWP)"), max_length=30, required=False)

    field_order = ("full_name", "nik", "phone", "email", "village_q", "village", "address", "kk", "npwp")

    def __init__(self, *args: Any, person: Person, today: date, **kwargs: Any) -> None:
        start = {
            "full_name": person.full_name,
            "phone": shown(person.phone),
            "email": person.email,
            "address": person.address,
            "village_q": person.village.name,
            "village": person.village_id,
        }
        kwargs["initial"] = {**start, **(kwargs.get("initial") or {})}
        super().__init__(*args, near=person.office_code, **kwargs)
        self.person, self.today = person, today
        if person.nik_hash:
            del self.fields["nik"]
        known = {row.kind: row for row in person.numbers.all()}
        for name in ("kk", "npwp"):
            field, row = self.fields[name], known.get(name.upper())
            field.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})
            field.help_text = (
                _("Recorded: %(number)s. Leave empty to keep it.") % {"number": row.masked}
                if row
                else _("May stay empty. It is kept encrypted and shown only with its last four digits.")
            )

    def entry(self) -> PersonEntry:
        cleaned, person = self.cleaned_data, self.person
        return PersonEntry(
            full_name=cleaned["full_name"],
            village=cleaned["village"],
            nik=cleaned.get("nik", "") or person.nik,
            phone=cleaned.get("phone", ""),
            email=cleaned.get("email", ""),
            address=cleaned.get("address", ""),
            sex=person.sex,
            birth_date=person.birth_date,
            kk=cleaned.get("kk", ""),
            npwp=cleaned.get("npwp", ""),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            put_back(self, clean_person(self.entry(), on=self.today)[1])
        return cleaned


class BusinessEditForm(VillageForm, BusinessForm):
    """All of a business, with the place it stands in."""

    address = forms.CharField(label=_("Business address"), max_length=200, required=False)

    field_order = (
        "name",
        "product",
        "kbli_q",
        "kbli",
        "monthly_sales",
        "capital",
        "workers",
        "started_year",
        "village_q",
        "village",
        "address",
    )

    def __init__(self, *args: Any, business: Business | None, owner: Person, today: date, **kwargs: Any) -> None:
        village = business.village if business else owner.village
        start: dict[str, Any] = {"village_q": village.name, "village": village.code}
        if business:
            sales = business.annual_sales
            start |= {
                "name": business.name,
                "product": business.product,
                "capital": business.capital,
                "monthly_sales": None if sales is None else sales // MONTHS,
                "workers": business.workers,
                "started_year": business.started_year,
                "address": business.address,
                "kbli_q": business.kbli.code if business.kbli else "",
                "kbli": str(business.kbli_id or ""),
            }
        kwargs["initial"] = {**start, **(kwargs.get("initial") or {})}
        super().__init__(*args, near=owner.office_code, today=today, **kwargs)
        self.business = business
        # A business that was classified by its source may stay without figures.
        self.needs_figures = business is None or business.capital is not None or business.annual_sales is not None

    def entry(self) -> BusinessEntry:
        """Sales whose month was not touched stay to the rupiah: a year need not divide by twelve."""
        cleaned, before = self.cleaned_data, self.business
        made = business_entry(cleaned, village=cleaned["village"], address=cleaned.get("address", ""))
        if before and before.annual_sales is not None and cleaned.get("monthly_sales") == before.annual_sales // MONTHS:
            made = replace(made, annual_sales=before.annual_sales)
        return made


class LicenceForm(forms.Form):
    """Where one licence stands."""

    status = forms.ChoiceField(label=_("How does it stand?"), widget=forms.RadioSelect)
    number = AskedField(label=_("Number"), max_length=40, help_text=_("As written on the paper."))
    issued_on = forms.DateField(label=_("Issue date"), required=False, widget=DateInput())
    valid_to = forms.DateField(
        label=_("Valid until"), required=False, widget=DateInput(), help_text=_("Empty if it has no end.")
    )

    def __init__(
        self, *args: Any, kind: LicenceKind, licence: Licence | None, by_owner: bool, today: date, **kwargs: Any
    ) -> None:
        if licence:
            kwargs["initial"] = {name: getattr(licence, name) for name in ("status", "number", "issued_on", "valid_to")}
        super().__init__(*args, **kwargs)
        self.named, self.today = kind, today
        decided = {LicenceStatus.REJECTED, LicenceStatus.REVOKED}
        hidden = decided - {licence.status if licence else ""} if by_owner else set()
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in LicenceStatus.choices if value not in hidden
        ]

    def entry(self) -> LicenceEntry:
        cleaned = self.cleaned_data
        return LicenceEntry(
            kind=self.named,
            status=cleaned["status"],
            number=cleaned.get("number", ""),
            issued_on=cleaned.get("issued_on"),
            valid_to=cleaned.get("valid_to"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            put_back(self, clean_licence(self.entry(), on=self.today)[1])
        return cleaned
