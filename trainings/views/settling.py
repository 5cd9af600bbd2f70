"""What the door left open: tickets seen at two devices, guests without a name of ours, absences to correct."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from members.models import Person
from trainings.actions import absences, door
from trainings.enums import ScanVerdict
from trainings.forms import ReasonForm
from trainings.models import Absence, Attendance, DoorDevice, Guest, Scan
from trainings.views import reach
from trainings.views.choosing import people_found

MOST = 50


@reading
def settle_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Both times side by side, and a verdict in one tap; guests; who was absent."""
    training = reach.runnable(request, uid)
    scans = list(
        Scan.objects.filter(session__training=training)
        .to_settle()
        .select_related("session", "enrolment__person", "recorded_by")
        .order_by("pk")[:MOST]
    )
    first = {
        (row.session_id, row.enrolment_id): row
        for row in Attendance.objects.filter(
            session__training=training, enrolment__in=[scan.enrolment_id for scan in scans if scan.enrolment_id]
        ).select_related("recorded_by")
    }
    marks = (
        Absence.objects.filter(session__training=training)
        .in_force(clock.today())
        .select_related("enrolment__person", "session")
        .order_by("enrolment__person__full_name", "pk")[:MOST]
    )
    context = {
        "training": training,
        "scans": [(scan, first.get((scan.session_id, scan.enrolment_id or 0))) for scan in scans],
        "guests": Guest.objects.filter(training=training, person__isnull=True)
        .select_related("scan")
        .order_by("pk")[:MOST],
        "absences": marks,
        "devices": DoorDevice.objects.holding(training, now=clock.now())
        .select_related("user")
        .order_by("seen_at", "pk"),
    }
    return render(request, "trainings/settle_list.html", context)


@writing
def settle_scan(request: HttpRequest, uid: UUID, scan_uid: UUID) -> HttpResponseBase:
    """The verdict."""
    training = reach.runnable(request, uid)
    scan = get_object_or_404(Scan.objects.filter(session__training=training).select_related("session"), uid=scan_uid)
    verdict = request.POST.get("verdict", "")
    if verdict not in ScanVerdict.values:
        raise Http404
    try:
        door.settle(scan=scan, verdict=ScanVerdict(verdict), by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Settled."))
    return redirect("trainings:settle-list", uid=uid)


@form_page
def device_take_back(request: HttpRequest, uid: UUID, device_uid: UUID) -> HttpResponseBase:
    """Asks, then frees the places that a lost phone holds."""
    training, now = reach.runnable(request, uid), clock.now()
    row = get_object_or_404(DoorDevice.objects.filter(training=training).select_related("user"), uid=device_uid)
    if request.method != "POST":
        return render(request, "trainings/device_take_back.html", {"training": training, "device": row})
    try:
        freed = door.take_back(row=row, by=reach.actor(request), now=now)
    except ActionError as error:
        reach.refuse(request, error)
    else:
        text = ngettext("%(n)d place is free again.", "%(n)d places are free again.", freed)
        messages.success(request, text % {"n": freed})
    return redirect("trainings:settle-list", uid=uid)


@form_page
def guest_merge(request: HttpRequest, uid: UUID, guest_uid: UUID) -> HttpResponseBase:
    """Look for the owner whom the guest is, and put the two together."""
    training = reach.runnable(request, uid)
    guest = get_object_or_404(Guest.objects.filter(training=training).select_related("scan__session"), uid=guest_uid)
    if request.method != "POST":
        text = request.GET.get("q", guest.phone or guest.name)[:100].strip()
        people = list(people_found(request, training, text)) if text else []
        context = {"training": training, "guest": guest, "people": people, "text": text}
        return render(request, "trainings/guest_merge.html", context)
    visible = Person.objects.visible_to(request.user, "members.view_person")
    person = get_object_or_404(visible, uid=reach.uid_or_404(request.POST.get("person", "")))
    try:
        door.merge(guest=guest, person=person, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("%(name)s is now recorded as present.") % {"name": person.full_name})
    return redirect("trainings:settle-list", uid=uid)


@form_page
def absence_correct(request: HttpRequest, uid: UUID, absence_uid: UUID) -> HttpResponseBase:
    """Take an absence back, with the reason."""
    training = reach.runnable(request, uid)
    rows = Absence.objects.filter(session__training=training, lifted_at__isnull=True)
    absence = get_object_or_404(
        rows.select_related("enrolment__person", "enrolment__training", "session"), uid=absence_uid
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            absences.correct(absence=absence, reason=reason, by=reach.actor(request), now=clock.now())
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The absence is taken back."))
            return redirect("trainings:settle-list", uid=uid)
    return render(request, "trainings/absence_correct.html", {"training": training, "absence": absence, "form": form})
