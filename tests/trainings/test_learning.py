"""Tests before and after a training, evaluations of its sessions, and what comes out of them."""

import datetime as dt
import re
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.common import clock
from tests.factories.foundation import office
from tests.factories.members import OwnerFactory
from tests.factories.trainings import (
    DAY,
    FIRST,
    EnrolmentFactory,
    EvaluationFactory,
    TopicProposalFactory,
    TrainingFactory,
)
from trainings import queries, results
from trainings.actions import learning, topics
from trainings.actions.learning import Question
from trainings.enums import CheckInWay, EnrolmentState
from trainings.enums import TestPhase as Phase
from trainings.learning_forms import EvaluationForm
from trainings.models import Attendance, Enrolment, Evaluation, TestQuestion, TestSheet, Training

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
BEFORE, AFTER = FIRST - DAY, FIRST + DAY + 2 * HOUR
PRICE = Question("Harga", "Apa isi harga pokok?", ("Bahan saja", "Bahan, upah, dan biaya lain"), 1)
PROFIT = Question("Laba", "Apa itu laba?", ("Penjualan", "Penjualan dikurangi biaya", "Modal"), 1)


@pytest.fixture
def asked() -> Training:
    office()
    training = TrainingFactory()
    learning.set_questions(training=training, questions=[PRICE, PROFIT], by=None, now=BEFORE)
    return training


def take(enrolment: Enrolment, now: dt.datetime, *answers: int) -> TestSheet:
    given = dict(enumerate(answers, start=1))
    return learning.take(enrolment=enrolment, answers=given, by=None, now=now)


def attended(enrolment: Enrolment, number: int = 1) -> Any:
    session = enrolment.training.sessions.get(number=number)
    Attendance.objects.create(
        session=session, enrolment=enrolment, way=CheckInWay.TYPED, scanned_at=FIRST, recorded_at=FIRST
    )
    return session


def say(enrolment: Enrolment, session: Any, **words: Any) -> Evaluation:
    given = {"relevance": 5, "clarity": 4, "liked": "", "wish": "", "now": AFTER} | words
    return learning.evaluate(enrolment=enrolment, session=session, by=None, **given)


def test_the_gain_is_counted_by_topic_over_those_who_took_both_tests(asked: Training) -> None:
    first, second, once = (EnrolmentFactory(training=asked) for _turn in range(3))
    take(first, BEFORE, 0, 1)
    take(second, BEFORE, 0, 0)
    take(once, BEFORE, 1, 1)
    take(first, AFTER, 1, 1)
    take(second, AFTER, 1, 0)
    took, gains = results.gains(asked)
    assert took == 2
    assert [(gain.topic, gain.before, gain.after, gain.points) for gain in gains] == [
        ("Harga", 0.0, 1.0, 100),
        ("Laba", 0.5, 0.5, 0),
    ]


def test_a_test_is_open_before_and_after_and_not_in_between(asked: Training) -> None:
    phases = [learning.phase_now(asked, now=now) for now in (BEFORE, FIRST + 5 * HOUR, AFTER, AFTER + DAY * 20)]
    assert phases == [Phase.PRE, None, Phase.POST, None]
    with pytest.raises(learning.NotNow):
        take(EnrolmentFactory(training=asked), FIRST + 5 * HOUR, 1, 1)


def test_each_test_is_taken_once_by_participants_who_answer_everything(asked: Training) -> None:
    row = EnrolmentFactory(training=asked)
    with pytest.raises(learning.Unanswered):
        take(row, BEFORE, 1)
    with pytest.raises(learning.Unanswered):
        take(row, BEFORE, 1, 9)
    take(row, BEFORE, 1, 1)
    with pytest.raises(learning.AlreadyTaken):
        take(row, BEFORE, 1, 1)
    waits = EnrolmentFactory(training=asked, state=EnrolmentState.WAITING, confirmed_at=None)
    with pytest.raises(learning.NoPlace):
        take(waits, BEFORE, 1, 1)


def test_questions_stay_once_somebody_has_answered_them(asked: Training) -> None:
    take(EnrolmentFactory(training=asked), BEFORE, 1, 1)
    with pytest.raises(learning.AlreadyAsked):
        learning.set_questions(training=asked, questions=[PRICE], by=None, now=BEFORE)


