"""The page from which a training is run: everything for it in the order in which it is needed."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock, dates
from foundation.common.http import reading
from trainings import cards, queries, texts
from trainings.enums import AHEAD, TrainingStatus
from trainings.models import Certificate, Trainer, Training
from trainings.views import reach
from trainings.views.steps import WORK


@dataclass(frozen=True)
class Way:
    """A line of the page: where it leads, and what stands there by now."""

    title: str
    url: str
    icon: str
    meta: str = ""
    status: str = ""
    state: str = ""


@dataclass(frozen=True)
class Part:
    """A stretch of the work."""

    key: str
    title: str
    ways: list[Way] = field(default_factory=list)


@dataclass(frozen=True)
class Next:
    """The one thing to do now."""

    title: str
    text: str
    verb: str
    url: str
    icon: str


@reading
def training_manage(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Prepare, reach, the day itself, afterwards; what comes next stands first."""
    training: Any = reach.runnable(request, uid)
    may_change = request.user.has_perm(reach.CHANGE, training)
    counts = _counts(training)
    parts = [
        _door(training, counts, may_change=may_change),
        _after(training, may_change=may_change, may_work=request.user.has_perm(WORK)),
    ]
    if may_change:
        parts = [_prepare(training, counts), _reach(training), *parts]
    context = {
        "training": training,
        "pill": cards.pill(training, now=clock.now()),
        "next": _next(training, may_change=may_change),
        "parts": [part for part in parts if part.ways],
        "may_change": may_change,
        "share": cards.whatsapp_text(training, settings.SITE_URL + texts.path(training)),
    }
    return render(request, "trainings/training_manage.html", context)


def _counts(training: Training) -> dict[str, int]:
    """What stands behind the lines; one small query each."""
    return {
        "topics": training.answers.count(),
        "sessions": training.sessions.count(),
        "trainers": Trainer.objects.filter(sessions__session__training=training).distinct().count(),
        "partners": training.contributions.count(),
        "unsure": training.contributions.filter(is_confirmed=False).count(),
        "documents": training.documents.count(),
        "questions": training.questions.count(),
        "open": queries.open_at_the_door(training),
    }


def _to(name: str, training: Training) -> str:
    return reverse(f"trainings:{name}", args=[training.uid])


def _next(training: Any, *, may_change: bool) -> Next | None:
    """The primary button of the page; none where nothing is left to do."""
    if training.status == TrainingStatus.CANCELLED:
        return None
    if training.status == TrainingStatus.PLANNED:
        text = _(
            "Only the organisers see it. When you announce it, registration opens and those invited get a message."
        )
        return Next(_("This is a draft"), text, _("Announce"), _to("training-publish", training), "bell")
    if training.status == TrainingStatus.DONE:
        return Next(
            _("This training is finished."),
            _("Certificates, action plans and what participants said."),
            _("What came of it"),
            _to("results", training),
            "star",
        )
    now = clock.now()
    if may_change and not training.sessions.filter(starts_at__gt=now).exists() and training.ends_at <= now:
        text = _("Attendance can no longer be taken afterwards.")
        return Next(_("The last session is over"), text, _("Finish"), _to("training-finish", training), "check")
    session = queries.door_session(training, now=now)
    if session is not None and dates.long_date(session.starts_at) == dates.long_date(now):
        when = dates.moment(session.starts_at)
        return Next(_("Today"), when, _("Take attendance"), _to("scanner", training), "scan")
    text = _("%(taken)s of %(capacity)s places are taken.") % {"taken": training.taken, "capacity": training.capacity}
    when = dates.moment(training.starts_at)
    return Next(when, text, _("Register somebody"), _to("participant-add", training), "plus")


