"""What happened in a made-up past: who borrowed when, climbed, paid late, stopped paying. No database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid4

from revolving_funds.actions import programme
from revolving_funds.enums import BankKind
from revolving_funds.ladder import LoanFacts, Paid, Rule, judge
from revolving_funds.schedule import Due, next_workday, plan

MILLION = 1_000_000
ROUNDING = 1000
# How borrowers pay: (share, latest day of a late instalment, whether they stop one day).
HABITS = ((0.72, 0, False), (0.12, 6, False), (0.10, 40, False), (0.06, 60, True))
TAKES_NEXT_STEP, TAKES_STEP_AGAIN = 0.75, 0.35


@dataclass(frozen=True)
class BankShare:
    """A bank of the programme and how many loans went through it."""

    code: str
    name: str
    kind: BankKind
    loans: int


@dataclass(frozen=True)
class Borrower:
    person_id: int
    business_id: int
    village: str
    name: str
    since: date


@dataclass
class Made:
    """A loan of the made-up past: what the tables and the ledger will say of it."""

    borrower: Borrower
    bank: BankShare
    level: int
    amount: int
    tenor: int
    decided_on: date
    disbursed_on: date
    dues: list[Due]
    payments: list[tuple[date, int, UUID]] = field(default_factory=list)
    application_id: int = 0
    account_id: int = 0
    uid: UUID = field(default_factory=uuid4)

    @property
    def closed_on(self) -> date | None:
        return self.payments[-1][0] if sum(paid for _on, paid, _key in self.payments) == self.amount else None


@dataclass(frozen=True)
class Hands:
    """Who does the steps: different people, as the database wants it."""

    verifiers: Sequence[int]
    approver: int
    treasurer: int
    senders: dict[str, int]

    def sender(self, village: str) -> int:
        return self.senders.get(village[:8]) or next(iter(self.senders.values()))


def history(bank: BankShare, people: Iterator[Borrower], rng: Random, as_of: date) -> Iterator[Made]:
    """`bank.loans` loans: each person takes a first one, and climbs as her payments allow."""
    left = bank.loans
    while left:
        borrower = next(people, None)
        if borrower is None:
            raise ValueError(f"Too few owners with a NIB for {bank.loans} loans of {bank.name}.")
        span = max(1, (as_of - borrower.since).days - 30)
        # Squared: the programme began with a rush, so most first loans lie some time back.
        start = borrower.since + timedelta(days=14 + int(span * rng.random() ** 2))
        for loan in _climb(borrower, bank, start, rng, as_of):
            yield loan
            left -= 1
            if not left:
                return


def _climb(borrower: Borrower, bank: BankShare, start: date, rng: Random, as_of: date) -> Iterator[Made]:
    level, rule = 1, Rule(programme.MAX_DAYS_LATE, next_working_day=True)
    steps = {step: (amount, tenor) for step, amount, tenor in programme.STEPS}
    while True:
        day = next_workday(start)
        if day > as_of - timedelta(days=2):
            return
        amount, tenor = steps[level]
        dues = plan(amount=amount, tenor=tenor, disbursed_on=day, rounding=ROUNDING, shift=True)
        loan = Made(borrower, bank, level, amount, tenor, day - timedelta(days=rng.randint(2, 6)), day, dues)
        loan.payments = list(_payments(loan, rng, as_of))
        yield loan
        closed = loan.closed_on
        if closed is None:
            return
        facts = LoanFacts(None, level, amount, day, dues, [Paid(on, paid) for on, paid, _key in loan.payments])
        on_time = judge(facts, rule, as_of).on_time
        if rng.random() > (TAKES_NEXT_STEP if on_time else TAKES_STEP_AGAIN) or (on_time and level == len(steps)):
            return
        level += 1 if on_time else 0
        start = closed + timedelta(days=rng.randint(15, 90))


def _payments(loan: Made, rng: Random, as_of: date) -> Iterator[tuple[date, int, UUID]]:
    """What she paid by `as_of`: by habit, never before the day before, the last one to the rupiah."""
    _share, latest, stops = rng.choices(HABITS, [share for share, _latest, _stops in HABITS])[0]
    stop_at = rng.randint(1, loan.tenor - 1) if stops else loan.tenor
    before = loan.disbursed_on
    for due in loan.dues[:stop_at]:
        late = rng.randint(1, latest) if latest and rng.random() < 0.5 else -rng.randint(0, 3)  # noqa: PLR2004
        on = max(before, loan.disbursed_on, due.due_on + timedelta(days=late))
        if on > as_of:
            return
        before = on
        yield on, due.amount, fresh_uid(rng)


def fresh_uid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def moment(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)
