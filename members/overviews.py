"""What a page shows of a person: her businesses with every licence and its state, her assistants. Fixed queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import Assignment
from foundation.audit.models import Event
from foundation.common.dates import short_date
from members.enums import BusinessStatus, LicenceKind, LicenceState
from members.models import Business, Licence, Person

LOOK: Final = {
    LicenceState.HELD: "good",
    LicenceState.EXPIRING: "wait",
    LicenceState.EXPIRED: "bad",
    LicenceState.WANTED: "wait",
    LicenceState.IN_PROCESS: "info",
    LicenceState.REJECTED: "bad",
    LicenceState.REVOKED: "bad",
}
STATUS_LOOK: Final = {BusinessStatus.ACTIVE: "good", BusinessStatus.DORMANT: "wait", BusinessStatus.UNREACHABLE: "wait"}
# Every owner sees these lines; the others show when something is recorded.
ALWAYS: Final = (LicenceKind.NIB, LicenceKind.PIRT, LicenceKind.HALAL, LicenceKind.BRAND)


@dataclass(frozen=True)
class LicenceRow:
    """One line of the checklist."""

    kind: str
    title: str
    state: str
    status: str
    details: list[str]


@dataclass(frozen=True)
class BusinessCard:
    """A business with its checklist."""

    business: Business
    licences: list[LicenceRow]
    status_look: str

    @property
    def scale_line(self) -> str:
        """`Usaha mikro, menurut hasil penjualan tahunan`."""
        return f"{self.business.get_scale_display()}, {self.business.get_scale_basis_display()}"


def licence_row(kind: str, licence: Licence | None, *, on: date) -> LicenceRow:
    """How the licence of a kind stands on a day; no row means: does not have it yet."""
    state = licence.state_on(on) if licence else LicenceState.NONE
    details = []
    if licence and licence.number:
        details.append(licence.number)
    if licence and licence.valid_to:
        details.append(_("valid until %(date)s") % {"date": short_date(licence.valid_to)})
    return LicenceRow(kind, str(LicenceKind(kind).label), LOOK.get(state, ""), str(state.label), details)


def card(business: Business, *, on: date) -> BusinessCard:
    """Needs the licences prefetched."""
    found = {licence.kind: licence for licence in business.licences.all()}
    kinds = [kind for kind in LicenceKind if kind in ALWAYS or kind in found]
    rows = [licence_row(kind, found.get(kind), on=on) for kind in kinds]
    return BusinessCard(business, rows, STATUS_LOOK.get(BusinessStatus(business.status), ""))


def with_everything(people: QuerySet[Person]) -> QuerySet[Person]:
    """People with what their page shows, in three queries."""
    businesses = Business.objects.select_related("kbli", "village__parent").order_by("name", "pk")
    return people.select_related("user", "village__parent__parent").prefetch_related(
        Prefetch("businesses", queryset=businesses.prefetch_related("licences"))
    )


def cards(person: Person, *, on: date) -> list[BusinessCard]:
    return [card(business, on=on) for business in person.businesses.all()]


@dataclass(frozen=True)
class Helper:
    """The assistant of a district, with a way to reach her."""

    name: str
    role: str
    phone: str
    message: str
    note: str = ""


def _stands_in(found: Assignment) -> str:
    """`Stands in for Rina until 30 Nov 2026.`"""
    if found.covers is None or found.end_on is None:
        return ""
    return _("Stands in for %(name)s until %(date)s.") % {
        "name": found.covers.user.full_name,
        "date": short_date(found.end_on),
    }


def assistants(person: Person) -> list[Helper]:
    """Who helps in her district. One query."""
    district: Any = person.village.parent
    role = _("MSME assistant, %(district)s") % {"district": district.label if district else ""}
    message = _("Hello, I am %(name)s, %(village)s.") % {"name": person.full_name, "village": person.village.label}
    return [
        Helper(found.user.full_name, role, found.user.phone or "", message, _stands_in(found))
        for found in Assignment.objects.facilitators_of(person.village_id)
    ]


MOST_LOOKS: Final = 10


def looks_at_nik(person: Person) -> list[Event]:
    """Who had the whole identity number shown, newest first, ten at most (UU 27/2022 art. 32)."""
    seen = Event.objects.about("members.person", person.pk).filter(verb="person.nik_shown")
    return list(seen.select_related("actor")[:MOST_LOOKS])
