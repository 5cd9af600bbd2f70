"""Races beside the last place: offers that run out, devices at the door, trainers, reminders; each with its control."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from foundation.common.querysets import BaseQuerySet
from foundation.notifications.models import Message
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from tests.races import together
from tests.trainings.test_races import uncounted
from trainings import places
from trainings.actions import crew, door, offers, reminders
from trainings.actions.attendance import Door
from trainings.enums import EnrolmentState, Helix
from trainings.models import DoorDevice, Enrolment, SessionTrainer, Training

pytestmark = [pytest.mark.ci, pytest.mark.django_db(transaction=True)]


@contextmanager
def without(model: type[models.Model], name: str) -> Iterator[None]:
    """The table without one of its constraints, as a control; its rows go before it is put back."""
    guard = next(row for row in model._meta.constraints if row.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, guard)
    try:
        yield
    finally:
        model._default_manager.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, guard)


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseQuerySet, "locked", lambda self, pk: self.get(pk=pk))


def meeting(count: int, deed: Callable[..., Any]) -> Callable[..., Any]:
    """The deed, but the first `count` callers go on only once all of them have done it."""
    gate, seen = threading.Barrier(count, timeout=10), iter(range(count))

    def done(*args: Any, **kwargs: Any) -> Any:
        found = deed(*args, **kwargs)
        if next(seen, None) is not None:
            gate.wait()
        return found

    return done


# An offer that runs out


def offered() -> Training:
    """One place, offered until a moment ago; two wait for it."""
    training: Training = TrainingFactory(capacity=1)
    late = {"state": EnrolmentState.OFFERED, "offer_until": NOW - HOURS}
    EnrolmentFactory(training=training, person=OwnerFactory(), **late)
    for _number in range(2):
        EnrolmentFactory(training=training, state=EnrolmentState.WAITING)
    return training


def test_an_offer_that_ran_out_passes_on_once_though_the_sweep_runs_four_times_at_once() -> None:
    training = offered()
    assert sum(together(4, lambda _number: offers.sweep(now=NOW))) == 1
    states = list(Enrolment.objects.filter(training=training).order_by("queue_number").values_list("state", flat=True))
    assert states == [EnrolmentState.CANCELLED, EnrolmentState.OFFERED, EnrolmentState.WAITING]
    assert Message.objects.filter(kind="training_offer_expired", channel="APP").count() == 1


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_it_is_ended_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    offered()
    monkeypatch.setattr(offers, "end", meeting(2, lambda *_args, **_kwargs: None))
    assert sum(row for row in together(2, lambda _number: offers.sweep(now=NOW)) if isinstance(row, int)) > 1


def test_a_yes_at_the_last_moment_and_the_sweep_never_both_win() -> None:
    training = offered()
    row = Enrolment.objects.filter(training=training).offered().get()

    def deed(number: int) -> Any:
        if number:
            return offers.sweep(now=NOW)
        return offers.accept(enrolment=row, by=None, now=NOW - HOURS * 2)

    together(2, deed)
    assert Enrolment.objects.filter(training=training, state__in=["CONFIRMED", "OFFERED"]).count() == 1


def yes_while_the_sweep_passes(monkeypatch: pytest.MonkeyPatch) -> tuple[Training, list[Any]]:
    """The owner's yes has read the offer as open; before it writes, the sweep comes through."""
    training = offered()
    row = Enrolment.objects.filter(training=training).offered().get()
    looked, swept, read = threading.Event(), threading.Event(), offers._open_offers

    def slowly(*args: Any) -> Any:
        found = read(*args)
        looked.set()
        swept.wait(timeout=10)
        return found

    def deed(number: int) -> Any:
        if not number:
            return offers.accept(enrolment=row, by=None, now=NOW - HOURS * 2)
        looked.wait(timeout=10)
        ended = offers.sweep(now=NOW)
        swept.set()
        return ended

    monkeypatch.setattr(offers, "_open_offers", slowly)
    return training, together(2, deed)


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_the_yes_and_the_sweep_both_win(monkeypatch: pytest.MonkeyPatch) -> None:
    guards = [without(Enrolment, f"enrolment_{name}") for name in ("state_has_its_time", "end_reason_known")]
    with guards[0], guards[1], uncounted():
        training, _results = yes_while_the_sweep_passes(monkeypatch)
        assert Enrolment.objects.filter(training=training, state__in=["CONFIRMED", "OFFERED"]).count() == 2


