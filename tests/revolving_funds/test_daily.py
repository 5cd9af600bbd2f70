"""Reminders before an instalment is due, on the day, and when it is late; nobody is told twice."""

import datetime as dt

import pytest

from foundation.notifications.models import Message
from revolving_funds.actions import daily
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date


def run(on: dt.date) -> tuple[int, int]:
    done = daily.run(on=on, now=dt.datetime.combine(on, dt.time(1), tzinfo=dt.UTC))
    return done["instalments_due"], done["instalments_late"]


def test_a_borrower_is_reminded_before_on_and_after_the_day() -> None:
    make.pool()
    make.loan()  # the first instalment is due on 18 February
    told = [
        run(D(2026, 2, 14)),
        run(D(2026, 2, 15)),
        run(D(2026, 2, 16)),
        run(D(2026, 2, 18)),
        run(D(2026, 2, 19)),
        run(D(2026, 2, 20)),
        run(D(2026, 2, 26)),
    ]
    # Each time by WhatsApp and in the app.
    assert told == [(0, 0), (2, 0), (0, 0), (2, 0), (0, 2), (0, 0), (0, 2)]
    body = Message.objects.filter(channel="WHATSAPP", kind="fund_instalment_late").first().body
    assert "18 Februari 2026" in body
    assert "200.000" not in body


def test_who_has_paid_is_left_alone() -> None:
    make.pool()
    make.repay(make.loan(), 200_000, D(2026, 2, 10))
    assert [run(D(2026, 2, 15)), run(D(2026, 2, 18)), run(D(2026, 2, 25))] == [(0, 0)] * 3


def test_a_day_that_was_missed_is_made_up_for() -> None:
    make.pool()
    make.loan()
    assert [run(D(2026, 2, 17)), run(D(2026, 2, 21)), run(D(2026, 4, 30))] == [(2, 0), (0, 2), (0, 0)]
