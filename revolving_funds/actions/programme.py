"""Setting the programme up, and putting money into it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.models import Account
from foundation.regions.models import Office
from revolving_funds.enums import Mode
from revolving_funds.models import Agreement, Bank, Policy, Pool, Tier

# The steps of the programme: level, whole rupiah, months (10 for the first; 12 and 24 until the office says otherwise).
STEPS: Sequence[tuple[int, int, int]] = ((1, 2_000_000, 10), (2, 5_000_000, 12), (3, 10_000_000, 24))
MAX_DAYS_LATE = 7


class AmountNotPositive(ActionError):
    message = _("The amount is above zero.")
    field = "amount"


@transaction.atomic
def start(*, office: Office, legal_basis: str, valid_from: date, by: User | None, now: datetime) -> Policy:
    """Begin the programme of `office`: three steps and the rule of what "on time" means. Once only."""
    known: Policy | None = Policy.objects.filter(office=office).order_by("pk").first()
    if known is not None:
        return known
    Tier.objects.bulk_create(
        [
            Tier(
                office=office,
                level=level,
                amount=amount,
                tenor_months=tenor,
                valid_from=valid_from,
                legal_basis=legal_basis,
            )
            for level, amount, tenor in STEPS
        ]
    )
    policy = Policy.objects.create(
        office=office,
        max_days_late=MAX_DAYS_LATE,
        next_working_day=True,
        rounding=1000,
        valid_from=valid_from,
        legal_basis=legal_basis,
    )
    log.record("fund.programme_started", office, by=by, now=now, legal_basis=legal_basis)
    return policy


@transaction.atomic
def sign(
    *,
    office: Office,
    bank: Bank,
    number: str,
    legal_basis: str,
    valid_from: date,
    by: User | None,
    now: datetime,
    mode: Mode = Mode.EXECUTING,
) -> Agreement:
    """Record an agreement between the office and a bank. Raises IntegrityError if one already holds."""
    agreement = Agreement.objects.create(
        office=office, bank=bank, number=number, mode=mode, valid_from=valid_from, legal_basis=legal_basis
    )
    log.record("fund.agreement_signed", agreement, by=by, now=now, mode=str(mode))
    return agreement


@transaction.atomic
def open_pool(*, agreement: Agreement, year: int, by: User | None, now: datetime) -> Pool:
    """The pool of a bank for a fiscal year, with its two accounts; the one that is there, if it is."""
    known = Pool.objects.filter(agreement=agreement, year=year).first()
    if known is not None:
        return known
    book, stem = agreement.office.region_id, f"pool/{agreement.bank.code}/{agreement.pk}/{year}"
    name = f"{agreement.bank} {year}"
    pool = Pool.objects.create(
        agreement=agreement,
        year=year,
        available=accounts.open_account(book=book, code=f"{stem}/available", name=name, kind=AccountKind.ASSET),
        reserved=accounts.open_account(book=book, code=f"{stem}/reserved", name=name, kind=AccountKind.ASSET),
    )
    log.record("fund.pool_opened", pool, by=by, now=now, year=year)
    return pool


def capital(book: str) -> Account:
    """The office's own money in the fund: where every pool is filled from."""
    return accounts.open_account(
        book=book, code="fund.capital", name="Modal dana bergulir", kind=AccountKind.EQUITY, floor=None
    )


@transaction.atomic
def place(*, pool: Pool, amount: int, reference: str, on: date, key: str, by: User | None, now: datetime) -> Pool:
    """Place `amount` rupiah of the budget with the bank (J1). The same `key` again places nothing."""
    if amount <= 0:
        raise AmountNotPositive
    book = pool.available.book
    journal.post(
        book=book,
        kind="POOL_PLACED",
        business_date=on,
        legs=[debit(pool.available, amount), credit(capital(book), amount)],
        scope="pool.place",
        key=key,
        by=by,
        now=now,
        memo=reference,
    )
    log.record("fund.pool_placed", pool, by=by, now=now, amount=amount, reference=reference)
    return pool
