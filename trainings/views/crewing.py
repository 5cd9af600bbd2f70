"""Who gives the training and who helps; other dates; who was not reached."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from trainings import conflicts, queries, reaching, texts
from trainings.actions import crew, dates
from trainings.crew_forms import ContributionForm, DatesForm, TrainerForm
from trainings.enums import ContributionKind, Helix
from trainings.models import Contribution, Trainer
from trainings.views import reach

SIZE = 50


@form_page
def crew_page(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Trainers and partners of a training, with one form for each."""
    training = reach.runnable(request, uid, reach.CHANGE)
    part = request.POST.get("part", "")
    trainer_form = TrainerForm(request.POST if part == "trainer" else None, office_code=training.office_code)
    partner_form = ContributionForm(request.POST if part == "partner" else None, auto_id="mitra_%s")
    if part == "trainer" and trainer_form.is_valid() and _add_trainer(request, training, trainer_form):
        return redirect("trainings:crew", uid=uid)
    if part == "partner" and partner_form.is_valid() and _add_partner(request, training, partner_form):
        return redirect("trainings:crew", uid=uid)
    trainers = Trainer.objects.filter(sessions__session__training=training).distinct().order_by("name", "pk")
    context = {
        "training": training,
        "trainers": trainers,
        "contributions": training.contributions.order_by("pk"),
        "trainer_form": trainer_form,
        "partner_form": partner_form,
    }
    return render(request, "trainings/crew.html", context)


def _add_trainer(request: HttpRequest, training: Any, form: TrainerForm) -> bool:
    data, by, now = form.cleaned_data, reach.actor(request), clock.now()
    try:
        trainer = data["known"] or crew.know_trainer(
            office_code=training.office_code,
            name=data["name"],
            organisation=data["organisation"],
            helix=Helix(data["helix"]),
            phone=data["phone"],
            by=by,
            now=now,
        )
        crew.assign(training=training, trainer=trainer, by=by, now=now)
    except ActionError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("%(name)s gives this training.") % {"name": trainer.name})
    return True


def _add_partner(request: HttpRequest, training: Any, form: ContributionForm) -> bool:
    data = form.cleaned_data
    try:
        crew.contribute(
            training=training,
            helix=Helix(data["helix"]),
            partner=data["partner"],
            kind=ContributionKind(data["kind"]),
            amount=data["amount"] or 0,
            note=data["note"],
            by=reach.actor(request),
            now=clock.now(),
        )
    except ActionError as error:
        form.add_error(error.field, str(error))
        return False
    messages.success(request, _("Noted. Thank you to %(name)s.") % {"name": data["partner"]})
    return True


@writing
def crew_remove(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a trainer or a contribution off the list."""
    training, now = reach.runnable(request, uid, reach.CHANGE), clock.now()
    by = reach.actor(request)
    if "trainer" in request.POST:
        rows = Trainer.objects.filter(sessions__session__training=training).distinct()
        trainer = get_object_or_404(rows, uid=reach.uid_or_404(request.POST["trainer"]))
        crew.release(training=training, trainer=trainer, by=by, now=now)
    else:
        rows = Contribution.objects.filter(training=training)
        contribution = get_object_or_404(rows, uid=reach.uid_or_404(request.POST.get("contribution", "")))
        crew.take_back(contribution=contribution, by=by, now=now)
    return redirect("trainings:crew", uid=uid)


@writing
def contribution_confirm(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A partner of an earlier training has said yes for this one too."""
    training = reach.runnable(request, uid, reach.CHANGE)
    rows = Contribution.objects.filter(training=training).select_related("training")
    row = get_object_or_404(rows, uid=reach.uid_or_404(request.POST.get("contribution", "")))
    crew.confirm(contribution=row, by=reach.actor(request), now=clock.now())
    messages.success(request, _("Noted. Thank you to %(name)s.") % {"name": row.partner})
    return redirect("trainings:crew", uid=uid)


@form_page
def training_dates(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Other dates: clashes are shown first, then everybody is told."""
    training = reach.runnable(request, uid, reach.CHANGE)
    form = DatesForm(request.POST or None, training=training, zone=texts.zone_of(training))
    clashes: list[Any] = []
    if request.method == "POST" and form.is_valid():
        clashes = conflicts.found(
            slots=form.slots(),
            region=training.region,
            venue=training.venue,
            facilitator=training.facilitator,
            besides=training,
        )
        if not conflicts.unseen(clashes, request.POST.getlist("sure")):
            try:
                moved = dates.reschedule(
                    training=training, slots=form.slots(), by=reach.actor(request), now=clock.now()
                )
            except ActionError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("The new dates are saved. Everybody concerned is told."))
                if training.activity is not None and moved.activity is None:
                    messages.warning(request, _left(training, moved))
                return redirect("trainings:training-manage", uid=uid)
    return render(request, "trainings/training_dates.html", {"training": training, "form": form, "clashes": clashes})


def _left(before: Any, moved: Any) -> str:
    text = _(
        "The training is in %(year)s now, so it is no longer under the activity %(code)s of the plan of %(before)s. The "
        "office can put it under an activity of the new year."
    )
    facts = {"year": queries.year_of(moved), "before": queries.year_of(before), "code": before.activity.code}
    return text % facts


@reading
def reach_report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who was told by which way, and whom somebody has to call or visit."""
    training = reach.runnable(request, uid)
    missed = reaching.not_reached(training).select_related("village")
    found = page(missed, order=["full_name", "id"], cursor=request.GET.get("cursor", ""), size=SIZE)
    context = {"training": training, "report": reaching.report(training), "page": found}
    return render(request, "trainings/reach_report.html", context)


def week_later(training: Any) -> list[dict[str, Any]]:
    """The sessions of an earlier training as the form of a new one wants them: same weekday, same hours."""
    rows = list(training.sessions.in_order())
    today = clock.today()
    first = timezone.localtime(rows[0].starts_at).date() if rows else today
    shift = timedelta(days=0)
    behind = max(today, timezone.localtime(rows[-1].starts_at).date()) if rows else today
    while first + shift <= behind:
        shift += timedelta(days=7)
    return [
        {
            "day": timezone.localtime(row.starts_at).date() + shift,
            "start": timezone.localtime(row.starts_at).time(),
            "end": timezone.localtime(row.ends_at).time(),
            "title": row.title,
        }
        for row in rows
    ]
