"""What a business needs, what it holds, and which licence is the next most useful: a pure answer from rows of law."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from members.enums import CaseStatus, LicenceKind, LicenceState, Need
from members.models import Business, Licence, LicenceCase, LicenceRule, LicenceTerm

LAST_RANK: Final = 99
# Where somebody can still do something; a licence not required asks for nothing.
MISSING: Final = frozenset(
    {LicenceState.NONE, LicenceState.WANTED, LicenceState.REJECTED, LicenceState.REVOKED, LicenceState.EXPIRED}
)


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    kbli: str
    product: str
    scale: str

    @classmethod
    def of(cls, business: Business) -> "Facts":
        return cls(business.kbli.code if business.kbli else "", business.product.lower(), business.scale)


@dataclass(frozen=True)
class Law:
    """The rules and terms in force on a day."""

    on: date
    rules: tuple[LicenceRule, ...]
    terms: Mapping[str, LicenceTerm]

    def soon(self, kind: str) -> int:
        """How many days before its end a licence of this kind counts as expiring; -1 = its end is not announced."""
        term = self.terms.get(kind)
        return max(term.warn_days, default=-1) if term else -1

    def rank(self, kind: str) -> int:
        term = self.terms.get(kind)
        return term.rank if term else LAST_RANK

    def needs(self, kind: str) -> str:
        term = self.terms.get(kind)
        return term.needs if term else ""


def law(on: date) -> Law:
    """What holds on that day. Two queries."""
    rules = LicenceRule.objects.in_force(on).order_by("kind", "pk")
    terms = {term.kind: term for term in LicenceTerm.objects.in_force(on).order_by("kind", "pk")}
    return Law(on, tuple(rules), terms)


def matches(rule: LicenceRule, facts: Facts) -> bool:
    """Whether the rule speaks of such a business; every condition that it names must hold."""
    if rule.kbli_start and not facts.kbli.startswith(rule.kbli_start):
        return False
    if rule.scale and rule.scale != facts.scale:
        return False
    return not rule.words or any(_named(word, facts.product) for word in rule.words.split(","))


def _named(word: str, product: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.strip().lower())}(?!\w)", product) is not None


def applicable(rules: Iterable[LicenceRule], facts: Facts) -> dict[str, LicenceRule]:
    """For each kind the rule that decides: the longest KBLI beginning, then words of the product, then the scale."""
    found: dict[str, LicenceRule] = {}
    for rule in rules:
        held = found.get(rule.kind)
        if matches(rule, facts) and (held is None or _particular(rule) > _particular(held)):
            found[rule.kind] = rule
    return found


def _particular(rule: LicenceRule) -> tuple[int, bool, bool]:
    return len(rule.kbli_start), bool(rule.words), bool(rule.scale)


@dataclass(frozen=True)
class Row:
    """One line of the checklist: the licence, what it is to this business and why, how it stands."""

    kind: str
    state: LicenceState
    need: Need | None = None
    reason: str = ""
    legal_basis: str = ""
    licence: Licence | None = None
    case: LicenceCase | None = None
    rank: int = LAST_RANK
    needs: str = ""

    @property
    def title(self) -> str:
        return str(LicenceKind(self.kind).label)

    @property
    def short(self) -> str:
        """As offices call it: `NIB`, `P-IRT`."""
        return short_kind(self.kind)

    @property
    def held(self) -> bool:
        return self.state in {LicenceState.HELD, LicenceState.EXPIRING}

    @property
    def can_ask(self) -> bool:
        """Whether help can be asked for: it is not there (or ends soon), and nobody is at it."""
        wanted = self.need != Need.NOT_REQUIRED or self.state in {LicenceState.WANTED, LicenceState.EXPIRED}
        return self.case is None and wanted and (self.state in MISSING or self.state == LicenceState.EXPIRING)


def short_kind(kind: str) -> str:
    """What stands in brackets in the name of the kind, or the whole name."""
    name = str(LicenceKind(kind).label)
    return name.partition("(")[2].rstrip(")") or name


def rows(business: Business, found: Law) -> list[Row]:
    """The checklist in the order of the ladder; needs kbli, licences and licence_cases prefetched."""
    applied = applicable(found.rules, Facts.of(business))
    held = {licence.kind: licence for licence in business.licences.all()}
    running = {case.kind: case for case in business.licence_cases.all() if case.status == CaseStatus.OPEN}
    kinds = [kind for kind in LicenceKind if kind in applied or kind in held or kind in running]
    made = [_row(kind, applied.get(kind), held.get(kind), running.get(kind), found) for kind in kinds]
    return sorted(made, key=lambda row: (row.rank, row.kind))


def _row(kind: str, rule: LicenceRule | None, licence: Licence | None, case: LicenceCase | None, found: Law) -> Row:
    state = licence.state_on(found.on, soon=found.soon(kind)) if licence else LicenceState.NONE
    need = Need(rule.need) if rule else None
    if need == Need.NOT_REQUIRED and state == LicenceState.NONE:
        state = LicenceState.NOT_REQUIRED
    if case and state in MISSING:
        state = LicenceState.IN_PROCESS if case.officer_id else LicenceState.WANTED
    return Row(
        kind=kind,
        state=state,
        need=need,
        reason=rule.reason if rule else "",
        legal_basis=rule.legal_basis if rule else "",
        licence=licence,
        case=case,
        rank=found.rank(kind),
        needs=found.needs(kind),
    )


def with_terms(licences: QuerySet[Licence], on: date) -> QuerySet[Licence]:
    """Licences that know how long before their end it is announced: for lists, at no query more."""
    terms = LicenceTerm.objects.in_force(on).filter(kind=OuterRef("kind")).order_by("pk")
    return licences.annotate(warn_days=Subquery(terms.values("warn_days")[:1]))


def state_of(licence: Any, on: date) -> LicenceState:
    """How a licence stands on a day; one out of `with_terms` costs no query."""
    if not hasattr(licence, "warn_days"):
        return LicenceState(licence.state_on(on, soon=law(on).soon(licence.kind)))
    return LicenceState(licence.state_on(on, soon=max(licence.warn_days or [], default=-1)))


def state_words(licence: Any, on: date) -> str:
    """The same in words."""
    return str(state_of(licence, on).label)


@dataclass(frozen=True)
class Next:
    """The next most useful licence, and why."""

    row: Row
    why: str


def next_useful(checklist: list[Row]) -> Next | None:
    """First what others build upon, then what has run out or soon will, then what is required, then what is useful.

    What somebody is already at is never named, nor what needs a licence that is not there yet.
    """
    there = {row.kind for row in checklist if row.held}
    asked = [row for row in checklist if row.can_ask and (not row.needs or row.needs in there)]
    foundations = {row.needs for row in checklist if row.need != Need.NOT_REQUIRED}
    if not asked:
        return None
    best = min(asked, key=lambda row: (_turn(row, foundations), row.rank))
    return Next(best, _why(best))


def _turn(row: Row, foundations: set[str]) -> int:
    if row.kind in foundations and not row.held:
        return 0
    if row.state in {LicenceState.EXPIRED, LicenceState.EXPIRING}:
        return 1
    return 2 if row.need == Need.REQUIRED else 3


def _why(row: Row) -> str:
    until: Any = row.licence.valid_to if row.licence else None
    if row.state == LicenceState.EXPIRED and until:
        return _("It ended on %(day)s. Until it is renewed, the product must not carry its number.") % {
            "day": short_date(until)
        }
    if row.state == LicenceState.EXPIRING and until:
        return _("It ends on %(day)s. Renewing takes time, so it is best begun now.") % {"day": short_date(until)}
    return row.reason
