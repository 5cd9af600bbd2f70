"""Setting the programme up, and putting money into it."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

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
from revolving_funds import modes
from revolving_funds.actions import late_entries, layouts
from revolving_funds.actions.pools import AmountNotPositive, appropriation
from revolving_funds.enums import Mode, Scale
from revolving_funds.models import Agreement, AgreementTerms, Bank, Policy, Pool, QualityScale, Tier

__all__ = ["AmountNotPositive", "appropriation", "capital", "open_pool", "place", "sign", "start"]

# The steps of the programme: level, whole rupiah, months (10 for the first; 12 and 24 until the office says otherwise).
STEPS: Sequence[tuple[int, int, int]] = ((1, 2_000_000, 10), (2, 5_000_000, 12), (3, 10_000_000, 24))
MAX_DAYS_LATE = 7
# Days past due up to which a loan is of class 1 to 4, days after the final due day, and the rule it stands in.
SCALES: dict[Scale, tuple[list[int], list[int], str]] = {
    Scale.COMMERCIAL: ([0, 90, 120, 180], [], "POJK 40/2019"),
    Scale.RURAL: ([30, 90, 180, 360], [0, 15, 30, 60], "POJK 1/2024"),
    Scale.OFFICE: ([0, 90, 120, 180], [], "Permendagri 73/2015"),
}
# Hundredths of a percent that are set aside for class 1 to 5.
PROVISION_BP = [50, 50, 1_000, 5_000, 10_000]


class PlacedAhead(ActionError):
    message = _("The day of the transfer lies ahead.")
    field = "placed_on"


@transaction.atomic
def start(*, office: Office, legal_basis: str, valid_from: date, by: User | None, now: datetime) -> Policy:
    """Begin the programme of `office`: three steps, the rule of what "on time" means, three scales. Once only."""
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
    QualityScale.objects.bulk_create(
        [
            QualityScale(
                office=office,
                scale=scale,
                days_upto=days,
                matured_upto=matured,
                provision_bp=PROVISION_BP,
                valid_from=valid_from,
                legal_basis=basis,
            )
            for scale, (days, matured, basis) in SCALES.items()
        ]
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
    """Record an agreement between the office and a bank, with the usual terms (6 % a year on what is outstanding).

    Raises IntegrityError if one already holds.
    """
    agreement = Agreement.objects.create(
        office=office, bank=bank, number=number, mode=mode, valid_from=valid_from, legal_basis=legal_basis
    )
    AgreementTerms.objects.create(agreement=agreement, valid_from=valid_from, legal_basis=legal_basis)
    layouts.give_first(bank=bank)
    log.record("fund.agreement_signed", agreement, by=by, now=now, mode=str(mode))
    return agreement


@transaction.atomic
def open_pool(*, agreement: Agreement, year: int, by: User | None, now: datetime) -> Pool:
    """The pool of a bank for a fiscal year, with its four accounts; the one that is there, if it is."""
    known = Pool.objects.filter(agreement=agreement, year=year).first()
    if known is not None:
        return known
    book, stem = agreement.office.region_id, modes.money_stem(agreement, year)
    name = f"{agreement.bank} {year}"
    parts = {"available", "reserved", "subsidy_budget", "subsidy_committed"}
    opened = {
        part: accounts.open_account(
            book=book, code=f"{stem}/{part.replace('_', '-')}", name=name, kind=AccountKind.ASSET
        )
        for part in sorted(parts)
    }
    pool = Pool.objects.create(agreement=agreement, year=year, **opened)
    log.record("fund.pool_opened", pool, by=by, now=now, year=year)
    return pool


def capital(book: str) -> Account:
    """The office's own money in the fund: where every pool is filled from."""
    return accounts.open_account(
        book=book, code="fund.capital", name="Modal dana bergulir", kind=AccountKind.EQUITY, floor=None
    )


@transaction.atomic
def place(
    *,
    pool: Pool,
    amount: int,
    reference: str,
    on: date,
    key: str,
    by: User | None,
    now: datetime,
    placed_on: date | None = None,
) -> Pool:
    """Place `amount` rupiah of the budget with the bank (J1), transferred on `placed_on` (default: `on`). The same `key`
    again places nothing. Where the month of that day is closed, the entry stands on the day `on`.

    Raises AmountNotPositive, PlacedAhead.
    """
    if amount <= 0:
        raise AmountNotPositive
    if placed_on is not None and placed_on > on:
        raise PlacedAhead
    book = pool.available.book
    post = partial(
        journal.post,
        book=book,
        kind="POOL_PLACED",
        legs=[debit(pool.available, amount), credit(capital(book), amount)],
        scope="pool.place",
        key=key,
        by=by,
        now=now,
    )
    late_entries.post_on(post, day=placed_on or on, on=on, memo=reference)
    log.record("fund.pool_placed", pool, by=by, now=now, amount=amount, reference=reference)
    return pool
