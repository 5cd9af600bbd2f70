"""The daily job: invitation, reminders on day 3 and 7, the assistant on day 10, the end on day 45."""

import datetime as dt
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from monitoring.actions import checkins, days, plans
from monitoring.causes import Subject
from monitoring.enums import Cause, Informant, Operating, Outcome, State, Way
from monitoring.models import CheckIn, DayRun, Task
from tests.factories.foundation import user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory, PersonFactory
from tests.factories.monitoring import ENDED, OPENED, CheckInFactory

pytestmark = pytest.mark.django_db


def moment(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(23, 5), tzinfo=dt.UTC) - dt.timedelta(days=1)


def run(on: dt.date) -> DayRun:
    return days.run(on=on, now=moment(on))


def after(number: int) -> dt.date:
    return OPENED + dt.timedelta(days=number)


def kinds() -> Counter[str]:
    return Counter(Message.objects.filter(channel=Channel.WHATSAPP).values_list("kind", flat=True))


def subject(business: object, **fields: object) -> Subject:
    values = {
        "business_id": business.pk,
        "person_id": business.owner_id,
        "region_code": business.village_id,  # type: ignore[attr-defined]
        "cause": Cause.TRAINING,
        "cause_id": 7,
        "label": "pelatihan Foto produk",
        "anchor_on": ENDED,
    }
    return Subject(**{**values, **fields})


def test_four_waves_are_planned_once() -> None:
    one = subject(BusinessFactory())
    assert plans.plan(subjects=[one], by=None, now=moment(ENDED), on=ENDED) == 4
    assert plans.plan(subjects=[one], by=None, now=moment(ENDED), on=ENDED) == 0
    rows = CheckIn.objects.order_by("wave").values_list("wave", "due_on")
    assert list(rows) == [
        (1, dt.date(2026, 10, 1)),
        (3, dt.date(2026, 12, 1)),
        (6, dt.date(2027, 3, 1)),
        (12, dt.date(2027, 9, 1)),
    ]


def test_waves_that_are_long_over_are_not_planned() -> None:
    one = subject(BusinessFactory(), anchor_on=dt.date(2026, 1, 31))
    plans.plan(subjects=[one], by=None, now=moment(ENDED), on=dt.date(2026, 10, 1))
    assert list(CheckIn.objects.values_list("wave", "due_on")) == [(12, dt.date(2027, 1, 31))]


def test_nothing_opens_before_its_day() -> None:
    CheckInFactory()
    assert run(after(-1)).counts == {}
    assert CheckIn.objects.get().state == State.PLANNED


def test_the_day_comes_and_the_owner_gets_a_link() -> None:
    checkin = CheckInFactory(business__owner=OwnerFactory(full_name="Siti"), business__name="Keripik Siti")
    run(OPENED)
    checkin.refresh_from_db()
    assert (checkin.state, checkin.opened_on, checkin.expires_on) == (State.OPEN, OPENED, after(45))
    message = Message.objects.get(channel=Channel.WHATSAPP)
    assert "/kabar/" in message.url
    assert "Siti" in message.body
    assert "Rp" not in message.body


@pytest.mark.ci
def test_the_whole_timeline_of_silence() -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04", email="a@example.org")
    CheckInFactory()
    seen = {}
    for number in range(46):
        run(after(number))
        seen[number] = (kinds()["checkin_invitation"], kinds()["checkin_reminder_1"], kinds()["checkin_reminder_2"])
    assert seen[0] == (1, 0, 0)
    assert (seen[2], seen[3]) == ((1, 0, 0), (1, 1, 0))
    assert (seen[6], seen[7], seen[45]) == ((1, 1, 0), (1, 1, 1), (1, 1, 1))
    task = Task.objects.get()
    assert (task.opened_at, task.due_on, task.assignee) == (moment(after(10)), after(17), assistant)
    assert (task.outcome, task.done_at) == (Outcome.LAPSED, moment(after(45)))
    assert CheckIn.objects.get().state == State.EXPIRED
    assert Message.objects.filter(kind="checkin_tasks", channel=Channel.EMAIL).count() == 1


def test_a_day_that_ran_does_nothing_new_the_second_time() -> None:
    CheckInFactory()
    CheckInFactory(open=True, reminders=2, next_step_on=OPENED)
    first = run(OPENED)
    assert (first.counts["opened"], first.counts["escalated"]) == (1, 1)
    before = (Message.objects.count(), Task.objects.count(), Event.objects.count())
    again = run(OPENED)
    assert again.counts == first.counts
    assert (Message.objects.count(), Task.objects.count(), Event.objects.count()) == before