@pytest.mark.usefixtures("no_lock")
def test_and_even_then_the_database_refuses_the_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    _training, (yes, ended) = yes_while_the_sweep_passes(monkeypatch)
    assert isinstance(yes, IntegrityError)
    assert ended == 1


# Places of devices


def opened(count: int) -> Training:
    training: Training = TrainingFactory(starts_at=FIRST, capacity=4)
    session = training.sessions.get(number=1)
    names = [f"{number:032x}" for number in range(1, count + 1)]
    together(
        count,
        lambda number: door.prepare(
            session=session, door=Door(by=training.facilitator, device=names[number]), now=FIRST
        ),
    )
    return training


def apart(training: Training) -> int:
    return sum(DoorDevice.objects.filter(training=training).values_list("block", flat=True))


def test_six_devices_opened_at_once_set_apart_no_more_than_is_free() -> None:
    training = opened(6)
    assert DoorDevice.objects.filter(training=training).count() == 6
    assert apart(training) == 4


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_devices_promise_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "free", meeting(6, places.free))
    assert apart(opened(6)) > 4


def lost_and_late() -> tuple[Training, Callable[[int], Any]]:
    """The last place lies on a phone: somebody takes it back while the phone brings whom it has let in."""
    training = opened(1)
    Training.objects.filter(pk=training.pk).update(capacity=1)
    DoorDevice.objects.update(block=1)
    EnrolmentFactory(training=training, person=OwnerFactory(), state=EnrolmentState.WAITING)
    row, session = DoorDevice.objects.get(), training.sessions.get(number=1)
    here, guest = Door(by=training.facilitator, device=row.device), door.GuestShown(name="Iis", at=FIRST, let_in=True)
    deeds: list[Callable[[], Any]] = [
        lambda: door.take_back(row=row, by=None, now=FIRST),
        lambda: door.walk_in(session=session, guest=guest, door=here, now=FIRST),
    ]
    return training, lambda number: deeds[number]()


def test_a_lost_phones_place_is_given_once_though_its_guest_arrives_at_that_moment() -> None:
    training, deed = lost_and_late()
    wrong = [row for row in together(2, deed) if isinstance(row, Exception) and not isinstance(row, door.NothingApart)]
    assert not wrong
    assert places.held(training, now=FIRST) == 1


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_only_the_database_keeps_a_lost_phones_place_from_going_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _training, deed = lost_and_late()
    save, both = DoorDevice.save, threading.Barrier(2, timeout=10)

    def when_both_have_looked(row: DoorDevice, **options: Any) -> None:
        both.wait()
        save(row, **options)

    monkeypatch.setattr(BaseQuerySet, "for_update", lambda self, **_options: self.all())
    monkeypatch.setattr(DoorDevice, "save", when_both_have_looked)
    assert [row for row in together(2, deed) if isinstance(row, IntegrityError)]


# Trainers


def asked_twice() -> list[Any]:
    both = [TrainingFactory(), TrainingFactory()]
    ratna = crew.know_trainer(
        office_code="16.71", name="Dr. Ratna", organisation="", helix=Helix.ACADEMIC, by=None, now=NOW
    )
    return together(2, lambda number: crew.assign(training=both[number], trainer=ratna, by=None, now=NOW))


def test_a_trainer_asked_for_two_places_at_once_gets_one() -> None:
    found = asked_twice()
    assert [type(row) for row in found].count(crew.TrainerBusy) == 1
    assert SessionTrainer.objects.count() == 2


def test_control_without_the_databases_word_she_stands_in_both() -> None:
    with without(SessionTrainer, "sessiontrainer_one_place_at_a_time"):
        assert not [row for row in asked_twice() if isinstance(row, Exception)]
        assert SessionTrainer.objects.count() == 4


# Reminders


def reminded() -> int:
    training = TrainingFactory()
    EnrolmentFactory(training=training, person=OwnerFactory())
    eve = FIRST - DAY
    together(4, lambda _number: reminders.send(on=eve.date(), now=eve))
    return Message.objects.filter(kind="training_reminder", channel="APP").count()


def test_four_jobs_at_once_remind_once() -> None:
    assert reminded() == 1


def test_control_without_the_outbox_as_ledger_they_remind_again() -> None:
    with without(Message, "message_once"):
        assert reminded() > 1
