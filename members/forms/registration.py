"""The steps of the registration."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.widgets import DateInput, MoneyField
from members.entries import BusinessEntry, LicenceEntry, PersonEntry, Problem, clean_licence, clean_person
from members.enums import LicenceKind, LicenceStatus, Sex
from members.forms.places import KbliForm, VillageForm
from members.identifiers import check_nik

NAME_MISSING: Final = _("Please write the full name as on the ID card.")


def put_back(form: forms.Form, problems: list[Problem], rename: Mapping[str, str] | None = None) -> None:
    """Each blocking problem to its field, or above the form."""
    for problem in problems:
        if problem.blocks:
            name = (rename or {}).get(problem.field, problem.field)
            form.add_error(name if name in form.fields else None, problem.message)


class AskedField(forms.CharField):
    """Shown as needed; whether it is, the form decides from another answer."""

    def validate(self, value: Any) -> None:
        """Nothing: the form's `clean` knows."""


class AskedMoney(MoneyField):
    """Shown as needed; the form's `clean` decides."""

    def validate(self, value: Any) -> None:
        """Nothing: the form's `clean` knows."""


class WhoForm(forms.Form):
    """Name and NIK. Once the NIK is readable, what it says is shown, and the person confirms or corrects it."""

    full_name = forms.CharField(
        label=_("Full name as on the ID card"),
        max_length=150,
        error_messages={"required": NAME_MISSING},
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
    )
    nik = forms.CharField(
        label=_("National identity number (NIK)"),
        max_length=30,
        help_text=_("16 digits on your ID card. It is kept encrypted and shown only with its last four digits."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Please write the NIK: 16 digits on your ID card.")},
    )
    phone = forms.CharField(
        label=_("WhatsApp number of the owner"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("May stay empty if the NIK is given."),
    )
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DateInput())
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=Sex.choices, widget=forms.RadioSelect)
    seen_nik = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, assisted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.assisted = today, assisted
        if assisted:
            self.fields["nik"].required = False
            self.fields["nik"].help_text = _(
                "16 digits. May stay empty if the ID card is not at hand and a number is given."
            )
        else:
            del self.fields["phone"]
        self.number_told = check_nik(str(self._answer("nik") or ""), on=today)
        if not self.number_told.ok:
            del self.fields["birth_date"], self.fields["sex"]
        elif self.number_told.century_unsure:
            choices = [(born.isoformat(), short_date(born)) for born in self.number_told.birth_dates]
            self.fields["birth_date"] = forms.ChoiceField(
                label=_("When were you born?"), choices=choices, widget=forms.RadioSelect, required=False
            )
        if self.number_told.ok and not self.to_confirm:
            self.fields["birth_date"].required = self.fields["sex"].required = True

    def _answer(self, name: str) -> Any:
        return self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)

    @property
    def told_by_nik(self) -> dict[str, Any]:
        """What the number says: initial values of the confirmation."""
        born = self.number_told.birth_date
        return {
            "birth_date": born.isoformat() if born else "",
            "sex": self.number_told.sex,
            "seen_nik": self.number_told.value,
        }

    @property
    def sex_label(self) -> str:
        """The word for the sex that was confirmed."""
        return str(dict(Sex.choices).get(self.cleaned_data.get("sex") or self.number_told.sex, ""))

    @property
    def to_confirm(self) -> bool:
        """The NIK is new and readable: its owner has not seen yet what it says."""
        return self.number_told.ok and self._answer("seen_nik") != self.number_told.value

    @property
    def doubts(self) -> list[Any]:
        """Sentences that do not block."""
        if not self.is_bound or not self.is_valid():
            return list(self.number_told.warnings)
        _entry, problems = clean_person(self.entry(), on=self.today)
        return [problem.message for problem in problems if not problem.blocks]

    def entry(self, **more: Any) -> PersonEntry:
        """The person as far as this step knows."""
        cleaned = self.cleaned_data
        born = cleaned.get("birth_date") or None
        return PersonEntry(
            full_name=cleaned.get("full_name", ""),
            nik=cleaned.get("nik", ""),
            phone=cleaned.get("phone", ""),
            sex=cleaned.get("sex", ""),
            birth_date=date.fromisoformat(born) if isinstance(born, str) else born,
            **{"village": "00.00.00.0000", **more},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            _entry, problems = clean_person(self.entry(), on=self.today)
            put_back(self, problems)
        return cleaned


class WhereForm(VillageForm):
    """Where she lives; the business stands there too until it is changed on its page."""

    address = forms.CharField(
        label=_("Residential address"),
        max_length=200,
        required=False,
        help_text=_("Street, number, neighbourhood (RT/RW)."),
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )


class BusinessForm(KbliForm):
    """The business. Turnover is asked by the month, in plain words; the year is twelve of them."""

    name = forms.CharField(
        label=_("Business name"),
        max_length=150,
        help_text=_("As your buyers know it, for example: Keripik Bu Astuti."),
        error_messages={"required": _("Please write the name of the business.")},
    )
    product = forms.CharField(label=_("Flagship product"), max_length=150, required=False)
    capital = MoneyField(
        label=_("Business capital"),
        required=False,
        min_value=0,
        help_text=_("Tools, stock and cash, without land and buildings. May stay empty if the turnover is given."),
    )
    monthly_sales = AskedMoney(
        label=_("Turnover per month"),
        min_value=0,
        help_text=_("All sales of an ordinary month, before costs. A rough figure is enough."),
    )
    workers = forms.IntegerField(
        label=_("Number of workers"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("You and everybody who helps, also family."),
    )
    started_year = forms.IntegerField(label=_("Year founded"), required=False, min_value=1900)

    field_order: tuple[str, ...] = (
        "name",
        "product",
        "kbli_q",
        "kbli",
        "monthly_sales",
        "capital",
        "workers",
        "started_year",
    )
    needs_figures = True

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["started_year"]
        year.validators.append(_not_after(today.year))
        year.widget.attrs["max"] = today.year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        missing = cleaned.get("capital") is None and cleaned.get("monthly_sales") is None
        if self.needs_figures and missing and not {"capital", "monthly_sales"} & set(self.errors):
            self.add_error(
                "monthly_sales",
                _("Please write the turnover per month or the capital, so that the scale can be derived."),
            )
        return cleaned


MONTHS: Final = 12


def yearly(monthly: int | None) -> int | None:
    """Twelve ordinary months."""
    return None if monthly is None else monthly * MONTHS


def business_entry(cleaned: dict[str, Any], **more: Any) -> BusinessEntry:
    """What the business form says."""
    return BusinessEntry(
        name=cleaned["name"],
        product=cleaned.get("product", ""),
        capital=cleaned.get("capital"),
        annual_sales=yearly(cleaned.get("monthly_sales")),
        workers=cleaned.get("workers"),
        started_year=cleaned.get("started_year"),
        kbli_id=int(cleaned["kbli"]) if cleaned.get("kbli") else None,
        **more,
    )


def _not_after(year: int) -> Any:
    def check(value: int) -> None:
        if value > year:
            raise forms.ValidationError(_("The year founded lies between 1900 and this year."))

    return check


# What an owner is asked in the registration; the other kinds stand on her profile.
ASKED: Final = (LicenceKind.NIB, LicenceKind.PIRT, LicenceKind.HALAL, LicenceKind.BRAND)
ANSWERS: Final = (
    (LicenceStatus.NONE, LicenceStatus.NONE.label),
    (LicenceStatus.WANTED, LicenceStatus.WANTED.label),
    (LicenceStatus.IN_PROCESS, LicenceStatus.IN_PROCESS.label),
    (LicenceStatus.HELD, _("I have it")),
    (LicenceStatus.NOT_REQUIRED, LicenceStatus.NOT_REQUIRED.label),
)
HELP: Final = {
    LicenceKind.NIB: _("13 digits, from OSS. The gate to most help of the office."),
    LicenceKind.PIRT: _("For food that keeps longer than 7 days."),
    LicenceKind.HALAL: _("Number: ID and 17 digits."),
    LicenceKind.BRAND: _("Number: IDM and 9 digits."),
}
WITHOUT_END: Final = frozenset({LicenceKind.NIB, LicenceKind.HALAL, LicenceKind.NPWP})


class LicencesForm(forms.Form):
    """For each kind: where it stands; number and date where it is held."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for kind in ASKED:
            self.fields[kind] = forms.ChoiceField(
                label=kind.label, choices=ANSWERS, initial=LicenceStatus.NONE, help_text=HELP[kind]
            )
            self.fields[f"{kind}_number"] = AskedField(label=_("Number"), max_length=40)
            if kind not in WITHOUT_END:
                self.fields[f"{kind}_valid_to"] = forms.DateField(
                    label=_("Valid until"), required=False, widget=DateInput()
                )

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each kind, for the template."""
        return [
            {
                "status": self[kind],
                "number": self[f"{kind}_number"],
                "valid_to": self[f"{kind}_valid_to"] if f"{kind}_valid_to" in self.fields else None,
            }
            for kind in ASKED
        ]

    def entries(self) -> list[LicenceEntry]:
        """One per kind; the number counts only where a paper exists or is under way."""
        found = []
        for kind in ASKED:
            status = self.cleaned_data.get(kind) or LicenceStatus.NONE
            paper = status in {LicenceStatus.HELD, LicenceStatus.IN_PROCESS}
            found.append(
                LicenceEntry(
                    kind=kind,
                    status=status,
                    number=self.cleaned_data.get(f"{kind}_number", "") if paper else "",
                    valid_to=self.cleaned_data.get(f"{kind}_valid_to") if paper else None,
                )
            )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            for entry in self.entries():
                _entry, problems = clean_licence(entry, on=self.today)
                put_back(
                    self,
                    problems,
                    {"number": f"{entry.kind}_number", "valid_to": f"{entry.kind}_valid_to", "status": entry.kind},
                )
        return cleaned


class ConsentForm(forms.Form):
    """The last step: agreement in words that are kept by version."""

    consent = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Please agree to the registration first. Without it nothing is stored.")},
    )
    whatsapp = forms.BooleanField(label=_("I agree"), required=False)

    def __init__(self, *args: Any, words: Any, whatsapp_words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = words
        self.fields["whatsapp"].label = whatsapp_words
