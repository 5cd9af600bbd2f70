"""A made-up history of the fund in true numbers: years of loans in all states, with the whole ledger.

Set-based: what the actions do for one loan is done here for thousands, through the same ledger triggers and the same
constraints, so that `check_ledger` proves a demo city like a real one. Deterministic by the given `rng`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection, transaction

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.audit import log
from foundation.regions.models import Office
from members.enums import BusinessStatus, LicenceKind, LicenceStatus
from members.models import Business
from revolving_funds.actions import seeding_papers
from revolving_funds.actions.seeding_history import BankShare, Borrower, Hands, history
from revolving_funds.actions.seeding_rows import Writer

__all__ = ["BankShare", "Borrower", "Hands", "borrowers_of", "hands_of", "seed_loans"]

TWO = 2


def hands_of(office: Office) -> Hands:
    """The people of the office by their roles. Raises ValueError where one is missing."""
    by_role: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = Assignment.objects.in_force().filter(region_code__startswith=office.region_id).order_by("pk")
    for role, code, user in rows.values_list("role", "region_code", "user_id"):
        by_role[role].append((code, user))
    missing = [role for role in (Role.VERIFIER, Role.APPROVER, Role.TREASURER, Role.FACILITATOR) if not by_role[role]]
    if missing:
        raise ValueError(f"{office} has nobody as {', '.join(missing)}.")
    if len({user for _code, user in by_role[Role.VERIFIER]}) < TWO:
        raise ValueError(f"{office} has one {Role.VERIFIER}: who looks at the papers does not make the visit.")
    return Hands(
        [user for _code, user in by_role[Role.VERIFIER]],
        by_role[Role.APPROVER][0][1],
        by_role[Role.TREASURER][0][1],
        dict(by_role[Role.FACILITATOR]),
    )


def borrowers_of(office: Office) -> list[Borrower]:
    """Owners in the office's region with a running business and a NIB, one business each, in order of registration."""
    rows = (
        Business.objects.filter(
            village__code__startswith=office.region_id,
            status=BusinessStatus.ACTIVE,
            licences__kind=LicenceKind.NIB,
            licences__status=LicenceStatus.HELD,
        )
        .order_by("owner_id", "pk")
        .distinct("owner_id")
        .values_list("owner_id", "pk", "village_id", "owner__full_name", "registered_at")
    )
    return [Borrower(owner, pk, village, name, at.date()) for owner, pk, village, name, at in rows]


@transaction.atomic
def seed_loans(
    *,
    office: Office,
    banks: Sequence[BankShare],
    rng: Random,
    as_of: date,
    now: datetime,
    borrowers: Sequence[Borrower] | None = None,
    hands: Hands | None = None,
) -> list[str]:
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
    made = [loan for bank in banks for loan in history(bank, stream, rng, as_of)]
    made.sort(key=lambda loan: (loan.disbursed_on, loan.borrower.person_id))
    writer = Writer(office, hands, rng, as_of, now)
    writer.write(made, banks)
    waiting = writer.write_waiting(stream, banks, len(made))
    writer.write_checks()
    papers = seeding_papers.seed_papers(office=office, rng=rng, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE revolving_funds_loan, revolving_funds_instalment, revolving_funds_repayment,"
            " revolving_funds_application, ledger_account, ledger_transaction, ledger_leg"
        )
    log.record("fund.seeded", office, by=None, now=now, loans=len(made))
    paid = sum(len(loan.payments) for loan in made)
    return [f"{len(made):,} loans", f"{paid:,} repayments", f"{waiting:,} other applications", f"{papers:,} papers"]