def _prepare(training: Training, counts: dict[str, int]) -> Part:
    is_open = training.status not in {TrainingStatus.DONE, TrainingStatus.CANCELLED}
    crew = [
        ngettext("%(n)d trainer", "%(n)d trainers", counts["trainers"]) % {"n": counts["trainers"]},
        ngettext("%(n)d partner", "%(n)d partners", counts["partners"]) % {"n": counts["partners"]},
    ]
    if counts["unsure"]:
        crew.append(_("%(n)d to be confirmed") % {"n": counts["unsure"]})
    again = reverse("trainings:training-schedule") + f"?salin={training.uid}"
    ways = [
        Way(_("Trainers and partners"), _to("crew", training), "people", ", ".join(crew)),
        Way(
            _("Topics that it answers"),
            _to("training-topics", training),
            "training",
            ngettext("%(n)d topic", "%(n)d topics", counts["topics"]) % {"n": counts["topics"]},
        ),
        Way(
            _("Documents"),
            _to("training-documents", training),
            "document",
            ngettext("%(n)d document", "%(n)d documents", counts["documents"]) % {"n": counts["documents"]},
        ),
        Way(
            _("Short test"),
            _to("questions", training),
            "star",
            ngettext("%(n)d question", "%(n)d questions", counts["questions"]) % {"n": counts["questions"]},
        ),
    ]
    if is_open:
        days = ngettext("%(n)d session", "%(n)d sessions", counts["sessions"]) % {"n": counts["sessions"]}
        change = Way(_("Change the details"), _to("training-change", training), "document", training.place)
        ways = [change, Way(_("Other dates"), _to("training-dates", training), "calendar", days), *ways]
    return Part("siapkan", _("Prepare"), [*ways, Way(_("Make another one like this"), again, "plus")])


def _reach(training: Training) -> Part:
    if training.status in {TrainingStatus.PLANNED, TrainingStatus.CANCELLED}:
        return Part("jangkau", _("Reach"))
    return Part("jangkau", _("Reach"), [Way(_("Who was reached"), _to("reach-report", training), "bell")])


def _door(training: Any, counts: dict[str, int], *, may_change: bool) -> Part:
    if training.status in {TrainingStatus.PLANNED, TrainingStatus.CANCELLED}:
        return Part("pintu", _("Participants and door"))
    taken = _("%(taken)s of %(capacity)s places are taken.") % {
        "taken": training.taken,
        "capacity": training.capacity,
    }
    ways = [Way(_("Participants"), _to("participant-list", training), "people", taken)]
    if training.status in AHEAD:
        ways += [
            Way(_("Take attendance"), _to("scanner", training), "scan", _("with the camera, also without signal")),
            Way(_("List of the door"), _to("door", training), "check", _("tick names, no camera needed")),
            Way(_("Code of the room, on a screen"), _to("room-screen", training), "shop", _("owners scan it")),
        ]
    ways += [
        Way(_("Attendance sheet to print (PDF)"), _to("sheet", training), "download"),
        Way(_("Carry over the paper sheet"), _to("sheet-mark", training), "document"),
    ]
    settle = Way(
        _("To settle: doubtful scans, guests, absences"),
        _to("settle-list", training),
        "alert",
        status=str(counts["open"]) if counts["open"] else "",
        state="wait" if counts["open"] else "",
    )
    if may_change and training.status in AHEAD:
        ways.append(Way(_("Fewer places"), _to("places-cut", training), "people"))
    return Part("pintu", _("Participants and door"), [*ways, settle])


def _certificates(training: Training) -> Way:
    count = Certificate.objects.filter(enrolment__training=training, withdrawn_at=None).count()
    text = ngettext("%(n)d issued, all as one PDF", "%(n)d issued, all as one PDF", count) % {"n": count}
    return Way(_("Certificates"), _to("participant-list", training), "document", text)


def _after(training: Training, *, may_change: bool, may_work: bool) -> Part:
    part = Part("sesudah", _("Afterwards"))
    if training.status in {TrainingStatus.PLANNED, TrainingStatus.CANCELLED} or training.starts_at > clock.now():
        return part
    if may_change and training.status in AHEAD and not training.sessions.filter(starts_at__gt=clock.now()).exists():
        part.ways.append(Way(_("Finish and issue certificates"), _to("training-finish", training), "check"))
    if training.status == TrainingStatus.DONE:
        part.ways.append(_certificates(training))
    part.ways.append(Way(_("What came of it"), _to("results", training), "star", _("test, evaluation, open answers")))
    if may_work:
        part.ways.append(Way(_("Open action plans of your region"), reverse("trainings:step-list"), "check"))
    return part
