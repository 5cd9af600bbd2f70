"""The page on which others are registered: search, tick, search again; nothing chosen or typed is lost on the way."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, writing
from foundation.common.phone import BadPhone, parse_mobile
from members.models import Person
from trainings import conflicts
from trainings.actions import enrolments
from trainings.enums import EnrolmentState, ProposalSource
from trainings.forms import ManyForm, PersonSearchForm
from trainings.models import Enrolment, Training
from trainings.views import reach

MOST = 50


@form_page
def participant_add(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Find owners without a phone of their own. Writes nothing: a search is sent by POST with what is ticked so far."""
    return add_page(request, reach.runnable(request, uid))


def add_page(request: HttpRequest, training: Training, *, without: Person | None = None) -> HttpResponse:
    """The page with everything that came with the request; `without` is registered by now and no longer ticked."""
    asked = (request.POST or request.GET).copy()
    asked.setdefault("source", training.source)  # what is shown is what counts
    form = PersonSearchForm(asked if request.POST or request.GET else None, initial={"source": training.source})
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = list(people_found(request, training, text)) if text else []
    ticked = [row for row in visible_of(request, asked.getlist("person")) if row != without]
    return render(
        request,
        "trainings/participant_add.html",
        {
            "training": training,
            "form": form,
            "text": text,
            "many": ManyForm(request.POST or None, office_code=training.office_code),
            "people": found,
            "ticked": {row.pk for row in ticked},
            "chosen": [row for row in ticked if row not in found],
        },
    )


def people_found(request: HttpRequest, training: Training, text: str) -> QuerySet[Person]:
    """Owners whom the visitor may see, best known by number, else by name; `is_in` marks who is registered, `clash` says where else."""
    found: QuerySet[Any] = reach.owners_called(request, text)
    registered = Enrolment.objects.filter(training=training).live().values("person")
    known = set(registered.filter(person__in=[row.pk for row in found]).values_list("person", flat=True))
    clashes = conflicts.of_people(training, list(found))
    for row in found:
        row.is_in, row.clash = row.pk in known, clashes.get(row.pk, "")
    return found


def visible_of(request: HttpRequest, uids: list[str]) -> list[Person]:
    """Those of `uids` whom the visitor may see, by name."""
    if not uids:
        return []
    rows: Any = Person.objects.visible_to(request.user, "members.view_person").select_related("village", "user")
    return list(rows.filter(uid__in=[reach.uid_or_404(text) for text in uids[:MOST]]).order_by("full_name", "pk"))


def chosen(request: HttpRequest, numbers: str) -> tuple[list[Person], list[str]]:
    """Owners whom the visitor may see, in the order given; and the numbers that are nobody's."""
    visible: Any = Person.objects.visible_to(request.user, "members.view_person").select_related("village", "user")
    people = visible_of(request, request.POST.getlist("person"))
    unknown = []
    for text in [part.strip() for part in re.split(r"[\n,;]+", numbers) if part.strip()][:MOST]:
        try:
            phone = parse_mobile(text)
        except BadPhone:
            unknown.append(text)
            continue
        found = visible.filter(user__phone=phone).first() or visible.filter(phone=phone).order_by("pk").first()
        if found is None:
            unknown.append(text)
        elif found not in people:
            people.append(found)
    return people, unknown


@writing
def participant_enrol(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Register one on her behalf (`one`, else the only one ticked); the ticks of the others stay."""
    training = reach.runnable(request, uid)
    visible: Any = Person.objects.visible_to(request.user, "members.view_person")
    wanted = request.POST.get("one") or request.POST.get("person", "")
    person = get_object_or_404(visible, uid=reach.uid_or_404(wanted))
    # Her clash stood beside the button.
    is_sure = "sure" in request.POST or wanted in request.POST.getlist("seen")
    clash = "" if is_sure else conflicts.of_people(training, [person]).get(person.pk, "")
    if clash:
        messages.error(request, clash)
        return add_page(request, training)
    if not _enrol(request, training, person) or any(request.POST.get(name) for name in ("person", "numbers", "group")):
        return add_page(request, training, without=person)
    return redirect("trainings:participant-add", uid=uid)


def _enrol(request: HttpRequest, training: Training, person: Person) -> bool:
    """Whether she is registered now; says so."""
    source = request.POST.get("source", "")
    try:
        made = enrolments.enrol(
            training=training,
            person=person,
            by=reach.actor(request),
            now=clock.now(),
            at_the_door=True,
            source=ProposalSource(source) if source in ProposalSource.values else None,
        )
    except enrolments.AlreadyEnrolled:
        messages.error(request, _("%(name)s is already registered.") % {"name": person.full_name})
        return False
    except ActionError as error:
        reach.refuse(request, error)
        return False
    has_place = made.state == EnrolmentState.CONFIRMED
    sentence = _("%(name)s has a place.") if has_place else _("%(name)s is on the waiting list.")
    messages.success(request, sentence % {"name": person.full_name})
    return True
