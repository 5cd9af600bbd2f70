"""Paper: the attendance sheet to print and mark after, and cards with a QR."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock
from foundation.common.http import form_page, pdf_response, reading, writing
from members.models import Person
from trainings import codes, papers, queries
from trainings.actions import attendance, cards
from trainings.actions.attendance import MOST_AT_ONCE, Door, Shown
from trainings.enums import CheckInWay, ScanOutcome
from trainings.models import Attendance, Enrolment, MemberCard, Session, Training
from trainings.views import reach

MOST_DIGITS = 3


def _session(request: HttpRequest, training: Training) -> Session:
    today = queries.door_session(training, now=clock.now())
    text = request.GET.get("pertemuan") or str(today.number if today else 1)
    number = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0
    return get_object_or_404(training.sessions.select_related("training"), number=number)


@reading
def sheet(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The sheet of a session as PDF: number, name, village, signature."""
    training = reach.runnable(request, uid)
    session = _session(request, training)
    return pdf_response(papers.sheet_pdf(training, session), f"daftar-hadir-{session.number}.pdf")


@form_page
def sheet_mark(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Carry the signatures of the paper over, also a day later: they count for the session's own time."""
    training = reach.runnable(request, uid)
    session, now = _session(request, training), clock.now()
    rows = list(
        Enrolment.objects.filter(training=training)
        .confirmed()
        .select_related("person__village", "training")
        .order_by("person__full_name", "pk")
    )
    inside = set(Attendance.objects.filter(session=session).values_list("enrolment_id", flat=True))
    if request.method != "POST":
        listed = [(number, row, row.pk in inside) for number, row in enumerate(rows, start=1)]
        sessions = [
            {
                "label": _("Session %(n)s") % {"n": row.number},
                "url": f"?pertemuan={row.number}",
                "current": row == session,
            }
            for row in training.sessions.in_order()
        ]
        context = {"training": training, "session": session, "rows": listed, "sessions": sessions}
        return render(request, "trainings/sheet_mark.html", context)
    ticked = set(request.POST.getlist("hadir"))
    chosen = [row for row in rows if str(row.uid) in ticked and row.pk not in inside]
    shown = [Shown(enrolment=row, way=CheckInWay.PAPER, at=session.starts_at) for row in chosen]
    answers = []
    for start in range(0, len(shown), MOST_AT_ONCE):
        chunk = shown[start : start + MOST_AT_ONCE]
        answers += attendance.receive(session=session, shown=chunk, door=Door(by=reach.actor(request)), now=now)
    refused = [str(answer.error) for answer in answers if answer.error]
    if refused:
        messages.error(request, refused[0])
    count = sum(answer.outcome == ScanOutcome.COUNTED for answer in answers)
    text = ngettext("%(n)d signature is carried over.", "%(n)d signatures are carried over.", count)
    messages.success(request, text % {"n": count})
    return redirect("trainings:participant-list", uid=uid)


@writing
def participant_cards(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Cards of everybody with a place, ten on a sheet; who has none gets one."""
    training = reach.runnable(request, uid)
    people = list(
        Person.objects.filter(enrolments__in=Enrolment.objects.filter(training=training).confirmed())
        .select_related("village")
        .order_by("full_name", "pk")
    )
    if not people:
        messages.info(request, _("Nobody has a place yet, so there is no card to print."))
        return redirect("trainings:participant-list", uid=uid)
    made = cards.issue(people=people, by=reach.actor(request), now=clock.now())
    return pdf_response(papers.cards_pdf(made), "kartu-peserta.pdf")


@form_page
def my_card(request: HttpRequest) -> HttpResponseBase:
    """The own card: shown, made, or replaced when it is lost."""
    person = reach.person_of(request.user)
    if person is None:
        raise Http404
    held = MemberCard.objects.filter(person=person, revoked_at__isnull=True).first()
    if request.method == "POST":
        if held:
            cards.replace(person=person, by=reach.actor(request), now=clock.now())
            messages.success(request, _("The old card is called in. This is the new one."))
        else:
            cards.issue(people=[person], by=reach.actor(request), now=clock.now())
            messages.success(request, _("Your card is ready."))
        return redirect("trainings:my-card")
    token = codes.card_token(held.code) if held else ""
    return render(request, "trainings/my_card.html", {"card": held, "person": person, "token": token})


@reading
def my_card_file(request: HttpRequest) -> HttpResponse:
    """The own card as PDF."""
    person = reach.person_of(request.user)
    cards_of = MemberCard.objects.filter(person=person, revoked_at__isnull=True)
    card = cards_of.select_related("person__village").first()
    if card is None:
        raise Http404
    return pdf_response(papers.cards_pdf([card]), "kartu-guyub.pdf")
