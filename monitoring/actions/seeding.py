"""A made-up history of check-ins for the demo cities, written in a handful of statements.

What the daily job and the owners would have done day by day since each training ended and each loan was paid off is
drawn here by chance, under the same rules and constraints: links, reminders, tasks, answers, status changes, rounds
covered by another. No message is made, none can leave. Deterministic by the given `rng`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.common.dates import add_months
from foundation.regions.models import Office
from members.enums import BusinessStatus
from members.models import Business, StatusPeriod
from monitoring import causes
from monitoring.actions import seeding_rows
from monitoring.actions.checkins import status_reason
from monitoring.actions.seeding_rows import Round
from monitoring.actions.tasks import unreachable_reason
from monitoring.enums import STATUS_OF, Operating, Wave

# After the literature: 8.3 % of small firms stop in a year; about half answer by themselves, most of the rest by phone.
EXIT_A_MONTH = 0.0083
BY_LINK, BY_CALL, GIVEN_UP = 0.48, 0.34, 0.08
EXITS = {Operating.CLOSED: 55, Operating.TOOK_JOB: 25, Operating.PAUSED: 14, Operating.MOVED: 6}
RESUMES = 0.5
DAYS_A_MONTH = 30.4
OPERATING_OF = {status: operating for operating, status in STATUS_OF.items()}
REASONS = (
    "Nomor tidak aktif, rumah kosong",
    "Sudah pindah, tetangga tidak tahu",
    "Tiga kali ditelepon tidak diangkat",
)


@dataclass
class Life:
    """How one business stands in the made-up city, and what the check-ins made of it: (moment, status, reason)."""

    status: str
    since: date
    period: int | None
    changes: list[tuple[datetime, str, str]] = field(default_factory=list)

    @property
    def now(self) -> str:
        return self.changes[-1][1] if self.changes else self.status


@dataclass(frozen=True)
class Seeded:
    """What was made."""

    checkins: int
    answers: int
    tasks: int
    changes: int


@transaction.atomic
def seed_history(office: Office, rng: Random, as_of: date) -> Seeded:
    """Check-ins, answers, tasks and status changes after all finished trainings and closed loans until `as_of`.

    Rounds that lie ahead stay planned. Safe to call again: who is followed already is left alone.
    """
    by_business: dict[int, list[causes.Subject]] = defaultdict(list)
    for subject in causes.of_office(office.region_id):
        by_business[subject.business_id].append(subject)
    lives = _lives(office)
    chance = _Chance(rng, as_of, _assistants(office))
    rounds: list[Round] = []
    for business in sorted(by_business):
        rounds += chance.follow(lives[business], by_business[business])
    changed = {business: lives[business] for business in sorted(by_business) if lives[business].changes}
    answers, tasks = seeding_rows.save_rounds(rounds, rng, as_of)
    seeding_rows.save_changes({business: (life.period, life.changes) for business, life in changed.items()}, rng)
    return Seeded(len(rounds), answers, tasks, sum(len(life.changes) for life in changed.values()))


def _lives(office: Office) -> dict[int, Life]:
    """Each business as the city left it; without a history of its own it stands so since its registration."""
    period = StatusPeriod.objects.filter(business=OuterRef("pk"), end_at__isnull=True)
    rows = Business.objects.inside(f"{office.region_id}.").annotate(
        period=Subquery(period.values("pk")[:1]),
        since=Coalesce(Subquery(period.values("start_at")[:1]), "registered_at"),
    )
    values = rows.values_list("pk", "status", "since", "period")
    return {business: Life(status, since.date(), pk) for business, status, since, pk in values}


def _assistants(office: Office) -> dict[str, list[int]]:
    held = Assignment.objects.in_force().filter(role=Role.FACILITATOR, region_code__startswith=f"{office.region_id}.")
    found: dict[str, list[int]] = defaultdict(list)
    for code, user in held.order_by("region_code", "user_id").values_list("region_code", "user_id"):
        found[code].append(user)
    return found


class _Chance:
    """Draws how each round went."""

    def __init__(self, rng: Random, as_of: date, assistants: dict[str, list[int]]) -> None:
        self.rng, self.as_of, self.assistants = rng, as_of, assistants

    def follow(self, life: Life, subjects: list[causes.Subject]) -> list[Round]:
        """All waves of one business in the order of their days."""
        rounds = [Round(one, wave, add_months(one.anchor_on, wave)) for one in subjects for wave in Wave]
        rounds.sort(key=lambda one: (one.due_on, one.subject.cause, one.subject.cause_id))
        last: Round | None = None
        told = min(one.anchor_on for one in subjects)
        for one in rounds:
            if one.due_on > self.as_of:
                continue
            if last and last.covers(one.due_on):
                one.covered_by = last
            else:
                last = one
                told = self._ask(one, life, told)
        return rounds

    def _ask(self, one: Round, life: Life, told: date) -> date:
        """Let the round go one of its ways; returns the day on which the business was last heard of."""
        near = self.assistants.get(one.subject.region_code[:8], [])
        one.assistant = self.rng.choice(near) if near else None
        drawn, days = self.rng.random(), self.rng.random()
        if drawn < BY_LINK:
            return self._answered(one, life, told, one.due_on + timedelta(days=int(10 * days**2)))
        if near and drawn < BY_LINK + BY_CALL:
            one.by_call = True
            return self._answered(one, life, told, one.due_on + timedelta(days=11 + int(14 * days)))
        if near and drawn < BY_LINK + BY_CALL + GIVEN_UP:
            self._lost(one, life, one.due_on + timedelta(days=18 + int(18 * days)))
        return told

    def _answered(self, one: Round, life: Life, told: date, day: date) -> date:
        if day >= self.as_of:
            return told
        one.answered_on, one.operating = day, self._fares(life, told, day)
        self._stands(life, day, 8, STATUS_OF[one.operating], status_reason(one.wave, one.operating))
        return day

    def _lost(self, one: Round, life: Life, day: date) -> None:
        if day < self.as_of:
            one.given_up_on, one.reason = day, self.rng.choice(REASONS)
            self._stands(life, day, 2, BusinessStatus.UNREACHABLE, unreachable_reason(one.wave, one.reason))

    def _fares(self, life: Life, told: date, day: date) -> Operating:
        """What the owner answers on `day`, having been heard of on `told`."""
        if life.status != BusinessStatus.ACTIVE:
            return (
                OPERATING_OF.get(BusinessStatus(life.status), Operating.ACTIVE)
                if day > life.since
                else Operating.ACTIVE
            )
        now = BusinessStatus(life.now)
        if now == BusinessStatus.DORMANT:
            return Operating.ACTIVE if self.rng.random() < RESUMES else Operating.PAUSED
        if now in {BusinessStatus.ACTIVE, BusinessStatus.UNREACHABLE}:
            stays = (1 - EXIT_A_MONTH) ** ((day - told).days / DAYS_A_MONTH)
            return Operating.ACTIVE if self.rng.random() < stays else self._exit()
        return OPERATING_OF[now]

    def _exit(self) -> Operating:
        return self.rng.choices(list(EXITS), list(EXITS.values()))[0]

    def _stands(self, life: Life, day: date, hour: int, status: BusinessStatus, reason: str) -> None:
        """Only where the city left the business running; its own history is not rewritten."""
        if life.status == BusinessStatus.ACTIVE and life.now != status and day > life.since:
            moment = datetime.combine(day, time(hour, self.rng.randrange(60)), tzinfo=UTC)
            life.changes.append((moment, str(status), reason))
