"""Reads of what participants learnt and said: gain by topic, grades by session, open answers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Avg, Count, F, OuterRef, QuerySet, Subquery, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from trainings.actions.learning import NEARLY_OVER
from trainings.enums import EnrolmentState, TestPhase
from trainings.models import Attendance, Enrolment, Evaluation, Session, TestQuestion, TestSheet, Training

REMARKS: Final = 50


@dataclass(frozen=True)
class Gain:
    """One topic: the share of right answers before and after, of those who took both tests."""

    topic: str
    before: float
    after: float

    @property
    def points(self) -> int:
        """Percentage points gained."""
        return round(100 * self.after) - round(100 * self.before)


def gains(training: Training) -> tuple[int, list[Gain]]:
    """How many took both tests, and the gain by topic in the order of the questions. Three queries at most."""
    questions = list(TestQuestion.objects.filter(training=training).order_by("number"))
    sheets = TestSheet.objects.filter(enrolment__training=training).values_list("enrolment_id", "phase", "answers")
    taken: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for enrolment, phase, answers in sheets:
        taken[enrolment][phase] = answers
    both = [row for row in taken.values() if len(row) == len(TestPhase)]
    if not both:
        return 0, []
    return len(both), [
        Gain(topic, _share(questions, both, topic, TestPhase.PRE), _share(questions, both, topic, TestPhase.POST))
        for topic in dict.fromkeys(question.topic for question in questions)
    ]


def _share(questions: list[TestQuestion], both: list[dict[str, Any]], topic: str, phase: TestPhase) -> float:
    of_topic = [question for question in questions if question.topic == topic]
    right = sum(sheet[phase].get(str(row.number)) == row.answer for sheet in both for row in of_topic)
    return float(right / (len(both) * len(of_topic)))


@dataclass(frozen=True)
class Outcome:
    """What participants said and learnt: mean relevance (1 to 5) and points gained; None where nobody did."""

    relevance: float | None = None
    gained: int | None = None

    def __bool__(self) -> bool:
        return self.relevance is not None or self.gained is not None

    def __str__(self) -> str:
        parts = []
        if self.relevance is not None:
            grade = number_format(self.relevance, decimal_pos=1)
            parts.append(_("Participants: fits my business %(grade)s of 5") % {"grade": grade})
        if self.gained is not None:
            parts.append(_("test gain %(points)s points") % {"points": self.gained})
        return "; ".join(parts)


def outcomes(groups: Mapping[int, Collection[int]]) -> dict[int, Outcome]:
    """By the key of a group of trainings (their keys). Two queries, none for no training."""
    keys = {training for group in groups.values() for training in group}
    if not keys:
        return {}
    said = Evaluation.objects.filter(session__training__in=keys).values("session__training").order_by()
    grades_of = {
        row["session__training"]: (row["total"], row["n"])
        for row in said.annotate(total=Sum("relevance"), n=Count("pk"))
    }
    gained = _gained(keys)
    return {
        name: Outcome(
            _mean([grades_of[key] for key in group if key in grades_of]),
            None if (points := _mean([gained[key] for key in group if key in gained])) is None else round(points),
        )
        for name, group in groups.items()
    }


def _mean(parts: list[tuple[float, int]]) -> float | None:
    """Of sums and how many they are of."""
    return sum(total for total, _n in parts) / sum(n for _total, n in parts) if parts else None


def _gained(trainings: Collection[int]) -> dict[int, tuple[float, int]]:
    """By training: the points that each gained who took both tests, summed, and how many they are."""
    before = TestSheet.objects.filter(enrolment=OuterRef("enrolment"), phase=TestPhase.PRE)
    after = TestSheet.objects.filter(enrolment__training__in=trainings, phase=TestPhase.POST)
    share = 100.0 * F("right") / F("asked")
    points = after.annotate(before=Subquery(before.annotate(share=share).values("share"))).exclude(before=None)
    rows = points.values("enrolment__training").order_by().annotate(total=Sum(share - F("before")), n=Count("pk"))
    return {row["enrolment__training"]: (row["total"], row["n"]) for row in rows}


def grades(training: Training) -> QuerySet[Session]:
    """The sessions with `given` evaluations and the mean `relevance` and `clarity` (None without any)."""
    return training.sessions.annotate(
        given=Count("evaluations"),
        mean_relevance=Avg("evaluations__relevance"),
        mean_clarity=Avg("evaluations__clarity"),
    ).in_order()


def remarks(training: Training) -> QuerySet[Evaluation]:
    """The open answers, without names, the latest first."""
    rows = Evaluation.objects.shown().filter(session__training=training).exclude(liked="", wish="")
    return rows.select_related("session").order_by("-given_at", "-pk")[:REMARKS]


def to_evaluate(enrolment: Enrolment, *, now: datetime) -> list[Session]:
    """The sessions that a participant was in, that are over (or nearly), and of which she has said nothing yet."""
    there = Attendance.objects.filter(enrolment=enrolment).values("session")
    said = Evaluation.objects.filter(enrolment=enrolment).values("session")
    if enrolment.state != EnrolmentState.CONFIRMED:
        return []
    over = Session.objects.filter(ends_at__lte=now + NEARLY_OVER)
    return list(over.filter(pk__in=there).exclude(pk__in=said).in_order())
