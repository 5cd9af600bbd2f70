"""Figures of past days that a close kept: read where they are what the book still says.

A day of a closed month cannot change any more: every payment, reversal and write-off of it is an entry of that month, and
the schedules in force then stay; rules change from a day ahead only. So once a month is closed its last day is counted one
more time and kept; from then on the figures of that day are read. An office with very many loans also reads other past days
as a close kept them, and is told which day that was; counting those anew takes minutes.
"""

from datetime import date, timedelta

from foundation.ledger.models import Period
from foundation.regions.models import Office
from revolving_funds import close
from revolving_funds.close import Part
from revolving_funds.enums import Dimension
from revolving_funds.models import Bank, FundDay, Loan
from revolving_funds.queries import Portfolio

LARGE = 50_000  # running loans of an office from which on what a close kept is shown rather than counted anew


def parts(office: Office, *, on: date) -> tuple[date, list[Part]] | None:
    """The portfolio at the close of `on`, whole and by every dimension, and the day that it is of: `on`, save for a large
    office of which only an earlier day was kept. None where not even that was, and counting would take minutes.
    """
    found = final(office, on)
    if found is not None:
        return on, found
    near = _nearest(office, on)
    if near is None and only_sums(office):
        return None
    return near or (on, close.parts(office, on=on))


def final(office: Office, on: date) -> list[Part] | None:
    """The figures of `on` as they were kept after its month was closed; None where they have to be counted."""
    closed = Period.objects.filter(book=office.region_id, dates__contains=on, closed_at__isnull=False)
    moment = closed.values_list("closed_at", flat=True).first()
    if moment is None:
        return None
    rows = FundDay.objects.filter(office=office, as_of=on, closed_at__gte=moment)
    return [part_of(row) for row in rows.order_by("dimension", "key")] or None


def month_ends(office: Office) -> list[date]:
    """Last days of closed months whose figures are still to be kept, oldest first."""
    months = Period.objects.filter(book=office.region_id, closed_at__isnull=False).order_by("dates")
    days = [dates.upper - timedelta(days=1) for dates in months.values_list("dates", flat=True)]
    return [day for day in days if final(office, day) is None]


def by_bank(office: Office, *, on: date, today: date) -> tuple[date, list[Portfolio]] | None:
    """Running loans by bank as a close kept them, and the day of it; None where there is none, or counting anew is quick and
    current (then `only_sums` is False).
    """
    found = (on, rows) if on < today and (rows := final(office, on)) else _nearest(office, on)
    if not found:
        return None
    names = dict(Bank.objects.values_list("code", "name"))
    return found[0], [
        Portfolio(names[part.key], part.loans, part.outstanding, part.overdue_loans, part.overdue_amount, part.par[0])
        for part in found[1]
        if part.dimension == Dimension.BANK and part.loans
    ]


def only_sums(office: Office) -> bool:
    """Of an office so large nothing is counted anew on a page, nor the loans behind a past day's figures looked up: of past
    days it keeps the sums alone.
    """
    whole = FundDay.objects.filter(office=office, dimension=Dimension.ALL).order_by("-as_of").first()
    if whole is not None:
        return whole.loans >= LARGE
    return Loan.objects.inside(office.region_id).open()[:LARGE].count() >= LARGE


def _nearest(office: Office, on: date) -> tuple[date, list[Part]] | None:
    """The last day up to `on` that was kept, for an office of `LARGE` running loans or more."""
    rows = FundDay.objects.filter(office=office, as_of__lte=on)
    whole = rows.filter(dimension=Dimension.ALL).order_by("-as_of").first()
    if whole is None or whole.loans < LARGE:
        return None
    return whole.as_of, [part_of(row) for row in rows.filter(as_of=whole.as_of).order_by("dimension", "key")]


def part_of(row: FundDay) -> Part:
    """The kept row as the close counted it."""
    return Part(
        row.dimension,
        row.key,
        row.loans,
        row.outstanding,
        row.overdue_loans,
        row.overdue_amount,
        row.eased_loans,
        row.eased_outstanding,
        tuple(row.par),
        tuple(row.par_eased),
        row.due,
        row.paid_on_time,
        row.old_arrears,
        row.collected_old,
        row.collected,
        row.quality,
    )
