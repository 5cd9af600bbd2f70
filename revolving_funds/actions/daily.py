"""What the day brings to the fund: a word before an instalment is due, on the day, and when it is late."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.functional import lazy

from foundation.common.dates import short_date
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter
from revolving_funds.actions import closing, promises_of_subsidy
from revolving_funds.enums import CaseKind, CaseStatus, LoanStatus
from revolving_funds.models import Instalment, Loan, LoanCase

AHEAD = timedelta(days=3)
# (first day, last day, name): an instalment that late is told of once in each stretch; then a person comes by.
LATE = ((1, 6, "1"), (7, 29, "7"), (30, 36, "30"))
BATCH = 500

_short_date = lazy(short_date, str)


def run(*, on: date, now: datetime) -> dict[str, int]:
    """The close of the day before, and the reminders of the day `on`. Twice, or a day late, tells nobody twice."""
    return {
        **closing.run(on=on, now=now),
        "subsidy_freed": promises_of_subsidy.free(on=on, now=now),
        "instalments_due": remind_due(on=on, now=now),
        "instalments_late": remind_late(on=on, now=now),
    }


def _bereaved() -> QuerySet[Any, Any]:
    """Loans whose borrower has died: nobody is reminded, the office speaks with the heirs."""
    return LoanCase.objects.filter(kind=CaseKind.DEATH, status=CaseStatus.APPROVED).values("loan")


def remind_due(*, on: date, now: datetime) -> int:
    """Instalments of the next three days that are not paid yet, and once more on the day itself."""
    rows = (
        Instalment.objects.in_force()
        .exclude(loan__in=_bereaved())
        .filter(
            loan__status=LoanStatus.OPEN,
            due_on__range=(on, on + AHEAD),
            cumulative__gt=F("loan__amount") - F("loan__account__balance"),
        )
        .select_related("loan__person__user")
        .order_by("due_on", "pk")
    )
    letters = (
        _letter(row.loan, row.due_on, f"{row.number}/{'0' if row.due_on == on else '-3'}")
        for row in rows.iterator(chunk_size=BATCH)
    )
    return _send("fund_instalment_due", letters, now)


def remind_late(*, on: date, now: datetime) -> int:
    """Loans whose oldest open instalment is 1, 7 or 30 days late (or a few more, where a day was missed)."""
    overdue: Any = Loan.objects.overdue(on).exclude(pk__in=_bereaved())
    rows = overdue.filter(oldest_due__gte=on - timedelta(days=LATE[-1][1]))
    return _send("fund_instalment_late", _late_letters(rows.select_related("person__user").order_by("pk"), on), now)


def _late_letters(rows: Iterable[Loan], on: date) -> Iterator[Letter]:
    for loan in rows:
        oldest: date = loan.oldest_due  # type: ignore[attr-defined]  # with_standing
        stretch = next((name for first, last, name in LATE if first <= (on - oldest).days <= last), None)
        if stretch:
            yield _letter(loan, oldest, f"{oldest}/+{stretch}")


def _letter(loan: Loan, due: date, what: str) -> Letter:
    return Letter(
        to=loan.person.as_recipient(),
        subject=f"loan:{loan.pk}/{what}",
        context={"due": _short_date(due)},
        url=loan.get_absolute_url(),
    )


def _send(kind: str, letters: Iterator[Letter], now: datetime) -> int:
    """In batches, each in a transaction of its own: a run can be broken off and taken up again."""
    sent = 0
    while batch := list(islice(letters, BATCH)):
        with transaction.atomic():
            sent += outbox.queue_each(kind, letters=batch, now=now)
    return sent
