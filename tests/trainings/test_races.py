"""The last place, twenty hands at once, on real connections, with the control that shows the race."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from foundation.common.querysets import BaseQuerySet
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import FIRST, NOW, EnrolmentFactory, TrainingFactory
from trainings.actions import attendance, certificates, enrolments, seating, trainings
from trainings.enums import CheckInWay, EnrolmentState
from trainings.models import Attendance, Certificate, Enrolment, Training
from trainings.queries import position_of
from trainings.views import crowd

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HANDS = 20


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Each deed on its own connection, all let go at the same moment; results or errors in order."""
    results: list[Any] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(index: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            results[index] = deed()
        except Exception as error:  # noqa: BLE001 -- the test judges it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def everybody_wants(training: Training) -> list[Any]:
    people = PersonFactory.create_batch(HANDS)
    return at_once(
        [
            lambda person=person: enrolments.enrol(training=training, person=person, by=None, now=NOW)  # type: ignore[misc]
            for person in people
        ]
    )


def test_the_last_place_goes_to_exactly_one_and_the_others_queue() -> None:
    training = TrainingFactory(capacity=1)
    results = everybody_wants(training)
    assert not [row for row in results if isinstance(row, Exception)]
    assert Enrolment.objects.filter(training=training).confirmed().count() == 1
    positions = sorted(position_of(row) for row in Enrolment.objects.filter(training=training).waiting())
    assert positions == list(range(1, HANDS))


def test_a_crowd_that_presses_in_one_process_is_served_together_and_no_place_is_sold_twice() -> None:
    training = TrainingFactory(capacity=3)
    owners = OwnerFactory.create_batch(HANDS)
    results = at_once([lambda owner=owner: crowd.enrol(training.uid, by=owner.user) for owner in owners])  # type: ignore[misc]
    assert [row.person_id for row in results] == [owner.pk for owner in owners]  # to each her own
    assert Enrolment.objects.filter(training=training).confirmed().count() == 3
    assert len({row.queue_number for row in results}) == HANDS


@contextmanager
def uncounted() -> Iterator[None]:
    """The database does not watch over the places."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trainings_enrolment DISABLE TRIGGER USER")
    try:
        yield
    finally:
        Enrolment.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trainings_enrolment ENABLE TRIGGER USER")


@pytest.fixture
def no_second_guard() -> Iterator[None]:
    """Takes away what would stop the double sale with an error: the unique queue number, and the count of the places."""
    with uncounted():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trainings_enrolment DROP CONSTRAINT enrolment_queue_number_once")
        yield
    guard = next(row for row in Enrolment._meta.constraints if row.name == "enrolment_queue_number_once")
    with connection.schema_editor() as editor:
        editor.add_constraint(Enrolment, guard)


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads the training without locking it, and lets everybody look before anybody writes."""
    looked = threading.Barrier(HANDS, timeout=10)
    write = seating.write

    def after_all_have_looked(*args: Any, **kwargs: Any) -> Any:
        looked.wait()
        return write(*args, **kwargs)

    monkeypatch.setattr(BaseQuerySet, "locked", lambda self, pk: self.get(pk=pk))
    monkeypatch.setattr(seating, "write", after_all_have_looked)


@pytest.mark.usefixtures("no_lock", "no_second_guard")
def test_control_without_the_lock_the_last_place_is_sold_more_than_once() -> None:
    training = TrainingFactory(capacity=1)
    everybody_wants(training)
    assert Enrolment.objects.filter(training=training).confirmed().count() > 1


def test_places_given_back_at_once_are_each_offered_once() -> None:
    training = TrainingFactory(capacity=5)
    held = [EnrolmentFactory(training=training) for _ in range(5)]
    queue = [EnrolmentFactory(training=training, state=EnrolmentState.WAITING) for _ in range(7)]
    results = at_once(
        [
            lambda row=row: enrolments.cancel(enrolment=row, by=None, now=NOW)
            for row in held  # type: ignore[misc]
        ]
    )
    assert not [row for row in results if isinstance(row, Exception)]
    offered = Enrolment.objects.filter(training=training).offered().order_by("queue_number")
    assert list(offered) == queue[:5]


def test_the_same_ticket_at_several_gates_counts_once() -> None:
    enrolment = EnrolmentFactory()
    session = enrolment.training.sessions.get(number=1)
    results = at_once(
        [lambda: attendance.check_in(session=session, enrolment=enrolment, way=CheckInWay.SCAN, by=None, now=FIRST)] * 8
    )
    assert not [row for row in results if isinstance(row, Exception)]
    assert [row.is_new for row in results].count(True) == 1
    assert Attendance.objects.count() == 1


def test_ending_a_training_beside_the_door_loses_nobody_who_was_seen_before() -> None:
    """Whose look came in time has her certificate at the end; whose look the end has overtaken, a little later."""
    training = TrainingFactory(starts_at=FIRST)
    held = [EnrolmentFactory(training=training) for _ in range(6)]
    first, last = training.sessions.in_order()
    for row in held:
        attendance.check_in(session=first, enrolment=row, way=CheckInWay.SCAN, by=None, now=first.starts_at)
    deeds: list[Callable[[], Any]] = [
        lambda row=row: attendance.check_in(  # type: ignore[misc]
            session=last, enrolment=row, way=CheckInWay.SCAN, by=None, now=last.starts_at
        )
        for row in held
    ]
    results = at_once([*deeds, lambda: trainings.finish(training=training, by=None, now=last.ends_at)])
    assert not [row for row in results if isinstance(row, Exception)]
    at_the_end = Certificate.objects.count()
    assert certificates.grant_late(now=last.ends_at) == len(held) - at_the_end
    assert Certificate.objects.count() == Attendance.objects.filter(session=last).count() == len(held)
