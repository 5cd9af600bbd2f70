"""A made-up history of the fund in true numbers: years of loans in all states, with the whole ledger.

Set-based: what the actions do for one loan is done here for thousands, through the same ledger triggers and the same
constraints, so that `check_ledger` proves a demo city like a real one. Deterministic by the given `rng`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.audit import log
from foundation.common.bulk import copy_rows, take_ids
from foundation.ledger.actions import journal
from foundation.ledger.entries import Posting, credit, debit
from foundation.ledger.models import Transaction
from foundation.regions.models import Office
from members.enums import BusinessStatus, LicenceKind, LicenceStatus
from members.models import Business
from revolving_funds.actions import programme
from revolving_funds.enums import BankKind, Purpose
from revolving_funds.ladder import LoanFacts, Paid, Rule, judge
from revolving_funds.models import Agreement, Bank, Pool
from revolving_funds.schedule import Due, next_workday, plan

MILLION = 1_000_000
LEGAL_BASIS = "Peraturan Kepala Daerah tentang dana bergulir (contoh)"
ROUNDING = 1000
# How borrowers pay: (share, latest day of a late instalment, whether they stop one day).
HABITS = ((0.72, 0, False), (0.12, 6, False), (0.10, 40, False), (0.06, 60, True))
TAKES_NEXT_STEP, TAKES_STEP_AGAIN = 0.75, 0.35
PENDING = {"SUBMITTED": 0.004, "SURVEYED": 0.002, "APPROVED": 0.0015, "REJECTED": 0.02, "WITHDRAWN": 0.003}


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
    uid: UUID = UUID(int=0)

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


def hands_of(office: Office) -> Hands:
    """The people of the office by their roles. Raises ValueError where one is missing."""
    by_role: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = Assignment.objects.in_force().filter(region_code__startswith=office.region_id).order_by("pk")
    for role, code, user in rows.values_list("role", "region_code", "user_id"):
        by_role[role].append((code, user))
    missing = [role for role in (Role.VERIFIER, Role.APPROVER, Role.TREASURER, Role.FACILITATOR) if not by_role[role]]
    if missing:
        raise ValueError(f"{office} has nobody as {', '.join(missing)}.")
    return Hands(
        [user for _code, user in by_role[Role.VERIFIER]], by_role[Role.APPROVER][0][1], by_role[Role.TREASURER][0][1],
        dict(by_role[Role.FACILITATOR]),
    )


def borrowers_of(office: Office) -> list[Borrower]:
    """Owners in the office's region with a running business and a NIB, one business each, in order of registration."""
    rows = (
        Business.objects.filter(village__code__startswith=office.region_id, status=BusinessStatus.ACTIVE,
                                licences__kind=LicenceKind.NIB, licences__status=LicenceStatus.HELD)
        .order_by("owner_id", "pk").distinct("owner_id")
        .values_list("owner_id", "pk", "village_id", "owner__full_name", "registered_at")
    )
    return [Borrower(owner, pk, village, name, at.date()) for owner, pk, village, name, at in rows]


@transaction.atomic
def seed_loans(*, office: Office, banks: Sequence[BankShare], rng: Random, as_of: date, now: datetime,
               borrowers: Sequence[Borrower] | None = None, hands: Hands | None = None) -> list[str]:
    """Make exactly the loans that `banks` ask for, over the years since the borrowers registered, and what waits in
    the queues. Returns lines that say what is there. Raises ValueError where there are too few people.
    """
    hands = hands or hands_of(office)
    people = list(borrowers if borrowers is not None else borrowers_of(office))
    people = [one for one in people if one.since < as_of - timedelta(days=60)]
    rng.shuffle(people)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    stream = iter(people)
    made = [loan for bank in banks for loan in _history(bank, stream, rng, as_of)]
    made.sort(key=lambda loan: (loan.disbursed_on, loan.borrower.person_id))
    writer = _Writer(office, hands, rng, as_of, now)
    writer.write(made, banks)
    waiting = writer.write_waiting(stream, banks, len(made))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE revolving_funds_loan, revolving_funds_instalment, revolving_funds_repayment,"
                       " revolving_funds_application, ledger_account, ledger_transaction, ledger_leg")
    log.record("fund.seeded", office, by=None, now=now, loans=len(made))
    paid = sum(len(loan.payments) for loan in made)
    return [f"{len(made):,} loans", f"{paid:,} repayments", f"{waiting:,} other applications"]


