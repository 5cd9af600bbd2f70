"""Action plans: what participants do with a training."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.common import clock
from foundation.notifications.models import Message
from members import reference
from members.models import Stage, StageRule
from tests.factories.foundation import office, user_with_role
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, ActionStepFactory, EnrolmentFactory, TrainingFactory
from trainings.actions import certificates, steps, trainings
from trainings.enums import CheckInWay, EnrolmentState, StepState
from trainings.models import ActionStep, Attendance, Certificate, Enrolment

pytestmark = pytest.mark.django_db
DURING = FIRST + dt.timedelta(hours=1)
IN_A_WEEK = (FIRST + DAY * 7).date()
PHOTOS = ("Memotret lima produk", IN_A_WEEK)


@pytest.fixture
def enrolment() -> Enrolment:
    office()
    return EnrolmentFactory(person=OwnerFactory())


def written(enrolment: Enrolment, *wanted: tuple[str, dt.date], by: Any = None) -> list[ActionStep]:
    return steps.write(enrolment=enrolment, steps=wanted or [PHOTOS], by=by, now=DURING)


def by_herself(enrolment: Enrolment, *wanted: tuple[str, dt.date]) -> list[ActionStep]:
    return written(enrolment, *wanted, by=enrolment.person.user)


def test_what_the_owner_writes_is_confirmed_by_that(enrolment: Enrolment) -> None:
    [step] = by_herself(enrolment)
    assert step.confirmed_at == DURING
    assert not Message.objects.filter(kind="steps_confirm").exists()


def test_what_the_facilitator_writes_waits_for_the_owners_yes(enrolment: Enrolment) -> None:
    [step] = written(enrolment, by=enrolment.training.facilitator)
    assert Message.objects.filter(kind="steps_confirm").exists()
    with pytest.raises(steps.NotConfirmed):
        steps.finish(step=step, note="", by=None, now=DURING)
    assert steps.confirm(enrolment=enrolment, by=enrolment.person.user, now=DURING) == 1
    assert steps.finish(step=step, note="", by=None, now=DURING).state == StepState.DONE


def test_a_plan_has_three_steps_and_closed_ones_stay(enrolment: Enrolment) -> None:
    first, *_rest = by_herself(enrolment, PHOTOS, ("Hitung harga", IN_A_WEEK), ("Urus NIB", IN_A_WEEK))
    steps.finish(step=first, note="", by=None, now=DURING)
    with pytest.raises(steps.TooMany):
        by_herself(enrolment, PHOTOS, PHOTOS, PHOTOS)
    by_herself(enrolment, ("Buka rekening", IN_A_WEEK))
    rows = ActionStep.objects.filter(enrolment=enrolment).order_by("number").values_list("number", "what")
    assert list(rows) == [(1, "Memotret lima produk"), (2, "Buka rekening")]


@pytest.mark.parametrize("days", [0, -3, 400])
def test_the_day_of_a_step_lies_ahead_and_within_a_year(enrolment: Enrolment, days: int) -> None:
    with pytest.raises(steps.DayOutOfReach):
        by_herself(enrolment, ("Terlambat", FIRST.date() + DAY * days))


def test_a_plan_is_written_while_the_training_is_fresh_by_those_who_have_a_place(enrolment: Enrolment) -> None:
    for now in (FIRST - DAY, FIRST + DAY * 40):
        with pytest.raises(steps.NotNow):
            steps.write(enrolment=enrolment, steps=[PHOTOS], by=None, now=now)
    waits = EnrolmentFactory(training=enrolment.training, state=EnrolmentState.WAITING, confirmed_at=None)
    with pytest.raises(steps.NoPlace):
        written(waits)
    with pytest.raises(steps.NothingWritten):
        steps.write(enrolment=enrolment, steps=[], by=None, now=DURING)


def test_giving_a_step_up_needs_a_reason(enrolment: Enrolment) -> None:
    [step] = by_herself(enrolment)
    with pytest.raises(steps.NoReason):
        steps.drop(step=step, note=" ", by=None, now=DURING)
    steps.drop(step=step, note="Sakit", by=None, now=DURING)
    with pytest.raises(steps.AlreadyClosed):
        steps.finish(step=step, note="", by=None, now=DURING)


def test_owners_are_reminded_once_before_and_once_after(enrolment: Enrolment) -> None:
    by_herself(enrolment)

    def told(day: dt.date) -> list[str]:
        steps.remind(on=day, now=DURING)
        return sorted(set(Message.objects.filter(kind__startswith="step_").values_list("kind", flat=True)))

    assert told(IN_A_WEEK - DAY * 2) == []
    assert told(IN_A_WEEK - DAY) == ["step_due"]
    assert told(IN_A_WEEK + DAY * 7) == ["step_due", "step_late"]
    count = Message.objects.filter(kind__startswith="step_").count()
    for day in (IN_A_WEEK, IN_A_WEEK + DAY * 8):
        told(day)
    assert Message.objects.filter(kind__startswith="step_").count() == count


def test_who_came_and_wrote_no_plan_is_asked_for_it_the_day_after_and_once(enrolment: Enrolment) -> None:
    training = enrolment.training
    planned, absent = (EnrolmentFactory(training=training, person=OwnerFactory()) for _turn in range(2))
    session = training.sessions.get(number=1)
    for row in (enrolment, planned):
        Attendance.objects.create(
            session=session, enrolment=row, way=CheckInWay.TYPED, scanned_at=FIRST, recorded_at=FIRST
        )
    by_herself(planned)
    last = training.ends_at.date()

    def told(days: int) -> set[Any]:
        steps.ask_for_plans(on=last + DAY * days, now=training.ends_at + DAY * days)
        return set(Message.objects.filter(kind="steps_missing").values_list("user", flat=True))

    assert told(0) == set()
    assert told(1) == {enrolment.person.user_id}
    count = Message.objects.filter(kind="steps_missing").count()
    assert absent.person.user_id not in told(2)
    assert told(3) == told(4) == {enrolment.person.user_id}
    assert Message.objects.filter(kind="steps_missing").count() == count


def test_a_training_that_asks_for_a_plan_certifies_only_who_filed_one() -> None:
    office()
    training = TrainingFactory(sessions=1, needs_plan=True)
    filed, silent = EnrolmentFactory(training=training), EnrolmentFactory(training=training)
    for row in (filed, silent):
        Attendance.objects.create(
            session=training.sessions.get(), enrolment=row, way=CheckInWay.TYPED, scanned_at=FIRST, recorded_at=FIRST
        )
    written(filed)
    steps.confirm(enrolment=filed, by=None, now=DURING)
    trainings.finish(training=training, by=None, now=training.ends_at + DAY)
    assert [paper.enrolment for paper in Certificate.objects.all()] == [filed]
    later = training.ends_at + DAY * 20
    assert certificates.grant_late(now=later) == 0
    steps.write(enrolment=silent, steps=[("Foto", later.date() + DAY)], by=None, now=later)
    assert certificates.grant_late(now=later) == 0  # its owner has not said yes
    steps.confirm(enrolment=silent, by=None, now=later)
    assert certificates.grant_late(now=later) == 1
    assert set(Certificate.objects.values_list("enrolment", flat=True)) == {filed.pk, silent.pk}


def test_steps_that_are_done_move_the_stage(enrolment: Enrolment, django_capture_on_commit_callbacks: Any) -> None:
    reference.load_stage_rules(StageRule)
    Certificate.objects.create(
        enrolment=enrolment,
        office_code="16.71",
        year=2026,
        serial=1,
        number="1/2026",
        code="0123456789",
        holder_name="Yani",
        issued_at=DURING,
    )
    with django_capture_on_commit_callbacks(execute=True):
        for step in by_herself(enrolment, PHOTOS, ("Hitung harga", IN_A_WEEK)):
            steps.finish(step=step, note="", by=None, now=DURING)
    assert enrolment.person.stages.get(end_at__isnull=True).stage == Stage.ENRICHMENT


BROKEN: dict[str, Any] = {
    "actionstep_number_once": lambda step: ActionStepFactory(enrolment=step.enrolment),
    "actionstep_three_at_most": lambda _step: ActionStep.objects.update(number=4),
    "actionstep_state_has_its_facts": lambda _step: ActionStep.objects.update(state="DONE"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_keeps_the_rule(name: str) -> None:
    step = ActionStepFactory()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name](step)


# Pages


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def test_an_owner_writes_her_plan_and_ticks_it_off_on_her_phone() -> None:
    office()
    training = TrainingFactory(starts_at=clock.now() - DAY)
    row = EnrolmentFactory(training=training, person=OwnerFactory())
    client, address = logged_in(row.person.user), reverse("trainings:steps", args=[training.uid])
    assert client.get(address).status_code == 200
    kept = client.post(address, {"what_1": "Memotret", "due_1": ""}).content.decode()
    assert "Memotret" in kept
    assert not ActionStep.objects.exists()
    client.post(address, {"what_1": "Memotret", "due_1": f"{clock.today() + DAY * 5:%Y-%m-%d}"})
    step = ActionStep.objects.get()
    client.post(reverse("trainings:step-finish", args=[step.uid]))
    step.refresh_from_db()
    assert step.state == StepState.DONE


def test_the_assistant_sees_the_open_steps_of_her_district_only() -> None:
    office()
    step = ActionStepFactory(due_on=clock.today() - DAY)
    here, elsewhere = (user_with_role(Role.FACILITATOR, code) for code in ("16.71.04", "16.71.14"))
    address = reverse("trainings:step-list")
    assert step.what in logged_in(here).get(address + "?tampil=lewat").content.decode()
    assert step.what not in logged_in(elsewhere).get(address).content.decode()
    done = reverse("trainings:step-finish", args=[step.uid])
    assert logged_in(elsewhere).post(done).status_code == 404
    too_long = logged_in(here).post(done, {"note": "x" * 201})
    assert "x" * 201 in too_long.text
    logged_in(here).post(done, {"note": "Sudah laku dua puluh bungkus."})
    step.refresh_from_db()
    assert (step.state, step.note) == (StepState.DONE, "Sudah laku dua puluh bungkus.")


def test_the_assistant_sees_whose_yes_is_missing() -> None:
    row = ActionStepFactory(confirmed_at=None, what="Urus NIB")
    client = logged_in(row.enrolment.training.facilitator)
    assert "Urus NIB" not in client.get(reverse("trainings:step-list")).text
    assert "Urus NIB" in client.get(reverse("trainings:step-list") + "?tampil=belum").text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_step_and_with_three(rows: int) -> None:
    office()
    for _turn in range(rows):
        ActionStepFactory()
    client = logged_in(user_with_role(Role.FACILITATOR, "16.71.04"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("trainings:step-list")).status_code == 200
    assert len(queries) <= 9
