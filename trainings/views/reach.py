"""How views get at a training: by uid, within what the person may see, in the zone where it is held."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.common.phone import BadPhone, parse_mobile
from members.models import Person
from trainings import texts
from trainings.models import Enrolment, Session, Training

RUN = "trainings.take_attendance"
CHANGE = "trainings.change_training"
FOUND = 20


def readable(request: HttpRequest, uid: UUID, *, counted: bool = True) -> Training:
    """A training that this visitor may read of. Its office's zone is in force from here on.

    `counted`: with its taken places, its queue and the visitor's own state, for pages that show them.
    """
    rows = Training.objects.readable_by(request.user)
    if counted:
        rows = rows.with_counts().with_mine(request.user)
    training = get_object_or_404(rows.select_related("region", "facilitator"), uid=uid)
    timezone.activate(texts.zone_of(training))  # the middleware's override ends it with the request
    return training


def runnable(request: HttpRequest, uid: UUID, permission: str = RUN) -> Training:
    """A training that this person may run: foreign ones are not there, readable ones are forbidden."""
    training = readable(request, uid)
    if not request.user.has_perm(permission, training):
        raise PermissionDenied
    return training


def door(request: HttpRequest, uid: UUID, number: int) -> Session:
    """A session at whose door this person stands; in as few queries as can be, for a queue is waiting."""
    session = Session.objects.select_related("training").filter(training__uid=uid, number=number).first()
    if session is None or not request.user.has_perm(RUN, session.training):
        runnable(request, uid)  # says which of the two it is
        raise Http404
    return session


def actor(request: HttpRequest) -> User:
    """Who acts, for pages behind the login."""
    return cast(User, request.user)


def may_run(request: HttpRequest, training: Training) -> bool:
    return request.user.is_authenticated and request.user.has_perm(RUN, training)


def person_of(user: Any) -> Person | None:
    """The owner behind an account, None for who is none."""
    person = Person.objects.filter(user_id=user.pk).first() if user.is_authenticated else None
    if person is not None:
        person.user = user
    return person


def owners_called(request: HttpRequest, text: str) -> QuerySet[Person]:
    """The first owners whom the visitor may see with this phone number, or with this in their name."""
    rows: Any = Person.objects.visible_to(request.user, "members.view_person")
    try:
        rows = rows.filter(phone=parse_mobile(text))
    except BadPhone:
        rows = rows.filter(full_name__icontains=text)
    return rows.select_related("village").order_by("full_name", "pk")[:FOUND]  # type: ignore[no-any-return]


def own_enrolment(request: HttpRequest, training: Training) -> Enrolment | None:
    """The visitor's own live enrolment."""
    if not training.my_state:  # type: ignore[attr-defined]
        return None
    return (
        Enrolment.objects.mine(request.user).live().select_related("person", "party").filter(training=training).first()
    )


def own_or_404(request: HttpRequest, training: Training) -> Enrolment:
    enrolment = own_enrolment(request, training)
    if enrolment is None:
        raise Http404
    enrolment.training = training
    return enrolment


def uid_or_404(text: str) -> UUID:
    """The uid in a form's hidden field."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def refuse(request: HttpRequest, error: ActionError) -> None:
    """The sentence of a refusal, on the next page."""
    messages.error(request, str(error))