@pytest.mark.parametrize(("answers", "passes"), [((1, 1), True), ((1, 0), False)])
def test_a_rule_that_asks_for_the_test_asks_for_sixty_percent(
    asked: Training, answers: tuple[int, int], passes: bool
) -> None:
    row = EnrolmentFactory(training=asked)
    for number in (1, 2):
        attended(row, number)
    Training.objects.filter(pk=asked.pk).update(needs_test=True)
    asked.refresh_from_db()
    take(row, BEFORE, 1, 1)
    assert not queries.meets_rule(asked).exists()  # the first test is no pass
    take(row, AFTER, *answers)
    assert queries.meets_rule(asked).exists() is passes


def test_only_who_was_there_evaluates_a_session_once_and_in_time(asked: Training) -> None:
    row = EnrolmentFactory(training=asked)
    session = attended(row)
    with pytest.raises(learning.NotThere):
        say(EnrolmentFactory(training=asked), session)
    with pytest.raises(learning.TooLate):
        say(row, session, now=AFTER + DAY * 20)
    say(row, session)
    with pytest.raises(learning.AlreadyEvaluated):
        say(row, session)
    assert results.to_evaluate(row, now=AFTER) == []


def test_a_session_is_evaluated_when_it_ends_and_not_before(asked: Training) -> None:
    row = EnrolmentFactory(training=asked)
    session = attended(row)
    early, leaving = session.starts_at + HOUR, session.ends_at - HOUR / 4
    with pytest.raises(learning.NotOverYet):
        say(row, session, now=early)
    assert results.to_evaluate(row, now=early) == []
    assert results.to_evaluate(row, now=leaving) == [session]
    say(row, session, now=leaving)


def test_a_remark_that_is_taken_out_is_not_read_but_its_grades_count(asked: Training) -> None:
    row = EnrolmentFactory(training=asked)
    given = say(row, attended(row), liked="Pak Budi galak", relevance=2)
    learning.take_out(evaluation=given, by=asked.facilitator, now=AFTER)
    assert not results.remarks(asked)
    assert results.grades(asked).get(number=1).mean_relevance == 2


BROKEN: dict[str, Any] = {
    "testquestion_number_once": lambda row: TestQuestion.objects.create(
        training=row.training, number=1, topic="x", text="x", options=["a", "b"], answer=0
    ),
    "testquestion_few": lambda _row: TestQuestion.objects.filter(number=1).update(number=11),
    "testquestion_answer_is_an_option": lambda _row: TestQuestion.objects.update(answer=5),
    "testsheet_once_a_phase": lambda row: TestSheet.objects.create(
        enrolment=row, phase="PRE", answers={}, right=0, asked=1, taken_at=BEFORE
    ),
    "testsheet_phase_known": lambda _row: TestSheet.objects.update(phase="MID"),
    "testsheet_right_of_asked": lambda _row: TestSheet.objects.update(right=9),
    "evaluation_once_a_session": lambda row: EvaluationFactory(enrolment=row),
    "evaluation_grades_in_bounds": lambda _row: Evaluation.objects.update(relevance=6),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_keeps_the_rule(asked: Training, name: str) -> None:
    row = EnrolmentFactory(training=asked)
    take(row, BEFORE, 1, 1)
    EvaluationFactory(enrolment=row)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name](row)


# Pages


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def test_the_facilitator_writes_the_test_with_the_right_answer_first() -> None:
    office()
    training = TrainingFactory(starts_at=clock.now() + DAY)
    client, address = logged_in(training.facilitator), reverse("trainings:questions", args=[training.uid])
    kept = client.post(address, {"text_1": "Apa itu laba?", "topic_1": "Laba", "options_1": "Sisa"}).content.decode()
    assert "Apa itu laba?" in kept
    assert not TestQuestion.objects.exists()
    client.post(address, {"text_1": "Apa itu laba?", "topic_1": "Laba", "options_1": "Sisa\nModal\nOmzet"})
    row = TestQuestion.objects.get()
    assert row.options[row.answer] == "Sisa"
    assert "Sisa" in client.get(address).content.decode()


