"""Registering many at once: ten for whom an assistant speaks, a group, a source's list; and fewer places."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, writing
from foundation.jobs.actions import jobs
from foundation.jobs.models import Job
from foundation.regions.models import Office
from members.models import Person
from trainings import cards, conflicts, sources
from trainings.actions import capacity, enrolments
from trainings.enums import EnrolmentState, ProposalSource
from trainings.forms import CutForm, ManyForm, SourceFileForm
from trainings.jobs import ENROL
from trainings.models import Community, CommunityMember, Training
from trainings.views import reach
from trainings.views.choosing import MOST, add_page, chosen


@writing
def participant_enrol_many(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Those who were ticked and those whose numbers were typed, each on her own or as a group."""
    training, now = reach.runnable(request, uid), clock.now()
    form = ManyForm(request.POST, office_code=training.office_code)
    people, unknown = chosen(request, form.data.get("numbers", ""))
    if form.is_valid() and form.cleaned_data["community"]:
        people += [row for row in _members(request, form.cleaned_data["community"]) if row not in people]
    if not form.is_valid() or not people:
        _say_unknown(request, unknown)
        if form.is_valid():
            messages.error(request, str(enrolments.NobodyChosen.message))
        return add_page(request, training)
    if "sure" not in request.POST and (clashes := conflicts.of_people(training, people)):
        context = {"training": training, "clashes": list(clashes.values()), "people": people, "form": form}
        return render(request, "trainings/participant_clashes.html", context)
    source = ProposalSource(form.cleaned_data["source"] or training.source)
    if form.cleaned_data["group"]:
        if not _as_group(request, training, people, form.cleaned_data["group"], source):
            return add_page(request, training)
    else:
        made = enrolments.enrol_many(
            training=training, people=people, by=reach.actor(request), now=now, source=source, at_the_door=True
        )
        _tell(request, made)
    _say_unknown(request, unknown)
    return redirect("trainings:participant-list", uid=uid)


def _say_unknown(request: HttpRequest, unknown: list[str]) -> None:
    if unknown:
        messages.error(request, _("Not known as owners: %(numbers)s.") % {"numbers": ", ".join(unknown)})


def _as_group(
    request: HttpRequest, training: Training, people: list[Person], name: str, source: ProposalSource
) -> bool:
    try:
        made = enrolments.enrol_party(
            training=training, people=people, name=name, by=reach.actor(request), now=clock.now(), source=source
        )
    except ActionError as error:
        reach.refuse(request, error)
        return False
    if made[0].state == EnrolmentState.CONFIRMED:
        text = _("The whole group %(name)s has places: %(n)d.")
    else:
        text = _("There are not enough places for all %(n)d of %(name)s. The group waits together.")
    messages.success(request, text % {"name": name, "n": len(made)})
    return True


def _members(request: HttpRequest, community: Community) -> list[Person]:
    """Of a group, those whom the visitor may see."""
    visible: Any = Person.objects.visible_to(request.user, "members.view_person").select_related("village", "user")
    inside = CommunityMember.objects.filter(community=community).values("person")
    return list(visible.filter(pk__in=inside).order_by("full_name", "pk")[:MOST])


def _tell(request: HttpRequest, made: list[enrolments.Outcome]) -> None:
    states = [row.enrolment.state for row in made if row.enrolment]
    places, waiting = states.count(EnrolmentState.CONFIRMED), states.count(EnrolmentState.WAITING)
    if places:
        text = ngettext("%(n)d person has a place.", "%(n)d people have a place.", places)
        messages.success(request, text % {"n": places})
    if waiting:
        text = ngettext("%(n)d person is on the waiting list.", "%(n)d people are on the waiting list.", waiting)
        messages.info(request, " ".join(filter(None, [text % {"n": waiting}, _why(made)])))
    for row in made:
        if row.error:
            messages.error(request, f"{row.person.full_name}: {row.error}")


def _why(made: list[enrolments.Outcome]) -> str:
    """Why the first of those who wait does, where it is the plan and not the room."""
    row = next(row.enrolment for row in made if row.enrolment and row.enrolment.state == EnrolmentState.WAITING)
    training = Training.objects.with_counts().get(pk=row.training_id)
    return cards.why_waiting(training, row.source)


@form_page
def participant_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A source's list as a spreadsheet; a job enrols them and says line by line what came of it."""
    training = reach.runnable(request, uid)
    form = SourceFileForm(request.POST or None, request.FILES or None, initial={"source": training.source})
    if request.method == "POST" and form.is_valid():
        try:
            job = _start(request, training, form.cleaned_data["file"], form.cleaned_data["source"])
        except ActionError as error:
            form.add_error("file", str(error))
        else:
            return redirect("jobs:detail", uid=job.uid)
    return render(request, "trainings/participant_file.html", {"training": training, "form": form})


def _start(request: HttpRequest, training: Training, file: Any, source: str) -> Job:
    """The job, and the list beside it, there before a worker can look for it. Another list is another job."""
    with tempfile.NamedTemporaryFile() as copy:
        copy.writelines(file.chunks())
        copy.flush()
        named = sources.read(Path(copy.name))
        visible: Any = Person.objects.visible_to(request.user, "members.view_person")
        mine = set(visible.filter(pk__in=[row.person.pk for row in named if row.person]).values_list("pk", flat=True))
        rows = [[row.line, row.person.pk if row.person and row.person.pk in mine else None, row.fault] for row in named]
        asked = {"training": training.pk, "rows": rows, "source": source}
        with transaction.atomic():
            job = jobs.start(
                ENROL.name,
                by=reach.actor(request),
                office=Office.objects.serving(training.office_code),
                region_code=training.region_id,  # where who runs it finds the job again, not her whole city
                params=asked,
                now=clock.now(),
                label=training.title,
                key=f"training:{training.pk}:{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]}",
            )
            job.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy.name, job.folder / sources.KEPT_AS)
    return job


@form_page
def places_cut(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Fewer places than are taken: who moves is shown first, and told the reason."""
    training, now = reach.runnable(request, uid, reach.CHANGE), clock.now()
    form = CutForm(request.POST or None, initial={"capacity": max(training.capacity - 1, 1)})
    moves: list[Any] = []
    if request.method == "POST" and form.is_valid():
        wanted, reason = form.cleaned_data["capacity"], form.cleaned_data["reason"]
        if "sure" not in request.POST:
            moves = capacity.who_moves(training, wanted, now=now)
        else:
            try:
                moved = capacity.cut(
                    training=training, capacity=wanted, reason=reason, by=reach.actor(request), now=now
                )
            except ActionError as error:
                form.add_error(error.field, str(error))
            else:
                text = ngettext(
                    "Decided. %(n)d person is on the waiting list again and is told why.",
                    "Decided. %(n)d people are on the waiting list again and are told why.",
                    len(moved),
                )
                messages.success(request, text % {"n": len(moved)})
                return redirect("trainings:participant-list", uid=uid)
    asked = request.method == "POST" and form.is_valid()
    return render(
        request, "trainings/places_cut.html", {"training": training, "form": form, "moves": moves, "asked": asked}
    )
