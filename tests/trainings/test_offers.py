"""The queue: offers with a time, groups all or none, decisions that take places away, lists of a source."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from foundation.audit.models import Event
from foundation.jobs.models import Job
from foundation.notifications.models import Message
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, NOW, TrainingFactory
from trainings import places
from trainings.actions import capacity, enrolments, offers
from trainings.actions.trainings import NoReason
from trainings.enums import EndReason, EnrolmentState
from trainings.models import Enrolment, Training
from trainings.queries import position_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
C, OFF, W, X = EnrolmentState.CONFIRMED, EnrolmentState.OFFERED, EnrolmentState.WAITING, EnrolmentState.CANCELLED


def enrol(training: Training, **fields: Any) -> Enrolment:
    person = fields.pop("person", None) or OwnerFactory()
    return enrolments.enrol(training=training, person=person, by=None, **({"now": NOW} | fields))


def party(training: Training, size: int) -> list[Enrolment]:
    people = [OwnerFactory() for _ in range(size)]
    return enrolments.enrol_party(training=training, people=people, name="KUB Melati", by=None, now=NOW)


def states(rows: list[Enrolment]) -> list[str]:
    return [Enrolment.objects.get(pk=row.pk).state for row in rows]


def full(capacity: int) -> tuple[Training, list[Enrolment]]:
    training = TrainingFactory(capacity=capacity)
    return training, [enrol(training) for _ in range(capacity)]


def test_an_offer_is_accepted_and_the_ticket_follows() -> None:
    training, held = full(1)
    waiting = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    offers.accept(enrolment=waiting, by=None, now=NOW + HOUR)
    assert waiting.state == C
    assert Message.objects.filter(kind="training_enrolled", user=waiting.person.user).exists()
    with pytest.raises(offers.NothingOffered):
        offers.accept(enrolment=waiting, by=None, now=NOW + HOUR)


def test_who_declines_or_does_not_answer_passes_on_exactly_once() -> None:
    training, held = full(1)
    first, second, third, fourth = (enrol(training) for _ in range(4))
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    offers.decline(enrolment=first, by=None, now=NOW)
    assert states([first, second, third]) == [X, OFF, W]
    assert offers.sweep(now=NOW + DAY - HOUR) == 0
    assert offers.sweep(now=NOW + DAY) == 1
    assert offers.sweep(now=NOW + DAY) == 0
    assert states([first, second, third, fourth]) == [X, X, OFF, W]
    ended = Enrolment.objects.filter(state=X).exclude(pk=held[0].pk).order_by("pk")
    assert [row.end_reason for row in ended] == [EndReason.DECLINED, EndReason.EXPIRED]
    with pytest.raises(offers.NothingOffered):
        offers.accept(enrolment=second, by=None, now=NOW + DAY)
    assert places.held(training, now=NOW + DAY) == 1


def test_an_offer_whose_time_is_over_cannot_be_taken_before_the_sweep_either() -> None:
    training, held = full(1)
    waiting = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    with pytest.raises(offers.NothingOffered):
        offers.accept(enrolment=waiting, by=None, now=NOW + DAY)


def test_an_offered_place_is_nobody_elses() -> None:
    training, held = full(1)
    waiting = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    assert enrol(training).state == W
    assert states([waiting]) == [OFF]


def test_cancelling_an_accepted_place_frees_it_at_once_and_who_comes_back_stands_at_the_end() -> None:
    training, held = full(1)
    first, second = enrol(training), enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    offers.accept(enrolment=first, by=None, now=NOW)
    enrolments.cancel(enrolment=first, by=None, now=NOW)
    back = enrol(training, person=first.person)
    assert states([second, back]) == [OFF, W]
    assert position_of(back) == 1


def test_shortly_before_the_start_a_place_is_given_without_asking() -> None:
    training, held = full(1)
    waiting = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=FIRST - HOUR * 2)
    assert states([waiting]) == [C]


def test_an_offer_ends_in_time_for_the_next_one() -> None:
    training = TrainingFactory()
    assert offers.answer_by(training, NOW) == NOW + DAY
    assert offers.answer_by(training, FIRST - HOUR * 10) == FIRST - HOUR * 2
    assert offers.answer_by(training, FIRST - HOUR * 2) is None


def test_a_group_gets_places_all_at_once_or_waits_together() -> None:
    training = TrainingFactory(capacity=4)
    assert states(party(training, 3)) == [C] * 3
    waiting = party(training, 2)
    assert states(waiting) == [W] * 2
    assert enrol(training).state == C  # the one place that the group cannot use stays not empty


def test_a_group_is_offered_only_when_all_fit_and_one_answer_counts_for_all() -> None:
    training, held = full(3)
    group, single = party(training, 2), None
    single = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    assert states([*group, single]) == [W, W, OFF]
    enrolments.cancel(enrolment=held[1], by=None, now=NOW)
    assert states(group) == [W, W]
    enrolments.cancel(enrolment=held[2], by=None, now=NOW)
    assert states(group) == [OFF, OFF]
    offers.accept(enrolment=Enrolment.objects.get(pk=group[1].pk), by=None, now=NOW)
    assert states(group) == [C, C]


def test_a_group_that_says_no_leaves_as_a_whole() -> None:
    training, held = full(2)
    group = party(training, 2)
    for row in held:
        enrolments.cancel(enrolment=row, by=None, now=NOW)
    offers.decline(enrolment=Enrolment.objects.get(pk=group[0].pk), by=None, now=NOW)
    assert states(group) == [X, X]


def test_a_group_with_one_who_may_not_come_is_not_registered_at_all() -> None:
    training = TrainingFactory()
    taken = enrol(training).person
    with pytest.raises(enrolments.AlreadyEnrolled):
        enrolments.enrol_party(training=training, people=[OwnerFactory(), taken], name="x", by=None, now=NOW)
    assert Enrolment.objects.count() == 1
    with pytest.raises(enrolments.NobodyChosen):
        enrolments.enrol_party(training=training, people=[], name="x", by=None, now=NOW)


def test_ten_at_once_are_each_their_own() -> None:
    training = TrainingFactory(capacity=8)
    people = [OwnerFactory() for _ in range(10)]
    enrol(training, person=people[3])
    made = enrolments.enrol_many(training=training, people=people, by=None, now=NOW)
    assert [type(row.error) for row in made if row.error] == [enrolments.AlreadyEnrolled]
    assert [row.enrolment.state for row in made if row.enrolment] == [C] * 7 + [W] * 2


def test_fewer_places_are_a_decision_with_a_reason_that_is_told_and_logged() -> None:
    training, held = full(3)
    with pytest.raises(NoReason):
        capacity.cut(training=training, capacity=1, reason=" ", by=None, now=NOW)
    with pytest.raises(capacity.NotFewer):
        capacity.cut(training=training, capacity=3, reason="x", by=None, now=NOW)
    later = enrol(training)
    moved = capacity.cut(training=training, capacity=1, reason="Aula lebih kecil.", by=None, now=NOW)
    assert {row.pk for row in moved} == {held[1].pk, held[2].pk}
    assert states(held) == [C, W, W]
    assert [position_of(Enrolment.objects.get(pk=row.pk)) for row in (held[1], held[2], later)] == [1, 2, 3]
    told = Message.objects.filter(kind="training_place_lost", channel="APP")
    assert {row.user for row in told} == {held[1].person.user, held[2].person.user}
    assert "Aula lebih kecil." in told[0].body
    assert Event.objects.filter(verb="enrolment.moved_back").count() == 2


def test_a_group_that_goes_as_a_whole_leaves_its_room_to_who_waits() -> None:
    training = TrainingFactory(capacity=4)
    alone = enrol(training)
    people = [OwnerFactory() for _ in range(3)]
    party = enrolments.enrol_party(training=training, people=people, name="Penjahit", by=None, now=NOW)
    behind = enrol(training)
    capacity.cut(training=training, capacity=3, reason="Kursi rusak.", by=None, now=NOW)
    assert states([alone, *party, behind]) == [C, W, W, W, EnrolmentState.OFFERED]


# Pages


def test_an_assistant_registers_ten_by_their_numbers(client: Any, training: Training) -> None:
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    people = [PersonFactory() for _ in range(10)]
    numbers = "\n".join(person.phone for person in people[:9])
    address = reverse("trainings:participant-enrol-many", args=[training.uid])
    page = client.post(address, {"numbers": f"{numbers}\n0812 9999 9999", "person": str(people[9].uid)}, follow=True)
    assert Enrolment.objects.filter(training=training, enrolled_by=training.facilitator).count() == 10
    assert "0812 9999 9999" in page.content.decode()


def test_an_owner_answers_an_offer_on_the_page(client: Any) -> None:
    training, held = full(1)
    waiting = enrol(training)
    enrolments.cancel(enrolment=held[0], by=None, now=NOW)
    Enrolment.objects.filter(pk=waiting.pk).update(offer_until=dt.datetime.now(dt.UTC) + DAY)
    client.force_login(waiting.person.user, backend="foundation.accounts.backends.LoginBackend")
    page = client.get(reverse("trainings:training-detail", args=[training.uid]))
    assert reverse("trainings:offer-accept", args=[training.uid]) in page.content.decode()
    client.post(reverse("trainings:offer-decline", args=[training.uid]))
    assert states([waiting]) == [X]


def test_a_list_that_is_no_spreadsheet_is_refused_in_words(client: Any, training: Training, tmp_path: Path) -> None:
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no")
    with path.open("rb") as file:
        address = reverse("trainings:participant-file", args=[training.uid])
        page = client.post(address, {"file": file, "source": "EPOKIR"})
    assert page.status_code == 200
    assert not Job.objects.exists()
