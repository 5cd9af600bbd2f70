"""The made-up past as rows: the ledger first, then the tables that stand on it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.common.bulk import copy_rows, take_ids
from foundation.ledger.actions import journal
from foundation.ledger.entries import Entry, Posting, credit, debit
from foundation.ledger.models import Transaction
from foundation.regions.models import Office
from revolving_funds import queries
from revolving_funds.actions import programme, receipts
from revolving_funds.actions.seeding_history import MILLION, BankShare, Borrower, Hands, Made, fresh_uid, moment
from revolving_funds.actions.seeding_promises import promises
from revolving_funds.enums import Purpose
from revolving_funds.models import Agreement, Bank, Pool

LEGAL_BASIS = "Peraturan Kepala Daerah tentang dana bergulir (contoh)"
# What a posting is for, in the order in which things happen on one day.
SCOPES = {
    "POOL_PLACED": "pool.place",
    "SUBSIDY_BUDGETED": "pool.subsidy",
    "CARRIED_OVER": "pool.carry",
    "RESERVED": "loan.reserve",
    "DISBURSED": "loan.disburse",
    "REPAID": "loan.repay",
}
TENOR = 10  # months, of an application that waits
NOT_YET = "Usaha belum berjalan saat dikunjungi. Ajukan lagi setelah berjualan tiga bulan."
# Applications beside the loans, as a share of their number.
PENDING = {"SUBMITTED": 0.004, "SURVEYED": 0.002, "APPROVED": 0.0015, "REJECTED": 0.02, "WITHDRAWN": 0.003}


class Writer:
    """Brings the made-up loans into the tables, the ledger first."""

    def __init__(self, office: Office, hands: Hands, rng: Random, as_of: date, now: datetime) -> None:
        self.office, self.hands, self.rng, self.as_of, self.now = office, hands, rng, as_of, now
        self.book = office.region_id
        self.pools: dict[tuple[str, int], Pool] = {}
        self.promised: dict[UUID, int] = {}

    def write(self, made: list[Made], banks: Sequence[BankShare]) -> None:
        applications = take_ids("revolving_funds_application", len(made))
        accounts = take_ids("ledger_account", len(made))
        for loan in made:
            loan.application_id, loan.account_id, loan.uid = next(applications), next(accounts), fresh_uid(self.rng)
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
            bank, _created = Bank.objects.get_or_create(
                code=share.code, defaults={"name": share.name, "kind": share.kind}
            )
            agreement = Agreement.objects.filter(office=self.office, bank=bank).first() or programme.sign(
                office=self.office,
                bank=bank,
                number=f"PKS/{share.code.upper()}/{years.start}",
                legal_basis=LEGAL_BASIS,
                valid_from=begin,
                by=None,
                now=self.now,
            )
            for year in years:
                self.pools[share.code, year] = programme.open_pool(
                    agreement=agreement, year=year, by=None, now=self.now
                )

    def _accounts(self, made: list[Made]) -> None:
        copy_rows(
            "ledger_account",
            "id uid created_at updated_at book code name kind side floor ceiling balance version",
            (
                (
                    loan.account_id,
                    fresh_uid(self.rng),
                    self.now,
                    self.now,
                    self.book,
                    f"loan/{self.number(loan)}",
                    loan.borrower.name,
                    "ASSET",
                    1,
                    0,
                    loan.amount,
                    0,
                    0,
                )
                for loan in made
            ),
        )

    def _postings(self, made: list[Made]) -> list[Posting]:
        """The whole book in the order of its days: placed, reserved, paid out, paid back."""
        self.promised = promises(made, {loan.bank.code: self.pool(loan).agreement for loan in made})
        rows = [*self._placed(made), *self._carried(made)]
        hands = self.hands
        for loan in made:
            pool, amount = self.pool(loan), loan.amount
            paid_out = [debit(loan.account_id, amount), credit(pool.reserved_id, amount)]
            rows.append(self._reserved(loan.uid, pool, loan.decided_on, amount, self.promised.get(loan.uid, 0)))
            rows.append(self._posting("DISBURSED", loan.disbursed_on, str(loan.uid), paid_out, maker=hands.treasurer))
            for on, paid, key in loan.payments:
                legs = [debit(pool.available_id, paid), credit(loan.account_id, paid)]
                rows.append(self._posting("REPAID", on, str(key), legs, maker=hands.treasurer))
        order = list(SCOPES)
        return sorted(rows, key=lambda row: (row.business_date, order.index(row.kind)))

    def _placed(self, made: list[Made]) -> Iterator[Posting]:
        """Each pool gets what its year will lend, and a tenth more, in whole hundreds of millions."""
        lent: dict[int, int] = defaultdict(int)
        promised: dict[int, int] = defaultdict(int)
        for loan in made:
            lent[self.pool(loan).pk] += loan.amount
            promised[self.pool(loan).pk] += self.promised.get(loan.uid, 0)
        capital, appropriation = programme.capital(self.book).pk, programme.appropriation(self.book).pk
        for (code, year), pool in self.pools.items():
            hundreds = -(-max(lent[pool.pk] * 11 // 10, 200 * MILLION) // (100 * MILLION))
            legs = [debit(pool.available_id, hundreds * 100 * MILLION), credit(capital, hundreds * 100 * MILLION)]
            yield self._posting("POOL_PLACED", date(year, 1, 1), f"seed/{self.book}/{code}/{year}", legs, maker=None)
            # The interest of the loans at 6 % a year of what is outstanding, about half of it on average.
            subsidy = hundreds * 4 * MILLION + promised[pool.pk] // MILLION * MILLION
            legs = [debit(pool.subsidy_budget_id, subsidy), credit(appropriation, subsidy)]
            yield self._posting(
                "SUBSIDY_BUDGETED", date(year, 1, 1), f"seed/{self.book}/{code}/{year}", legs, maker=None
            )

    def _carried(self, made: list[Made]) -> Iterator[Posting]:
        """What is still promised at the end of each year goes on with the bank's pool of the next."""
        promised: dict[tuple[str, int], int] = defaultdict(int)
        for loan in made:
            promised[loan.bank.code, loan.decided_on.year] += self.promised.get(loan.uid, 0)
        for code, year in sorted(self.pools, key=lambda key: key[1]):
            pool, into, amount = self.pools[code, year], self.pools.get((code, year + 1)), promised[code, year]
            if into is None or not amount:
                continue
            promised[code, year + 1] += amount
            legs = [debit(into.subsidy_committed_id, amount), credit(pool.subsidy_committed_id, amount)]
            yield self._posting("CARRIED_OVER", date(year + 1, 1, 1), f"{pool.uid}/seed", legs, maker=None)

    def _reserved(self, application: UUID, pool: Pool, on: date, amount: int, subsidy: int) -> Posting:
        """The principal, and the interest that its bank is promised."""
        legs = [debit(pool.reserved_id, amount), credit(pool.available_id, amount)]
        if subsidy:
            legs += [debit(pool.subsidy_committed_id, subsidy), credit(pool.subsidy_budget_id, subsidy)]
        return self._posting("RESERVED", on, f"{application}/{pool.pk}", legs, maker=self.hands.approver)

    def _posting(self, kind: str, on: date, key: str, legs: list[Entry], *, maker: int | None) -> Posting:
        checker = self.hands.approver if kind == "DISBURSED" else None
        return Posting(
            book=self.book,
            kind=kind,
            business_date=on,
            legs=legs,
            scope=SCOPES[kind],
            key=key,
            posted_at=moment(on),
            maker_id=maker,
            checker_id=checker,
            uid=fresh_uid(self.rng),
        )

    def _applications(self, made: list[Made]) -> None:
        hands, rng = self.hands, self.rng
        rows, surveys = [], []
        for loan in made:
            visited = loan.decided_on - timedelta(days=rng.randint(1, 5))
            sent, paid = moment(visited - timedelta(days=3)), moment(loan.disbursed_on)
            verifier = hands.verifiers[loan.application_id % len(hands.verifiers)]
            head = (loan.application_id, loan.uid, sent, paid, *self._who(loan.borrower))
            ask = ("DISBURSED", loan.level, loan.amount, loan.tenor, rng.choice(Purpose.values), "", self._sales())
            steps = (sent, hands.sender(loan.borrower.village), moment(visited, 6), verifier)
            ends = (moment(loan.decided_on), hands.approver, paid, hands.treasurer)
            rows.append((*head, *ask, loan.amount, self.pool(loan).pk, "", *steps, *ends))
            surveys.append(self._survey(loan.application_id, visited, loan.amount))
        copy_rows("revolving_funds_application", APPLICATION, rows)
        copy_rows("revolving_funds_survey", SURVEY, surveys)

    def _who(self, borrower: Borrower) -> tuple[int, int, str]:
        return borrower.person_id, borrower.business_id, borrower.village

    def _sales(self) -> int:
        return self.rng.randrange(4, 30) * MILLION // 2

    def _survey(self, application: int, visited: date, amount: int | None) -> tuple[Any, ...]:
        sales, at, good = self._sales(), moment(visited, 6), amount is not None
        seen = (sales, sales * 6 // 10, 0, good, amount, "Usaha dikunjungi, barang dan tempat sesuai.")
        return fresh_uid(self.rng), at, at, application, visited, good, True, *seen

    def _loans(self, made: list[Made]) -> None:
        entries = self._entries("loan.disburse")
        ids = take_ids("revolving_funds_loan", len(made))
        loans, dues, repayments = [], [], []
        for loan in made:
            pk, closed, out = next(ids), loan.closed_on, loan.disbursed_on
            head = (pk, fresh_uid(self.rng), moment(out), moment(closed or out), self.number(loan), loan.application_id)
            terms = (self.pool(loan).pk, loan.level, loan.amount, loan.tenor, loan.account_id, entries[str(loan.uid)])
            ends = (out, loan.dues[-1].due_on, "CLOSED" if closed else "OPEN", closed)
            loans.append((*head, *self._who(loan.borrower), *terms, *ends))
            dues += [(pk, due.number, due.contract_due_on, due.due_on, due.amount, due.cumulative) for due in loan.dues]
            repayments += [(pk, number, *payment) for number, payment in enumerate(loan.payments, start=1)]
        copy_rows("revolving_funds_loan", LOAN, loans)
        copy_rows("revolving_funds_instalment", INSTALMENT, dues)
        self._repayments(repayments)

    def _repayments(self, rows: list[tuple[int, int, date, int, UUID]]) -> None:
        """With receipts numbered in the order of their days, as an office would have."""
        paid, by, rng = self._entries("loan.repay"), self.hands.treasurer, self.rng
        numbers = self._receipts(rows)
        copy_rows(
            "revolving_funds_repayment",
            REPAYMENT,
            (
                (
                    *(fresh_uid(rng), moment(on), moment(on), pk, number, key, paid[str(key)], on, on, amount, 0, ""),
                    *(self.book, on.year, numbers[key], by),
                )
                for pk, number, on, amount, key in rows
            ),
        )

    def _receipts(self, rows: list[tuple[int, int, date, int, UUID]]) -> dict[UUID, int]:
        """The receipt number of each payment, by its key."""
        years: dict[int, list[UUID]] = defaultdict(list)
        for _pk, _number, on, _amount, key in sorted(rows, key=lambda row: (row[2], row[0], row[1])):
            years[on.year].append(key)
        found: dict[UUID, int] = {}
        for year, keys in years.items():
            first = receipts.next_serial(office_code=self.book, year=year, count=len(keys))
            found |= {key: number for number, key in enumerate(keys, start=first)}
        return found

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
                pk, uid = next(take_ids("revolving_funds_application", 1)), fresh_uid(self.rng)
                old = status in {"REJECTED", "WITHDRAWN"}
                sent = self.as_of - timedelta(days=self.rng.randint(20, 400) if old else 1 + number % 12)
                sent = max(sent, borrower.since + timedelta(days=1))
                pool = self.pools[banks[number % len(banks)].code, self.as_of.year]
                rows.append(self._waiting(pk, uid, borrower, status=status, sent=sent, pool=pool))
                if status in {"SURVEYED", "APPROVED", "REJECTED"}:
                    surveys.append(self._survey(pk, sent, None if status == "REJECTED" else 2 * MILLION))
                if status == "APPROVED":
                    cost = queries.expected_subsidy(pool, 2 * MILLION, TENOR, on=self.as_of)
                    postings.append(self._reserved(uid, pool, self.as_of, 2 * MILLION, cost))
        journal.post_many(postings=postings)
        copy_rows("revolving_funds_application", APPLICATION, rows)
        copy_rows("revolving_funds_survey", SURVEY, surveys)
        return len(rows)

    def write_checks(self) -> None:
        """Whoever was visited had her papers checked before, by another officer."""
        with connection.cursor() as cursor:
            cursor.execute(CHECKED, [list(self.hands.verifiers), f"{self.office.region_id}.%"])
            cursor.execute(CHECKS, [f"{self.office.region_id}.%"])

    def _waiting(
        self, pk: int, uid: UUID, borrower: Borrower, *, status: str, sent: date, pool: Pool
    ) -> tuple[Any, ...]:
        hands, at, nothing = self.hands, moment(sent, 2), (None, None)
        verifier = hands.verifiers[pk % len(hands.verifiers)]
        surveyed = (moment(sent, 5), verifier) if status in {"SURVEYED", "APPROVED", "REJECTED"} else nothing
        decided = (moment(sent, 8), hands.approver) if status in {"APPROVED", "REJECTED"} else nothing
        granted = (2 * MILLION, pool.pk) if status == "APPROVED" else nothing
        reason = NOT_YET if status == "REJECTED" else ""
        ask = (status, 1, 2 * MILLION, TENOR, self.rng.choice(Purpose.values), "", self._sales())
        head = (pk, uid, at, at, *self._who(borrower))
        return *head, *ask, *granted, reason, at, hands.sender(borrower.village), *surveyed, *decided, *nothing


CHECKED = """
UPDATE revolving_funds_application SET checked_by_id = (array_remove(%s::bigint[], surveyed_by_id))[1],
    checked_at = least(submitted_at + interval '1 hour', surveyed_at)
WHERE village_id LIKE %s AND surveyed_at IS NOT NULL AND checked_at IS NULL
"""
CHECKS = """
INSERT INTO revolving_funds_paperscheck (uid, created_at, updated_at, application_id, checked_at, checked_by_id, missing, note)
SELECT gen_random_uuid(), a.checked_at, a.checked_at, a.id, a.checked_at, a.checked_by_id, '{}', ''
FROM revolving_funds_application a
WHERE a.village_id LIKE %s AND a.checked_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM revolving_funds_paperscheck c WHERE c.application_id = a.id)
"""
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
    "uid created_at updated_at loan_id sequence request_uid transaction_id paid_on booked_on amount excess reference"
    " office_code receipt_year receipt_serial recorded_by_id"
)
