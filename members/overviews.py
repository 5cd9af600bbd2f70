"""What a page shows of a person: her businesses with every licence and its state, her assistants. Fixed queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import Assignment
from foundation.audit.models import Event
from foundation.common.dates import short_date
from members import checklists
from members.enums import BusinessStatus, LicenceState
from members.models import Business, IdentityNumber, Person, Relocation, Stage, StagePeriod

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


def licence_row(row: checklists.Row) -> LicenceRow:
    """A line of the checklist as a page shows it."""
    details = []
    if row.licence and row.licence.number:
        details.append(row.licence.number)
    if row.licence and row.licence.valid_to:
        details.append(_("valid until %(date)s") % {"date": short_date(row.licence.valid_to)})
    if row.need and not details and row.state in checklists.MISSING:
        details.append(str(row.need.label))
    return LicenceRow(row.kind, row.title, LOOK.get(row.state, ""), str(row.state.label), details)


def card(business: Business, law: checklists.Law) -> BusinessCard:
    """Needs licences and licence_cases prefetched."""
    rows = [licence_row(row) for row in checklists.rows(business, law)]
    return BusinessCard(business, rows, STATUS_LOOK.get(BusinessStatus(business.status), ""))


def with_everything(people: QuerySet[Person]) -> QuerySet[Person]:
    """People with what their page shows, in four queries."""
    businesses = Business.objects.select_related("kbli", "village__parent").order_by("name", "pk")
    found: Any = people.select_related("user", "village__parent__parent")
    now_in = StagePeriod.objects.filter(end_at__isnull=True).order_by("pk")
    return found.prefetch_related(  # type: ignore[no-any-return]
        Prefetch("numbers", queryset=IdentityNumber.objects.order_by("kind")),
        Prefetch("stages", queryset=now_in, to_attr="now_in"),
        Prefetch("businesses", queryset=businesses.prefetch_related("licences", "licence_cases")),
    )


def cards(person: Person, *, on: date) -> list[BusinessCard]:
    """Two queries more, for the law of the day."""
    law = checklists.law(on)
    return [card(business, law) for business in person.businesses.all()]


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


@dataclass(frozen=True)
class Standing:
    """The stage of a member in words."""

    label: str
    reason: str
    look: str


_STAGE_LOOK: Final = {Stage.CAPACITY: "info", Stage.ENRICHMENT: "good"}


def standing(person: Any) -> Standing:
    """Needs `with_everything`. Who never moved is at the first stage."""
    row = next(iter(person.now_in), None)
    stage = Stage(row.stage) if row else Stage.AWARENESS
    return Standing(str(stage.label), row.reason if row else "", _STAGE_LOOK.get(stage, ""))


def past(person: Person) -> list[str]:
    """Moves of the person and of her businesses, newest first, ten at most. One query."""
    rows = Relocation.objects.filter(Q(person=person) | Q(business__owner=person))
    rows = rows.select_related("from_village__parent", "to_village__parent", "business").order_by("-moved_at", "-pk")
    return [
        _("%(date)s: %(who)s moved from %(before)s to %(after)s")
        % {
            "date": short_date(row.moved_at),
            "who": row.business.name if row.business else person.full_name,
            "before": row.from_village.label,
            "after": row.to_village.label,
        }
        for row in rows[:10]
    ]
