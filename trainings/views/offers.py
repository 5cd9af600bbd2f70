"""Answering an offered place: oneself, or by who runs the training for somebody without a phone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import writing
from trainings.actions import offers
from trainings.models import Enrolment
from trainings.views import reach


@writing
def offer_accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Yes."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    try:
        offers.accept(enrolment=enrolment, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("You have a place. Your ticket is ready."))
    return redirect("trainings:training-detail", uid=uid)


@writing
def offer_decline(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """No."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    try:
        offers.decline(enrolment=enrolment, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Thank you for telling us. The place goes to the next person."))
    return redirect("trainings:training-detail", uid=uid)


@writing
def participant_accept(request: HttpRequest, uid: UUID, enrolment_uid: UUID) -> HttpResponseBase:
    """Yes, on behalf of somebody who said so on the phone or at the door."""
    training = reach.runnable(request, uid)
    rows = Enrolment.objects.filter(training=training).live().select_related("person")
    enrolment = get_object_or_404(rows, uid=enrolment_uid)
    try:
        offers.accept(enrolment=enrolment, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("%(name)s has a place.") % {"name": enrolment.person.full_name})
    return redirect("trainings:participant-list", uid=uid)
