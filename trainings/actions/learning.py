"""Short tests before and after a training, and the evaluation of its sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from trainings.enums import EnrolmentState, TestPhase, TrainingStatus
from trainings.models import Attendance, Enrolment, Evaluation, Session, TestQuestion, TestSheet, Training
from trainings.models.learning import QUESTIONS_AT_MOST

# The first test closes an hour into the first session; the second opens an hour into the last one.
WARM_UP: Final = timedelta(hours=1)
ANSWERED_WITHIN: Final = timedelta(days=14)
# People are asked before they leave the room.
NEARLY_OVER: Final = timedelta(minutes=30)


class TooManyQuestions(ActionError):
    message = _("A test has ten questions at most.")


class AlreadyAsked(ActionError):
    message = _("Somebody has already taken this test, so its questions stay as they are.")


class NotNow(ActionError):
    message = _(
        "The test is open until the first session is under way, and again from the last session on for 14 days."
    )


class AlreadyTaken(ActionError):
    message = _("This test is already taken.")


class NoPlace(ActionError):
    message = _("Only participants of the training answer this.")


class NoQuestions(ActionError):
    message = _("This training has no test.")


class Unanswered(ActionError):
    message = _("Please answer every question. A guess is fine.")


class NotThere(ActionError):
    message = _("Only who was in the session evaluates it.")


class AlreadyEvaluated(ActionError):
    message = _("You have already evaluated this session.")


class TooLate(ActionError):
    message = _("A session is evaluated within 14 days.")


class NotOverYet(ActionError):
    message = _("This session is not over yet. Please say how it was when it ends.")


@dataclass(frozen=True)
class Question:
    """A question to be: its topic, two to four answers, and the index of the right one."""

    topic: str
    text: str
    options: tuple[str, ...]
    answer: int


@transaction.atomic
def set_questions(*, training: Training, questions: Sequence[Question], by: User | None, now: datetime) -> int:
    """Write the questions of a training's test, in place of the earlier ones. Raises TooManyQuestions, AlreadyAsked."""
    training = Training.objects.locked(training.pk)
    if len(questions) > QUESTIONS_AT_MOST:
        raise TooManyQuestions
    if TestSheet.objects.filter(enrolment__training=training).exists():
        raise AlreadyAsked
    TestQuestion.objects.filter(training=training).delete()
    TestQuestion.objects.bulk_create(
        TestQuestion(
            training=training,
            number=number,
            topic=row.topic.strip(),
            text=row.text.strip(),
            options=list(row.options),
            answer=row.answer,
            created_at=now,
        )
        for number, row in enumerate(questions, start=1)
    )
    log.record("training.questions", training, by=by, now=now, questions=len(questions))
    return len(questions)


def phase_now(training: Training, *, now: datetime) -> TestPhase | None:
    """Which test is open at this moment."""
    sessions = list(training.sessions.order_by("starts_at", "pk").values_list("starts_at", flat=True))
    if not sessions or training.status in {TrainingStatus.PLANNED, TrainingStatus.CANCELLED}:
        return None
    if now <= sessions[0] + WARM_UP:
        return TestPhase.PRE
    return TestPhase.POST if sessions[-1] + WARM_UP < now <= training.ends_at + ANSWERED_WITHIN else None


@transaction.atomic
def take(*, enrolment: Enrolment, answers: Mapping[int, int], by: User | None, now: datetime) -> TestSheet:
    """Hand in the test that is open now; `answers` are number of the question -> index of the answer.

    Raises NoPlace, NoQuestions, NotNow, Unanswered, AlreadyTaken.
    """
    # A shared lock keeps the questions as they are while somebody answers them.
    training = Training.objects.held_open(enrolment.training_id)
    if enrolment.state != EnrolmentState.CONFIRMED:
        raise NoPlace
    questions = list(TestQuestion.objects.filter(training=training).order_by("number"))
    if not questions:
        raise NoQuestions
    phase = phase_now(training, now=now)
    if phase is None:
        raise NotNow
    if any(not 0 <= answers.get(row.number, -1) < len(row.options) for row in questions):
        raise Unanswered
    right = sum(answers[row.number] == row.answer for row in questions)
    try:
        with transaction.atomic():
            sheet = TestSheet.objects.create(
                enrolment=enrolment,
                phase=phase,
                answers={str(row.number): answers[row.number] for row in questions},
                right=right,
                asked=len(questions),
                taken_at=now,
                created_at=now,
            )
    except IntegrityError as error:
        if "testsheet_once_a_phase" not in str(error):
            raise
        raise AlreadyTaken from error
    log.record("test.taken", enrolment, by=by, now=now, phase=str(phase))
    return sheet


@transaction.atomic
def evaluate(
    *,
    enrolment: Enrolment,
    session: Session,
    relevance: int,
    clarity: int,
    liked: str,
    wish: str,
    by: User | None,
    now: datetime,
) -> Evaluation:
    """Say how a session was; grades from 1 to 5. Raises NotThere, NotOverYet, TooLate, AlreadyEvaluated."""
    if not Attendance.objects.filter(session=session, enrolment=enrolment).exists():
        raise NotThere
    if now < session.ends_at - NEARLY_OVER:
        raise NotOverYet
    if now > session.ends_at + ANSWERED_WITHIN:
        raise TooLate
    try:
        with transaction.atomic():
            given = Evaluation.objects.create(
                session=session,
                enrolment=enrolment,
                relevance=relevance,
                clarity=clarity,
                liked=liked.strip(),
                wish=wish.strip(),
                given_at=now,
                created_at=now,
            )
    except IntegrityError as error:
        if "evaluation_once_a_session" not in str(error):
            raise
        raise AlreadyEvaluated from error
    log.record("session.evaluated", enrolment, by=by, now=now, session=session.number)
    return given


@transaction.atomic
def take_out(*, evaluation: Evaluation, by: User, now: datetime) -> Evaluation:
    """Keep a remark from being read by others (it names somebody, or is rude); its grades still count."""
    evaluation = Evaluation.objects.locked(evaluation.pk)
    if evaluation.hidden_at is None:
        evaluation.hidden_at, evaluation.hidden_by = now, by
        evaluation.save(update_fields=["hidden_at", "hidden_by", "updated_at"])
        log.record("evaluation.taken_out", evaluation.enrolment, by=by, now=now, session=evaluation.session_id)
    return evaluation
