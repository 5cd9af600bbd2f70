"""The registration as a thing: its steps, what was answered, and the entries that come out of it. No HTTP."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from members.entries import BusinessEntry, LicenceEntry, PersonEntry, clean_licence, clean_person
from members.forms.registration import BusinessForm, LicencesForm, WhereForm, WhoForm, business_entry

# slug in the address -> short name in the band of steps, title of the page
STEPS: Final = {
    "diri": (_("You"), _("Who are you?")),
    "tempat": (_("Place"), _("Where do you live?")),
    "usaha": (_("Business"), _("Your business")),
    "izin": (_("Licences"), _("Which licences do you have?")),
    "periksa": (_("Check"), _("Check and send")),
}
TITLES_ASSISTED: Final = {
    "diri": _("Who is the owner?"),
    "tempat": _("Where does the owner live?"),
    "usaha": _("The business"),
    "izin": _("Which licences are there?"),
    "periksa": _("Check and send"),
}
NAMES: Final = tuple(STEPS)


@dataclass
class Registration:
    """Answers by step. `inside` are the region codes in which this may happen, `near` the one to offer first."""

    content: dict[str, Any]
    today: date
    assisted: bool
    inside: list[str]
    near: str = ""

    def answers(self, step: str) -> dict[str, Any]:
        found: dict[str, Any] = self.content.get(step, {})
        return found

    @property
    def done(self) -> set[str]:
        return set(self.content.get("done", []))

    @property
    def open_step(self) -> str:
        """The first step that is not right yet."""
        return next((name for name in NAMES if name not in self.done), NAMES[-1])

    def reachable(self, step: str) -> bool:
        return NAMES.index(step) <= NAMES.index(self.open_step)

    def form(self, step: str, data: Any = None, initial: dict[str, Any] | None = None) -> forms.Form:
        """The form of a step: bound to `data`, else showing what was answered before."""
        start = {**self.answers(step), **(initial or {})}
        if step == "diri":
            return WhoForm(data, initial=start, today=self.today, assisted=self.assisted)
        if step == "tempat":
            return WhereForm(data, initial=start, inside=self.inside, near=self.near)
        if step == "usaha":
            return BusinessForm(data, initial=start, today=self.today)
        return LicencesForm(data, initial=start, today=self.today)

    def checked(self) -> dict[str, Any]:
        """The forms of all steps bound to the kept answers; each is valid or `first_wrong` names it."""
        return {name: self.form(name, data=self.answers(name)) for name in NAMES[:-1]}


def first_wrong(checked: dict[str, forms.Form]) -> str | None:
    """The first step whose kept answers are not right (any more)."""
    return next((name for name, form in checked.items() if not form.is_valid()), None)


def entries(checked: dict[str, Any], *, on: date) -> tuple[PersonEntry, BusinessEntry, list[LicenceEntry]]:
    """What the checked forms say, ready for `people.register`."""
    where = checked["tempat"].cleaned_data
    person: PersonEntry = checked["diri"].entry(village=where["village"], address=where.get("address", ""))
    business = business_entry(checked["usaha"].cleaned_data, village=where["village"])
    licences = [clean_licence(entry, on=on)[0] for entry in checked["izin"].entries() if entry.status != "NONE"]
    return clean_person(person, on=on)[0], business, licences
