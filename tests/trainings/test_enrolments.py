"""Taking a place, queueing, giving it back."""

import datetime as dt

import pytest

from foundation.common import codes
from foundation.notifications.models import Message
from tests.factories.foundation import region
from tests.factories.members import BusinessFactory, OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, NOW, EnrolmentFactory, TrainingFactory
from trainings import inviting
from trainings.actions import enrolments
from trainings.enums import EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Enrolment, Training
from trainings.queries import position_of

pytestmark = pytest.mark.django_db


def enrol(training: Training, **fields: object) -> Enrolment:
    person = fields.pop("person", None) or OwnerFactory()
    return enrolments.enrol(training=training, person=person, by=None, **({"now": NOW} | fields))


def test_an_owner_gets_a_place_and_is_told_her_ticket_code(training: Training) -> None:
    enrolment = enrol(training)
    assert enrolment.state == EnrolmentState.CONFIRMED
    message = Message.objects.get(kind="training_enrolled", channel="APP")
    assert enrolment.code_shown in message.body
    assert "09.00" in message.body


def test_a_full_training_means_the_waiting_list_with_a_position() -> None:
    training = TrainingFactory(capacity=1)
    enrol(training)
    second, third = enrol(training), enrol(training)
    assert [second.state, third.state] == [EnrolmentState.WAITING] * 2
    assert [position_of(second), position_of(third)] == [1, 2]
    assert Message.objects.filter(kind="training_waiting", channel="APP", user=third.person.user).get().body.count("2")


def test_giving_a_place_back_offers_it_to_the_first_in_the_queue_with_a_message() -> None:
    training = TrainingFactory(capacity=1)
    first, second, third = enrol(training), enrol(training), enrol(training)
    enrolments.cancel(enrolment=first, by=None, now=NOW)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == (EnrolmentState.OFFERED, EnrolmentState.WAITING)
    assert position_of(third) == 1
    assert Message.objects.get(kind="training_offered", channel="APP").user == second.person.user


def test_who_comes_back_after_cancelling_stands_at_the_end() -> None:
    training = TrainingFactory(capacity=1)
    first, second, third = enrol(training), enrol(training), enrol(training)
    enrolments.cancel(enrolment=second, by=None, now=NOW)
    back = enrol(training, person=second.person)
    assert [position_of(third), position_of(back)] == [1, 2]
    enrolments.cancel(enrolment=first, by=None, now=NOW)
    third.refresh_from_db()
    assert third.state == EnrolmentState.OFFERED


def test_a_free_place_goes_to_the_queue_and_not_to_who_comes_by() -> None:
    training = TrainingFactory(capacity=1)
    EnrolmentFactory(training=training, state=EnrolmentState.WAITING, queue_number=1)
    assert enrol(training).state == EnrolmentState.WAITING


def test_a_second_registration_is_refused(training: Training) -> None:
    first = enrol(training)
    with pytest.raises(enrolments.AlreadyEnrolled):
        enrol(training, person=first.person)


def test_an_owner_from_elsewhere_is_not_invited_unless_her_business_is(training: Training) -> None:
    elsewhere = PersonFactory(village=region("16.71.14.1001"))
    with pytest.raises(inviting.NotInvited, match="Ilir Barat Satu"):
        enrol(training, person=elsewhere)
    BusinessFactory(owner=elsewhere, village=region("16.71.04.1001"))
    assert enrol(training, person=elsewhere).state == EnrolmentState.CONFIRMED


@pytest.mark.parametrize("status", [TrainingStatus.PLANNED, TrainingStatus.CLOSED, TrainingStatus.RUNNING])
def test_registration_is_open_only_while_it_is_open(status: TrainingStatus) -> None:
    training = TrainingFactory(status=status, published_at=None if status == TrainingStatus.PLANNED else NOW)
    with pytest.raises(enrolments.RegistrationClosed):
        enrol(training)


def test_registration_closes_at_its_time_and_the_door_stays_open_for_six_hours() -> None:
    training = TrainingFactory(enrol_until=FIRST - DAY)
    with pytest.raises(enrolments.RegistrationClosed):
        enrol(training, now=FIRST)
    assert enrol(training, now=FIRST + dt.timedelta(hours=1), at_the_door=True).state == EnrolmentState.CONFIRMED
    with pytest.raises(enrolments.RegistrationClosed):
        enrol(training, now=FIRST + dt.timedelta(hours=7), at_the_door=True)


def test_a_place_counts_on_the_source_of_the_training_unless_said_otherwise() -> None:
    training = TrainingFactory(source=ProposalSource.MUSRENBANG)
    assert enrol(training).source == ProposalSource.MUSRENBANG
    assert enrol(training, source=ProposalSource.PD).source == ProposalSource.PD


def test_nothing_is_cancelled_twice_or_after_the_start(training: Training) -> None:
    enrolment, other = enrol(training), enrol(training)
    enrolments.cancel(enrolment=enrolment, by=None, now=NOW)
    with pytest.raises(enrolments.NothingToCancel):
        enrolments.cancel(enrolment=enrolment, by=None, now=NOW)
    with pytest.raises(enrolments.TooLateToCancel):
        enrolments.cancel(enrolment=other, by=None, now=FIRST)


def test_a_ticket_code_that_is_taken_is_drawn_again(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    class Draws:
        """Chance that repeats itself: each person draws what somebody before her has, then a code of her own."""

        letters = iter("A" * 6 + "A" * 6 + "A" * 6 + "B" * 6 + "B" * 6 + "C" * 6)

        def choice(self, _alphabet: str) -> str:
            return next(self.letters)

    monkeypatch.setattr(codes.make, "__defaults__", (Draws(),))
    first = enrol(training)
    made = enrolments.enrol_many(training=training, people=[OwnerFactory(), OwnerFactory()], by=None, now=NOW)
    given = [first.code, *(row.result().code for row in made)]
    assert sorted(given) == ["AAAAAA", "BBBBBB", "CCCCCC"]
    stored = Enrolment.objects.order_by("queue_number").values_list("code", "queue_number")
    assert list(stored) == [(code, number) for number, code in enumerate(given, start=1)]