def test_missed_days_are_made_up_for_without_two_messages_at_once() -> None:
    CheckInFactory()
    run(after(5))
    assert kinds() == {"checkin_invitation": 1}
    run(after(20))
    assert kinds() == {"checkin_invitation": 1, "checkin_reminder_1": 1}
    assert CheckIn.objects.get().next_step_on == after(24)


def test_a_form_whose_whole_window_was_missed_is_not_sent() -> None:
    CheckInFactory()
    run(after(45))
    assert CheckIn.objects.get().state == State.EXPIRED
    assert Message.objects.count() == 0


def test_who_answered_is_not_reminded() -> None:
    checkin = CheckInFactory()
    run(OPENED)
    checkins.answer(
        checkin=checkin,
        answers=checkins.Answers(operating=Operating.PAUSED),
        way=Way.LINK,
        informant=Informant.OWNER,
        by=None,
        now=moment(after(1)),
        on=after(1),
    )
    run(after(3))
    run(after(10))
    assert kinds() == {"checkin_invitation": 1}
    assert Task.objects.count() == 0


def test_an_owner_without_number_becomes_a_task_the_same_day() -> None:
    person = PersonFactory()
    person.set_nik("9971040101900001")
    person.phone = ""
    person.save(update_fields=["nik", "nik_hash", "nik_tail", "phone"])
    CheckInFactory(business__owner=person)
    run(OPENED)
    assert Message.objects.count() == 0
    assert Task.objects.get().checkin.state == State.ESCALATED


def test_a_district_without_assistant_is_called_by_the_office() -> None:
    user_with_role(Role.FACILITATOR, "16.71.14")
    CheckInFactory(open=True, reminders=2, next_step_on=OPENED)
    run(OPENED)
    assert Task.objects.get().assignee is None


def test_two_assistants_of_one_district_take_turns() -> None:
    both = {user_with_role(Role.FACILITATOR, "16.71.04").pk for _n in range(2)}
    for _n in range(2):
        CheckInFactory(open=True, reminders=2, next_step_on=OPENED)
    run(OPENED)
    assert set(Task.objects.values_list("assignee", flat=True)) == both


def test_one_business_gets_one_form_and_the_other_is_covered_by_it() -> None:
    business = BusinessFactory()
    first = CheckInFactory(business=business)
    second = CheckInFactory(business=business, cause=Cause.LOAN)
    run(OPENED)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.merged_into) == (State.OPEN, State.MERGED, first)
    assert kinds() == {"checkin_invitation": 1}


def test_who_answered_a_few_days_ago_is_not_asked_again() -> None:
    business = BusinessFactory()
    answered = CheckInFactory(
        business=business,
        state=State.ANSWERED,
        opened_on=after(-20),
        expires_on=after(25),
        answered_at=moment(after(-5)),
    )
    CheckInFactory(business=business, cause=Cause.LOAN)
    run(OPENED)
    assert CheckIn.objects.get(cause=Cause.LOAN).merged_into == answered


def test_a_broken_off_run_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "BATCH", 1)
    for _n in range(3):
        CheckInFactory()
    days._open(OPENED, moment(OPENED))  # one batch, then the power fails
    assert CheckIn.objects.filter(state=State.OPEN).count() == 1
    assert run(OPENED).counts["opened"] == 2
    assert kinds() == {"checkin_invitation": 3}


def test_the_command_runs_each_day_until_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    CheckInFactory()
    call_command("run_day", date=OPENED, until=after(3))
    assert capsys.readouterr().out.splitlines() == [
        "2026-10-01: opened 1",
        "2026-10-02: nothing to do",
        "2026-10-03: nothing to do",
        "2026-10-04: reminded 1",
    ]


def queries_of_a_day(rows: int, on: dt.date) -> int:
    for _n in range(rows):
        CheckInFactory(business__owner=OwnerFactory())
        CheckInFactory(business__owner=OwnerFactory(), open=True, next_step_on=OPENED)
        CheckInFactory(open=True, next_step_on=OPENED, reminders=2)
    with CaptureQueriesContext(connection) as queries:
        run(on)
    return len(queries)


def test_the_queries_of_a_day_do_not_grow_with_the_rows() -> None:
    user_with_role(Role.FACILITATOR, "16.71.04")
    assert queries_of_a_day(1, OPENED) == queries_of_a_day(5, after(1))
