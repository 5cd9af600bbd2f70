"""Tests before and after, evaluations, and what came out of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from trainings import results
from trainings.actions import learning
from trainings.enums import EnrolmentState, TestPhase
from trainings.learning_forms import EvaluationForm, QuestionsForm, TestForm
from trainings.models import Enrolment, Evaluation, TestQuestion, TestSheet, Training
from trainings.views import reach


@form_page
def questions(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The test's questions, written by who runs the training until somebody has taken it."""
    training = reach.runnable(request, uid, reach.CHANGE)
    rows = list(TestQuestion.objects.filter(training=training).order_by("number"))
    form = QuestionsForm(request.POST or None, questions=rows)
    is_taken = TestSheet.objects.filter(enrolment__training=training).exists()
    if request.method == "POST" and form.is_valid():
        try:
            learning.set_questions(
                training=training, questions=form.questions(), by=reach.actor(request), now=clock.now()
            )
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The test is saved."))
            return redirect("trainings:training-manage", uid=uid)
    return render(
        request, "trainings/questions.html", {"training": training, "form": form, "is_taken": is_taken, "rows": rows}
    )


@form_page
def test(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The test that is open now, or what came of the ones that were taken."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    phase = learning.phase_now(training, now=clock.now())
    rows = list(TestQuestion.objects.filter(training=training).order_by("number"))
    sheets = {sheet.phase: sheet for sheet in TestSheet.objects.filter(enrolment=enrolment)}
    is_open = bool(rows) and phase is not None and phase not in sheets
    form = TestForm(request.POST or None, questions=rows)
    if request.method == "POST" and form.is_valid():
        try:
            learning.take(enrolment=enrolment, answers=form.answers(), by=reach.actor(request), now=clock.now())
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Your answers are saved."))
            return redirect("trainings:test", uid=uid)
    return render(
        request,
        "trainings/test.html",
        {
            "training": training,
            "form": form,
            "is_open": is_open,
            "is_before": phase == TestPhase.PRE,
            "before": sheets.get(TestPhase.PRE),
            "after": sheets.get(TestPhase.POST),
            "has_questions": bool(rows),
        },
    )


@form_page
def evaluate(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The first session that she was in and has said nothing of; then the next."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    waiting = results.to_evaluate(enrolment, now=clock.now())
    session = waiting[0] if waiting else None
    form = EvaluationForm(request.POST or None)
    if request.method == "POST" and session is not None and form.is_valid():
        try:
            learning.evaluate(
                enrolment=enrolment, session=session, by=reach.actor(request), now=clock.now(), **form.cleaned_data
            )
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. It helps to plan the next training."))
            return redirect("trainings:evaluate" if len(waiting) > 1 else "trainings:results", uid=uid)
    return render(request, "trainings/evaluate.html", {"training": training, "session": session, "form": form})


@login_not_required
@reading
def training_results(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What participants learnt and said, for everybody who plans or thinks of coming to the next one."""
    training = reach.readable(request, uid)
    took_both, gains = results.gains(training)
    return render(
        request,
        "trainings/results.html",
        {
            "training": training,
            "took_both": took_both,
            "gains": gains,
            "sessions": list(results.grades(training)),
            "remarks": list(results.remarks(training)) if request.user.is_authenticated else [],
            "may_run": reach.may_run(request, training),
        },
    )


@writing
def remark_take_out(request: HttpRequest, uid: UUID, evaluation_uid: UUID) -> HttpResponseBase:
    """Keep a remark from being read by others."""
    training = reach.runnable(request, uid)
    rows: Any = Evaluation.objects.filter(session__training=training)
    found: Evaluation = get_object_or_404(rows.select_related("enrolment"), uid=evaluation_uid)
    learning.take_out(evaluation=found, by=reach.actor(request), now=clock.now())
    messages.success(request, _("The remark is no longer shown. Its grades still count."))
    return redirect("trainings:results", uid=uid)


def asked_for(enrolment: Enrolment | None, training: Training, *, now: Any) -> dict[str, bool]:
    """What the participant is asked for at this moment: the test that is open, sessions to evaluate."""
    if enrolment is None or enrolment.state != EnrolmentState.CONFIRMED:
        return {"asks_test": False, "asks_evaluation": False}
    phase = learning.phase_now(training, now=now)
    has_test = phase is not None and TestQuestion.objects.filter(training=training).exists()
    taken = has_test and TestSheet.objects.filter(enrolment=enrolment, phase=phase).exists()
    return {"asks_test": has_test and not taken, "asks_evaluation": bool(results.to_evaluate(enrolment, now=now))}
