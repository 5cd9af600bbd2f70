"""The nightly job: on the earliest date of the offices' zones, twice without harm, and never two at once."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from foundation.regions.models import Office
from monitoring.actions import days
from monitoring.enums import State
from monitoring.models import CheckIn, DayRun
from monitoring.tasks import run_day
from tests.factories.foundation import office
from tests.factories.members import BusinessFactory
from tests.factories.monitoring import OPENED, CheckInFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 10, 1, 1, 0, tzinfo=dt.UTC)


def test_the_job_runs_the_date_that_has_come_everywhere() -> None:
    office("16.71")
    Office.objects.filter(pk=office("32.04").pk).update(zone=Office.Zone.WIT)
    run_day.delay()
    run_day.delay()
    day = DayRun.objects.get()
    assert day.on == dt.datetime.now(tz=office("16.71").tz).date()
    assert day.finished_at is not None


def test_without_an_office_there_is_no_day() -> None:
    run_day.delay()
    assert DayRun.objects.count() == 0


def at_once(deed: object, times: int) -> list[str]:
    barrier, results = threading.Barrier(times), []

    def work() -> None:
        try:
            barrier.wait()
            deed()  # type: ignore[operator]
            results.append("done")
        except IntegrityError as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_message_once() -> None:
    business = BusinessFactory()
    CheckInFactory(business=business)
    CheckInFactory(business=business, cause="LOAN")
    for _n in range(5):
        CheckInFactory()
    assert at_once(lambda: days.run(on=OPENED, now=NOW), 4) == ["done"] * 4
    assert CheckIn.objects.filter(state=State.OPEN).count() == 6
    assert CheckIn.objects.filter(state=State.MERGED).count() == 1
    assert Message.objects.filter(channel=Channel.WHATSAPP).count() == 6
    assert DayRun.objects.get().counts == {"opened": 6, "merged": 1}


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_two_forms_of_one_business_collide() -> None:
    """The negative control: two runs that both looked before either wrote; only the database stops the second."""
    business = BusinessFactory()
    rows = [CheckInFactory(business=business), CheckInFactory(business=business, cause="LOAN")]
    looked, mine = threading.Barrier(2), iter(rows)

    def careless() -> None:
        row = next(mine)
        with transaction.atomic():
            assert not CheckIn.objects.live().filter(business=business).exists()
            looked.wait()
            days._mark_opened([row], OPENED, NOW)

    assert at_once(careless, 2) == ["IntegrityError", "done"]