def test_an_owner_takes_the_test_and_evaluates_on_her_phone() -> None:
    office()
    training = TrainingFactory(starts_at=clock.now() - DAY - 3 * HOUR)
    learning.set_questions(training=training, questions=[PRICE, PROFIT], by=None, now=clock.now())
    row = EnrolmentFactory(training=training, person=OwnerFactory())
    attended(row, 2)
    client = logged_in(row.person.user)
    detail = client.get(reverse("trainings:training-detail", args=[training.uid])).content.decode()
    assert reverse("trainings:test", args=[training.uid]) in detail
    assert reverse("trainings:evaluate", args=[training.uid]) in detail
    client.post(reverse("trainings:test", args=[training.uid]), {"q_1": "1", "q_2": "0"})
    assert TestSheet.objects.get().right == 1
    data = {"relevance": "5", "clarity": "4", "liked": "Contohnya dekat", "wish": ""}
    client.post(reverse("trainings:evaluate", args=[training.uid]), data)
    page = client.get(reverse("trainings:results", args=[training.uid])).content.decode()
    assert "Contohnya dekat" in page
    assert row.person.full_name not in page
    assert "Contohnya dekat" not in Client().get(reverse("trainings:results", args=[training.uid])).content.decode()


def test_relevance_is_asked_first_and_read_first() -> None:
    office()
    training = TrainingFactory(starts_at=clock.now() - DAY - 3 * HOUR)
    row = EnrolmentFactory(training=training, person=OwnerFactory())
    attended(row, 2)
    client = logged_in(row.person.user)
    asked = client.get(reverse("trainings:evaluate", args=[training.uid])).text
    assert re.findall(r'name="(relevance|clarity|liked|wish)"', asked) == ["relevance"] * 5 + ["clarity"] * 5 + [
        "liked",
        "wish",
    ]
    read = client.get(reverse("trainings:results", args=[training.uid])).text
    assert re.findall(r'<th scope="col" class="num">([^<]+)</th>', read)[:2] == ["Cocok untuk usaha", "Jelas"]


def test_the_order_of_the_evaluation_does_not_follow_the_order_of_its_lines() -> None:
    class Turned(EvaluationForm):
        base_fields: ClassVar = dict(reversed(EvaluationForm.base_fields.items()))

    assert list(Turned().fields) == ["relevance", "clarity", "liked", "wish"]


def test_what_a_training_achieved_stands_beside_the_demand_that_it_answers(asked: Training) -> None:
    row = EnrolmentFactory(training=asked, person=OwnerFactory())
    take(row, BEFORE, 0, 1)
    take(row, AFTER, 1, 1)
    say(row, attended(row), relevance=4)
    wish = TopicProposalFactory(title="Harga", proposed_by=row.person)
    topics.answer_with(training=asked, topics=[wish], by=None, now=AFTER)
    page = logged_in(row.person.user).get(reverse("trainings:topic-detail", args=[wish.uid])).text
    assert "cocok untuk usaha 4,0 dari 5; selisih hasil tes 50 poin" in page


def test_results_stand_in_the_list_of_wishes_and_beside_each_topic_where_a_training_is_planned(asked: Training) -> None:
    row = EnrolmentFactory(training=asked, person=OwnerFactory())
    take(row, BEFORE, 0, 1)
    take(row, AFTER, 1, 1)
    say(row, attended(row), relevance=4)
    before = TopicProposalFactory(title="Harga jual", proposed_by=row.person)
    topics.answer_with(training=asked, topics=[before], by=None, now=AFTER)
    topics.settle(training=asked, now=AFTER)
    TopicProposalFactory(title="harga JUAL")
    TopicProposalFactory(title="Ekspor")
    said = "cocok untuk usaha 4,0 dari 5; selisih hasil tes 50 poin"
    assert logged_in(row.person.user).get(reverse("trainings:topic-list")).text.count(said) == 1
    planner = logged_in(asked.facilitator)
    assert planner.get(reverse("trainings:training-schedule")).text.count(f"harga JUAL (0) · Kata peserta: {said}") == 1
    assert said in planner.get(reverse("trainings:training-topics", args=[asked.uid])).text
