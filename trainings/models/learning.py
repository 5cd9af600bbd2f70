"""What participants learnt and what they say of it: a short test before and after, and an evaluation of each session."""

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import LessThan
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from trainings.enums import TestPhase
from trainings.models.enrolments import Enrolment
from trainings.models.trainings import Session, Training

QUESTIONS_AT_MOST: Final = 10
PASS_PERCENT: Final = 60
GRADES: Final = (1, 2, 3, 4, 5)


class TestQuestion(Record):
    """One question with two to four answers, asked before and after in the same words."""

    __test__ = False  # no test case, whatever its name says to pytest

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="questions", verbose_name=_("training")
    )
    number = models.PositiveSmallIntegerField(_("question"))
    topic = models.CharField(_("topic"), max_length=80)
    text = models.CharField(_("question"), max_length=200)
    options: Any = models.JSONField(_("answers"))
    answer = models.PositiveSmallIntegerField(_("the right answer"))

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a test")
        verbose_name_plural = _("questions of tests")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "number"],
                name="testquestion_number_once",
                violation_error_message=_("This question is already written."),
            ),
            models.CheckConstraint(
                name="testquestion_few",
                condition=Q(number__gte=1, number__lte=QUESTIONS_AT_MOST),
                violation_error_message=_("A test has ten questions at most."),
            ),
            models.CheckConstraint(
                name="testquestion_answer_is_an_option",
                condition=LessThan(
                    F("answer"), Func(F("options"), function="jsonb_array_length", output_field=models.IntegerField())
                ),
                violation_error_message=_("The right answer is one of the answers."),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class TestSheetQuerySet(BaseQuerySet["TestSheet"]):
    def passed(self) -> "TestSheetQuerySet":
        """Second tests with enough right answers for a certificate that asks for the test."""
        return self.filter(phase=TestPhase.POST, right__gte=F("asked") * PASS_PERCENT / 100.0)


class TestSheet(Record):
    """What one participant answered, before or after. Written once."""

    __test__ = False

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("enrolment")
    )
    phase = models.CharField(_("when"), max_length=4, choices=TestPhase.choices)
    # The number of the question -> the index of the answer given.
    answers: Any = models.JSONField(_("answers"))
    right = models.PositiveSmallIntegerField(_("right answers"))
    asked = models.PositiveSmallIntegerField(_("questions"))
    taken_at = models.DateTimeField(_("taken"))

    objects = TestSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "phase"],
                name="testsheet_once_a_phase",
                violation_error_message=_("This test is already taken."),
            ),
            models.CheckConstraint(
                name="testsheet_phase_known",
                condition=Q(phase__in=TestPhase.values),
                violation_error_message=_("A test is taken before or after the training."),
            ),
            models.CheckConstraint(
                name="testsheet_right_of_asked",
                condition=Q(asked__gte=1, right__lte=F("asked")),
                violation_error_message=_("No more answers can be right than were asked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.phase}"


class EvaluationQuerySet(ScopedQuerySet["Evaluation"]):
    region_path = "session__training__region__code"

    def own(self, user: Any) -> Q:
        return Q(enrolment__person__user_id=user.pk)

    def shown(self) -> "EvaluationQuerySet":
        """Not taken out by who runs the training."""
        return self.filter(hidden_at__isnull=True)


class Evaluation(Record):
    """What a participant says of one session: how much she can use it first, then how clear it was."""

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="evaluations", verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="evaluations", verbose_name=_("enrolment")
    )
    relevance = models.PositiveSmallIntegerField(_("fits my business"))
    clarity = models.PositiveSmallIntegerField(_("clearly explained"))
    liked = models.CharField(_("what helped"), max_length=300, blank=True)
    wish = models.CharField(_("what should be different"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given"))
    hidden_at = models.DateTimeField(_("taken out"), null=True, blank=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation of a session")
        verbose_name_plural = _("evaluations of sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"],
                name="evaluation_once_a_session",
                violation_error_message=_("You have already evaluated this session."),
            ),
            models.CheckConstraint(
                name="evaluation_grades_in_bounds",
                condition=Q(relevance__in=GRADES, clarity__in=GRADES),
                violation_error_message=_("Grades go from one to five."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.enrolment_id}"
