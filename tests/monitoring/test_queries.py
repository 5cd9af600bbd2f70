"""The desk's figures: only what is due counts, each business once, and no small cells."""

import datetime as dt

import pytest

from monitoring import queries
from monitoring.enums import Cause, Operating, State
from monitoring.models import CheckIn
from tests.factories.foundation import office, region
from tests.factories.members import BusinessFactory, OwnerFactory
from tests.factories.monitoring import OPENED, CheckInFactory, ResponseFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 12, 31)


def answered(operating: Operating = Operating.CLOSED, *, at: dt.datetime | None = None, **fields: object) -> CheckIn:
    """A check-in with its answer, by default on 5 October 2026."""
    moment = at or dt.datetime(2026, 10, 5, 3, 0, tzinfo=dt.UTC)
    told = {"change": "UP", "band": "TO_3M", "workers": 1} if operating == Operating.ACTIVE else {}
    checkin = CheckInFactory(
        **{"state": State.ANSWERED, "opened_on": OPENED, "expires_on": OPENED + dt.timedelta(days=45)} | fields,
        answered_at=moment,
    )
    ResponseFactory(checkin=checkin, operating=operating, answered_at=moment, **told)
    return checkin


def test_the_answered_share_counts_what_is_due_and_nothing_twice() -> None:
    office("16.71")
    first = answered()
    CheckInFactory(business=first.business, cause=Cause.LOAN, state=State.MERGED, merged_into=first)
    CheckInFactory(open=True)
    CheckInFactory(due_on=dt.date(2027, 3, 1), wave=6)
    CheckInFactory(business=BusinessFactory(village=region("32.04.13.2001")), open=True)
    share = queries.answered_share("16.71", as_of=AS_OF)
    assert (share.part, share.whole, share.share) == (1, 2, 0.5)
    assert queries.answered_share("16.71.14", as_of=AS_OF).share is None


def test_the_past_is_told_as_it_was() -> None:
    office("16.71")
    answered(at=dt.datetime(2026, 10, 4, 17, 30, tzinfo=dt.UTC))  # 5 October, 00.30 WIB
    assert queries.answered_share("16.71", as_of=dt.date(2026, 10, 4)).part == 0
    assert queries.answered_share("16.71", as_of=dt.date(2026, 10, 5)).part == 1
    assert queries.operating_share("16.71", as_of=dt.date(2026, 10, 4)).whole == 0


def test_the_running_share_takes_the_latest_answer_of_each_business() -> None:
    first = answered(Operating.ACTIVE)
    answered(
        Operating.CLOSED,
        business=first.business,
        wave=3,
        due_on=dt.date(2026, 12, 1),
        at=dt.datetime(2026, 12, 2, tzinfo=dt.UTC),
    )
    answered(Operating.ACTIVE)
    share = queries.operating_share("16.71", as_of=AS_OF)
    assert (share.part, share.whole) == (1, 2)
    assert share.interval == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert queries.operating_share("16.71", as_of=dt.date(2026, 11, 1)).part == 2


def test_the_owners_home_shows_what_waits_for_her() -> None:
    owner = OwnerFactory()
    checkin = CheckInFactory(business__owner=owner, open=True)
    CheckInFactory(business__owner=owner)
    CheckInFactory(open=True)
    (one,) = queries.open_for(owner, on=OPENED)
    assert (one.checkin, one.until) == (checkin, dt.date(2026, 11, 14))
    assert one.url.startswith("/kabar/")
    assert queries.open_for(owner, on=dt.date(2026, 11, 15)) == []


def test_small_groups_are_not_shown() -> None:
    for _n in range(4):
        answered(Operating.ACTIVE)
    assert {row.survival for row in queries.survival_table("16.71", as_of=AS_OF)} == {None}


def test_survival_after_a_training() -> None:
    for operating in [Operating.CLOSED] * 2 + [Operating.ACTIVE] * 8:
        answered(operating)
    month_one = queries.survival_table("16.71", as_of=AS_OF)[0]
    assert (month_one.cause, month_one.month, month_one.at_risk, month_one.exits) == (Cause.TRAINING, 1, 8, 2)
    assert month_one.survival == pytest.approx(0.8)


def test_a_covered_round_takes_the_answer_of_the_other() -> None:
    for _n in range(5):
        first = answered(Operating.ACTIVE)
        CheckInFactory(business=first.business, cause=Cause.LOAN, state=State.MERGED, merged_into=first)
    rows = {(row.cause, row.month): row.at_risk for row in queries.survival_table("16.71", as_of=AS_OF)}
    assert rows[Cause.LOAN, 1] == rows[Cause.TRAINING, 1] == 5


def test_last_times_workers_stand_beside_the_question() -> None:
    checkin = CheckInFactory(business__workers=3, open=True)
    assert queries.workers_before(checkin) == 3
    answered(Operating.ACTIVE, business=checkin.business, wave=3, due_on=dt.date(2026, 12, 1))
    assert queries.workers_before(checkin) == 1
