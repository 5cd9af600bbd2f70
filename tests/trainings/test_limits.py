"""The database's own guard: places within the training, the share of the source, the activity; also by plain SQL."""

import datetime as dt
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tests.factories.foundation import office
from tests.factories.members import PersonFactory
from tests.factories.trainings import DAY, FIRST, NOW, EnrolmentFactory, TrainingFactory
from tests.trainings.test_races import at_once, uncounted
from trainings import quotas
from trainings.actions import capacity, dates, enrolments, offers, plans, seating, trainings
from trainings.actions.trainings import Slot
from trainings.enums import EnrolmentState, ProposalSource
from trainings.models import Enrolment, PlanActivity, PlanShare, Training, YearPlan

pytestmark = pytest.mark.django_db
OWN, PD = ProposalSource.OWN, ProposalSource.PD
SHARE, ACTIVITY, SEATS = "planshare_not_overfilled", "planactivity_not_overfilled", "training_not_overbooked"
TO_2027 = dt.timedelta(days=365)


def drawn(*, year: int = FIRST.year, is_binding: bool = True, **places: int) -> YearPlan:
    shares = {ProposalSource(source): (count, 0) for source, count in (places or {"OWN": 2, "PD": 2}).items()}
    return plans.draw_up(office=office(), year=year, shares=shares, is_binding=is_binding, by=None, now=NOW)


def line_of(plan: YearPlan, places: int, code: str = "2.17.06") -> PlanActivity:
    return plans.add_activity(plan=plan, code=code, title="Pelatihan", places=places, budget=1, by=None, now=NOW)