def _history(bank: BankShare, people: Iterator[Borrower], rng: Random, as_of: date) -> Iterator[Made]:
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
        yield on, due.amount, _uid(rng)


def _uid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _at(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


class _Writer:
    """Brings the made-up loans into the tables, the ledger first."""

    def __init__(self, office: Office, hands: Hands, rng: Random, as_of: date, now: datetime) -> None:
        self.office, self.hands, self.rng, self.as_of, self.now = office, hands, rng, as_of, now
        self.book = office.region_id
        self.pools: dict[tuple[str, int], Pool] = {}

    def write(self, made: list[Made], banks: Sequence[BankShare]) -> None:
        applications = take_ids("revolving_funds_application", len(made))
        accounts = take_ids("ledger_account", len(made))
        for loan in made:
            loan.application_id, loan.account_id, loan.uid = next(applications), next(accounts), _uid(self.rng)
        years = range(min((loan.decided_on.year for loan in made), default=self.as_of.year), self.as_of.year + 1)
        self._programme(banks, years)
        self._accounts(made)
        journal.post_many(postings=self._postings(made))
        self._applications(made)
        self._loans(made)

    def pool(self, loan: Made) -> Pool:
        return self.pools[loan.bank.code, loan.decided_on.year]

    def number(self, loan: Made) -> str:
        return f"{self.book.replace('.', '')}-{loan.disbursed_on.year}-{loan.application_id:06d}"

    def _programme(self, banks: Sequence[BankShare], years: range) -> None:
        begin = date(years.start, 1, 1)
        programme.start(office=self.office, legal_basis=LEGAL_BASIS, valid_from=begin, by=None, now=self.now)
        for share in banks:
            bank, _created = Bank.objects.get_or_create(code=share.code, defaults={"name": share.name, "kind": share.kind})
            agreement = Agreement.objects.filter(office=self.office, bank=bank).first() or programme.sign(
                office=self.office, bank=bank, number=f"PKS/{share.code.upper()}/{years.start}", legal_basis=LEGAL_BASIS,
                valid_from=begin, by=None, now=self.now,
            )
            for year in years:
                self.pools[share.code, year] = programme.open_pool(
                    agreement=agreement, year=year, by=None, now=self.now)

    def _accounts(self, made: list[Made]) -> None:
        copy_rows("ledger_account", "id uid created_at updated_at book code name kind side floor ceiling balance version", (
            (loan.account_id, _uid(self.rng), self.now, self.now, self.book, f"loan/{self.number(loan)}",
             loan.borrower.name, "ASSET", 1, 0, loan.amount, 0, 0)
            for loan in made
        ))

    def _postings(self, made: list[Made]) -> list[Posting]:
        """The whole book in the order of its days: placed, reserved, paid out, paid back."""
        rows = list(self._placed(made))
        for loan in made:
            pool, amount = self.pool(loan), loan.amount
            rows.append(self._posting(
                "RESERVED", loan.decided_on, "loan.reserve", f"{loan.uid}/{pool.pk}",
                [debit(pool.reserved_id, amount), credit(pool.available_id, amount)], self.hands.approver))
            rows.append(self._posting(
                "DISBURSED", loan.disbursed_on, "loan.disburse", str(loan.uid),
                [debit(loan.account_id, amount), credit(pool.reserved_id, amount)], self.hands.treasurer,
                checker=self.hands.approver))
            rows += [
                self._posting("REPAID", on, "loan.repay", str(key),
                              [debit(pool.available_id, paid), credit(loan.account_id, paid)], self.hands.treasurer)
                for on, paid, key in loan.payments
            ]
        order = {"POOL_PLACED": 0, "RESERVED": 1, "DISBURSED": 2, "REPAID": 3}
        return sorted(rows, key=lambda row: (row.business_date, order[row.kind]))

    def _placed(self, made: list[Made]) -> Iterator[Posting]:
        """Each pool gets what its year will lend, and a tenth more, in whole hundreds of millions."""
        lent: dict[int, int] = defaultdict(int)
        for loan in made:
            lent[self.pool(loan).pk] += loan.amount
        capital = programme.capital(self.book)
        for (code, year), pool in self.pools.items():
            hundreds = -(-max(lent[pool.pk] * 11 // 10, 200 * MILLION) // (100 * MILLION))
            amount = hundreds * 100 * MILLION
            yield self._posting("POOL_PLACED", date(year, 1, 1), "pool.place", f"seed/{self.book}/{code}/{year}",
                                [debit(pool.available_id, amount), credit(capital, amount)], None)

    def _posting(
        self, kind: str, on: date, scope: str, key: str, legs: list[Any], maker: int | None, *, checker: int | None = None
    ) -> Posting:
        return Posting(
            book=self.book, kind=kind, business_date=on, legs=legs, scope=scope, key=key, posted_at=_at(on),
            maker_id=maker, checker_id=checker, uid=_uid(self.rng),
        )

    def _applications(self, made: list[Made]) -> None:
        hands, rng = self.hands, self.rng
        rows, surveys = [], []
        for loan in made:
            decided = loan.decided_on
            visited = decided - timedelta(days=rng.randint(1, 5))
            verifier = hands.verifiers[loan.application_id % len(hands.verifiers)]
            rows.append((
                loan.application_id, loan.uid, _at(visited - timedelta(days=3)), _at(loan.disbursed_on),
                loan.borrower.person_id, loan.borrower.business_id, loan.borrower.village, "DISBURSED", loan.level,
                loan.amount, loan.tenor, rng.choice(Purpose.values), "", rng.randrange(2, 15) * MILLION // 2, loan.amount,
                self.pool(loan).pk, "", _at(visited - timedelta(days=3)), hands.sender(loan.borrower.village),
                _at(visited, 6), verifier, _at(decided), hands.approver, _at(loan.disbursed_on), hands.treasurer,
            ))
            surveys.append(self._survey(loan.application_id, visited, loan.amount))
        copy_rows("revolving_funds_application", APPLICATION, rows)
        copy_rows("revolving_funds_survey", SURVEY, surveys)

    def _survey(self, application: int, visited: date, amount: int | None) -> tuple[Any, ...]:
        sales = self.rng.randrange(4, 30) * MILLION // 2
        return (_uid(self.rng), _at(visited, 6), _at(visited, 6), application, visited, amount is not None, True, sales,
                sales * 6 // 10, 0, amount is not None, amount, "Usaha dikunjungi, barang dan tempat sesuai.")

    def _loans(self, made: list[Made]) -> None:
        entries = self._entries("loan.disburse")
        ids = take_ids("revolving_funds_loan", len(made))
        loans, dues, repayments = [], [], []
        for loan in made:
            pk, closed = next(ids), loan.closed_on
            loans.append((
                pk, _uid(self.rng), _at(loan.disbursed_on), _at(closed or loan.disbursed_on), self.number(loan),
                loan.application_id, loan.borrower.person_id, loan.borrower.business_id, loan.borrower.village,
                self.pool(loan).pk, loan.level, loan.amount, loan.tenor, loan.account_id, entries[str(loan.uid)],
                loan.disbursed_on, loan.dues[-1].due_on, "CLOSED" if closed else "OPEN", closed,
            ))
            dues += [(pk, due.number, due.contract_due_on, due.due_on, due.amount, due.cumulative) for due in loan.dues]
            repayments += [
                (_uid(self.rng), _at(on), _at(on), pk, number, key, key, on, paid, 0, "", self.hands.treasurer)
                for number, (on, paid, key) in enumerate(loan.payments, start=1)
            ]
        copy_rows("revolving_funds_loan", LOAN, loans)
        copy_rows("revolving_funds_instalment", INSTALMENT, dues)
        paid = self._entries("loan.repay")
        copy_rows("revolving_funds_repayment", REPAYMENT, ((*row[:6], paid[str(row[6])], *row[7:]) for row in repayments))

    def _entries(self, scope: str) -> dict[str, int]:
        rows = Transaction.objects.filter(book=self.book, idem_scope=scope)
        return dict(rows.values_list("idem_key", "pk").iterator(chunk_size=20_000))

    def write_waiting(self, people: Iterator[Borrower], banks: Sequence[BankShare], total: int) -> int:
        """What stands in the queues today, and what was refused or taken back."""
        rows, surveys, postings = [], [], []
        for status, share in PENDING.items():
            for number in range(max(2, round(total * share))):
                borrower = next(people, None)
                if borrower is None:
                    break
                pk, uid = next(take_ids("revolving_funds_application", 1)), _uid(self.rng)
                old = status in {"REJECTED", "WITHDRAWN"}
                sent = self.as_of - timedelta(days=self.rng.randint(20, 400) if old else 1 + number % 12)
                sent = max(sent, borrower.since + timedelta(days=1))
                pool = self.pools[banks[number % len(banks)].code, self.as_of.year]
                rows.append(self._waiting(pk, uid, borrower, status, sent, pool))
                if status in {"SURVEYED", "APPROVED", "REJECTED"}:
                    surveys.append(self._survey(pk, sent, None if status == "REJECTED" else 2 * MILLION))
                if status == "APPROVED":
                    postings.append(self._posting(
                        "RESERVED", self.as_of, "loan.reserve", f"{uid}/{pool.pk}",
                        [debit(pool.reserved_id, 2 * MILLION), credit(pool.available_id, 2 * MILLION)], self.hands.approver))
        journal.post_many(postings=postings)
        copy_rows("revolving_funds_application", APPLICATION, rows)
        copy_rows("revolving_funds_survey", SURVEY, surveys)
        return len(rows)

    def _waiting(self, pk: int, uid: UUID, borrower: Borrower, status: str, sent: date, pool: Pool) -> tuple[Any, ...]:
        hands, rng, at = self.hands, self.rng, _at(sent, 2)
        surveyed = (_at(sent, 5), hands.verifiers[pk % len(hands.verifiers)]) if status in {
            "SURVEYED", "APPROVED", "REJECTED"} else (None, None)
        decided = (_at(sent, 8), hands.approver) if status in {"APPROVED", "REJECTED"} else (None, None)
        approved = status == "APPROVED"
        reason = "Usaha belum berjalan saat dikunjungi. Ajukan lagi setelah berjualan tiga bulan." if status == "REJECTED" else ""
        return (
            pk, uid, at, at, borrower.person_id, borrower.business_id, borrower.village, status, 1, 2 * MILLION, 10,
            rng.choice(Purpose.values), "", rng.randrange(2, 15) * MILLION // 2, 2 * MILLION if approved else None,
            pool.pk if approved else None, reason, at, hands.sender(borrower.village), *surveyed, *decided, None, None,
        )


APPLICATION = (
    "id uid created_at updated_at person_id business_id village_id status level amount tenor_months purpose details"
    " monthly_sales approved_amount pool_id decision_reason submitted_at applied_by_id surveyed_at surveyed_by_id"
    " decided_at decided_by_id disbursed_at disbursed_by_id"
)
SURVEY = (
    "uid created_at updated_at application_id visited_on is_operating place_matches monthly_sales monthly_costs"
    " other_debts is_recommended recommended_amount notes"
)
LOAN = (
    "id uid created_at updated_at number application_id person_id business_id village_id pool_id level amount"
    " tenor_months account_id disbursement_id disbursed_on maturity_on status closed_on"
)
INSTALMENT = "loan_id number contract_due_on due_on amount cumulative"
REPAYMENT = (
    "uid created_at updated_at loan_id sequence request_uid transaction_id paid_on amount excess reference recorded_by_id"
)