def used(source: str, year: int = FIRST.year) -> int | None:
    return PlanShare.objects.get(source=source, plan__year=year).used


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(name: str, deed: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        deed()


def full(**facts: Any) -> tuple[YearPlan, Training]:
    """Two of two places of PD are taken."""
    plan = drawn()
    training = TrainingFactory(source=PD, **facts)
    EnrolmentFactory.create_batch(2, training=training, source=PD)
    return plan, training


def moved(training: Training, by: dt.timedelta) -> Training:
    slots = [Slot(row.starts_at + by, row.ends_at + by, row.title) for row in training.sessions.in_order()]
    return dates.reschedule(training=training, slots=slots, by=None, now=NOW)


# Broken by plain SQL


def test_a_place_beyond_the_share_is_refused() -> None:
    _plan, training = full()
    refused(SHARE, lambda: EnrolmentFactory(training=TrainingFactory(), source=PD))
    row = EnrolmentFactory(training=training, source=OWN)
    refused(SHARE, lambda: sql("UPDATE trainings_enrolment SET source = 'PD' WHERE id = %s", row.pk))
    waits = EnrolmentFactory(training=training, source=PD, state=EnrolmentState.WAITING, confirmed_at=None)
    risen = "UPDATE trainings_enrolment SET state = 'CONFIRMED', confirmed_at = now() WHERE id = %s"
    refused(SHARE, lambda: sql(risen, waits.pk))
    refused(SHARE, lambda: EnrolmentFactory(training=training, source="EPOKIR"))
    assert (used(PD), used(OWN)) == (2, 1)


def test_a_place_beyond_the_activity_is_refused() -> None:
    plan = drawn(PD=9, OWN=9)
    line = line_of(plan, 1)
    training, other = TrainingFactory(activity=line), TrainingFactory()
    EnrolmentFactory(training=training)
    EnrolmentFactory(training=other)
    refused(ACTIVITY, lambda: EnrolmentFactory(training=training, source=PD))
    refused(ACTIVITY, lambda: Training.objects.filter(pk=other.pk).update(activity=line))
    line_of(plan, 0, "2").trainings.add(other)  # a target of 0 is no limit


def test_a_place_beyond_the_training_is_refused() -> None:
    training = TrainingFactory(capacity=1)
    EnrolmentFactory(training=training)
    refused(SEATS, lambda: EnrolmentFactory(training=training))
    training = TrainingFactory(capacity=2)
    EnrolmentFactory.create_batch(2, training=training)
    refused(SEATS, lambda: Training.objects.filter(pk=training.pk).update(capacity=1))


def test_a_limit_below_what_is_held_is_refused() -> None:
    plan, training = full()
    line = line_of(plan, 2)
    Training.objects.filter(pk=training.pk).update(activity=line)
    refused(SHARE, lambda: PlanShare.objects.filter(source=PD).update(places=1))
    refused(ACTIVITY, lambda: PlanActivity.objects.update(places=1))
    YearPlan.objects.update(is_binding=False)
    PlanShare.objects.filter(source=PD).update(places=1)
    PlanActivity.objects.update(places=1)
    refused("not_overfilled", lambda: YearPlan.objects.update(is_binding=True))


def test_a_training_is_under_an_activity_of_its_own_year_and_takes_its_places_along() -> None:
    plan, training = full()
    line = line_of(plan, 5)
    Training.objects.filter(pk=training.pk).update(activity=line)
    later = {"starts_at": F("starts_at") + TO_2027, "ends_at": F("ends_at") + TO_2027}
    refused("training_activity_of_its_year", lambda: Training.objects.filter(pk=training.pk).update(**later))
    refused("training_activity_of_its_year", lambda: TrainingFactory(starts_at=FIRST + TO_2027, activity=line))
    drawn(year=FIRST.year + 1, PD=1)
    refused(SHARE, lambda: Training.objects.filter(pk=training.pk).update(activity=None, **later))
    drawn(year=FIRST.year + 1, PD=3)
    Training.objects.filter(pk=training.pk).update(activity=None, **later)
    assert (used(PD), used(PD, FIRST.year + 1), PlanActivity.objects.get().used) == (0, 2, 0)


def test_who_is_there_beyond_the_plan_has_a_place_or_had_one() -> None:
    row = EnrolmentFactory(training=TrainingFactory())
    broken = {"state": EnrolmentState.WAITING, "confirmed_at": None, "beyond_plan": True}
    refused("enrolment_beyond_plan_was_there", lambda: Enrolment.objects.filter(pk=row.pk).update(**broken))


# What the actions do with it


def test_a_guest_at_the_door_is_there_beyond_the_plan_and_the_row_says_so() -> None:
    plan, training = full(starts_at=NOW + dt.timedelta(minutes=30))
    plans.add_activity(plan=plan, code="1", title="x", places=1, budget=1, by=None, now=NOW)
    guests = [
        enrolments.seat(training=training, person=PersonFactory(), by=None, now=NOW, seen=NOW) for _turn in range(2)
    ]
    assert [row.beyond_plan for row in guests] == [True, True]
    assert used(PD) == 2
    drawn()  # the same plan once more: who came to the door does not make it too small
    Training.objects.filter(pk=training.pk).update(capacity=5)
    capacity.cut(training=training, capacity=3, reason="Ruang kecil", by=None, now=NOW)
    assert not Enrolment.objects.filter(state=EnrolmentState.WAITING, beyond_plan=True).exists()


def test_what_is_counted_is_what_is_held_after_all_that_happens_to_places() -> None:
    plan = drawn(PD=4, OWN=6, EPOKIR=3)
    line = line_of(plan, 9)
    one, two = TrainingFactory(capacity=3, activity=line), TrainingFactory(capacity=4, source=PD)
    rows = [
        enrolments.enrol(training=training, person=PersonFactory(), source=source, by=None, now=NOW)
        for training in (one, two)
        for source in (PD, OWN, ProposalSource.EPOKIR, None)
    ]
    enrolments.cancel(enrolment=rows[0], by=None, now=NOW)
    offered = Enrolment.objects.offered().get()
    offers.accept(enrolment=offered, by=None, now=NOW)
    enrolments.cancel(enrolment=rows[1], by=None, now=NOW)
    capacity.cut(training=two, capacity=2, reason="Ruang kecil", by=None, now=NOW)
    plans.put_under(training=two, activity=line, by=None, now=NOW)
    plans.change_activity(activity=line, title="", places=6, budget=1, by=None, now=NOW)
    plans.release(plan=plan, by=None, now=NOW)
    assert_counted()
    trainings.cancel(training=one, reason="Banjir", by=None, now=NOW)
    assert_counted()
    moved(two, TO_2027)
    assert_counted()
    drawn(is_binding=False, PD=4, OWN=6, EPOKIR=3)
    assert {row.used for row in PlanShare.objects.all()} == {None}


def assert_counted() -> None:
    year = FIRST.year
    held = quotas.holding("16.71", year, within=True)
    assert {row.source: row.used for row in PlanShare.objects.all()} == {
        s: held.get(s, 0) for s in ProposalSource.values
    }
    of = quotas.holding_of(list(PlanActivity.objects.all()), within=True)
    assert {row.pk: row.used for row in PlanActivity.objects.all()} == {
        row.pk: of.get(row.pk, 0) for row in PlanActivity.objects.all()
    }


def test_a_training_that_moves_to_another_year_leaves_its_activity_and_counts_there() -> None:
    plan, training = full()
    plans.put_under(training=training, activity=line_of(plan, 5), by=None, now=NOW)
    drawn(year=FIRST.year + 1, PD=1)
    with pytest.raises(dates.YearFull, match="2027"):
        moved(training, TO_2027)
    drawn(year=FIRST.year + 1, PD=2)
    assert moved(training, TO_2027).activity is None
    assert (used(PD), used(PD, FIRST.year + 1)) == (0, 2)
    assert moved(training, TO_2027 + DAY).activity is None


# Races


@pytest.mark.django_db(transaction=True)
def test_two_who_write_plain_sql_at_one_moment_do_not_both_get_the_last_place() -> None:
    drawn(PD=1, OWN=1)
    line = line_of(YearPlan.objects.get(), 1)
    rows = [
        EnrolmentFactory(training=training, source=source, state=EnrolmentState.WAITING, confirmed_at=None)
        for source in (PD, OWN)
        for training in TrainingFactory.create_batch(2, activity=line)
    ]
    risen = "UPDATE trainings_enrolment SET state = 'CONFIRMED', confirmed_at = now() WHERE id = %s"
    found = at_once([lambda pk=row.pk: sql(risen, pk) for row in rows])  # type: ignore[misc]
    assert [type(row) for row in found].count(IntegrityError) == 3
    assert Enrolment.objects.confirmed().count() == 1


def slips_by(monkeypatch: pytest.MonkeyPatch, *, patience: float) -> list[Any]:
    """A plan is made binding, with no place for PD, while somebody who has read "not binding" is about to register."""
    drawn(is_binding=False)
    training = TrainingFactory(source=PD)
    person, write, has_looked, is_bound = PersonFactory(), seating.write, threading.Event(), threading.Event()

    def slowly(*args: Any, **kwargs: Any) -> Any:
        has_looked.set()
        is_bound.wait(timeout=patience)
        return write(*args, **kwargs)

    def bind() -> Any:
        has_looked.wait(timeout=5)
        plan = drawn(OWN=5)
        is_bound.set()
        return plan

    monkeypatch.setattr(seating, "write", slowly)
    return at_once([lambda: enrolments.enrol(training=training, person=person, source=PD, by=None, now=NOW), bind])


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_a_plan_made_binding_waits_for_who_registers_at_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    registered, bound = slips_by(monkeypatch, patience=0.5)
    assert registered.state == EnrolmentState.CONFIRMED
    assert isinstance(bound, plans.PlacesTaken)


@pytest.mark.ci
@pytest.mark.parametrize("is_watched", [True, False])
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_only_the_database_stands_between(
    monkeypatch: pytest.MonkeyPatch, is_watched: bool
) -> None:
    monkeypatch.setattr(quotas, "BESIDE", "SELECT %s, %s")
    with nullcontext() if is_watched else uncounted():
        found = slips_by(monkeypatch, patience=5)
        refused = [row for row in found if isinstance(row, Exception)]
        beyond = YearPlan.objects.filter(is_binding=True).exists() and confirmed_of(PD)
    assert ([type(row) for row in refused], bool(beyond)) == ([IntegrityError] if is_watched else [], not is_watched)


def passing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A training of this year and one of the next change places; each looks at the other's year before it writes."""
    drawn(), drawn(year=FIRST.year + 1)
    here, there = TrainingFactory(source=PD), TrainingFactory(source=PD, starts_at=FIRST + TO_2027)
    for training in (here, there):
        EnrolmentFactory(training=training, source=PD)
    look, both = quotas.locked, threading.Barrier(2)

    def slowly(*args: Any) -> quotas.Room:
        room = look(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)
        return room

    monkeypatch.setattr(quotas, "locked", slowly)
    return at_once([lambda: moved(here, TO_2027), lambda: moved(there, -TO_2027)])


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_two_trainings_that_pass_each_other_at_new_year_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row for row in passing(monkeypatch) if isinstance(row, Exception)] == []
    assert (used(PD), used(PD, FIRST.year + 1)) == (1, 1)


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_control_without_both_years_in_hand_each_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "hold", lambda *_args: None)
    errors = [row for row in passing(monkeypatch) if isinstance(row, Exception)]
    assert ["deadlock detected" in str(error) for error in errors] == [True]


def confirmed_of(source: str) -> int:
    return Enrolment.objects.confirmed().filter(source=source).count()
