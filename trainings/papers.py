"""The papers of a training: certificate, attendance sheet, cards."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone, translation

from foundation.common import dates
from foundation.common.documents import qr_svg_text, render_pdf
from foundation.regions.models import Office
from members.models import Business
from trainings import codes, texts
from trainings.models import Certificate, Enrolment, MemberCard, Session, Training

EMPTY_LINES = 5  # for who comes without a registration


PAGES_AT_ONCE = 50


def certificate_pdf(certificate: Certificate) -> bytes:
    """One A4 page, always in Indonesian: it is an official paper."""
    return certificates_pdf(certificate.enrolment.training, [certificate])


def certificates_pdf(
    training: Training, rows: Sequence[Certificate], *, told: Callable[[int], object] = lambda _done: None
) -> bytes:
    """The certificates of one training, a page each; `told` hears how many are prepared."""
    with translation.override("id"), timezone.override(texts.zone_of(training)):
        common = _common(training)
        present = dict(
            Enrolment.objects.filter(certificate__in=[row.pk for row in rows])
            .annotate(n=Count("attendances"))
            .values_list("pk", "n")
        )
        names = _businesses([row.enrolment.person_id for row in rows])
        pages = []
        for done, row in enumerate(rows):
            if done % PAGES_AT_ONCE == 0:
                told(done)
            pages.append(common | _own(row, names.get(row.enrolment.person_id, ""), present.get(row.enrolment_id, 0)))
        return render_pdf("certificate", {"papers": pages})


def _businesses(people: list[int]) -> dict[int, str]:
    """The name of the first business of each."""
    rows = Business.objects.filter(owner__in=people).order_by("-pk").values_list("owner_id", "name")
    return dict(rows)


def _common(training: Training) -> dict[str, Any]:
    sessions = list(training.sessions.in_order())
    office = Office.objects.serving(training.office_code)
    return {
        "office": office.name if office else training.organiser,
        "city": _city(office.region.name) if office else "",
        "head_name": office.head_name if office else "",
        "head_title": office.head_title if office else "",
        "title": training.title,
        "days": days(sessions),
        "place": training.place,
        "topics": [row.title for row in sessions if row.title],
        "sessions": len(sessions),
        "hours": hours(sessions),
    }


def _own(certificate: Certificate, business: str, attended: int) -> dict[str, Any]:
    address = settings.SITE_URL + reverse("trainings:certificate-verify", args=[certificate.code])
    return {
        "number": certificate.number,
        "holder": certificate.holder_name,
        "business": business,
        "village": certificate.enrolment.person.village.label,
        "attended": attended,
        "issued": dates.short_date(certificate.issued_at),
        "code": certificate.code,
        "address": address,
        "qr": qr_svg_text(address),
        "withdrawn": not certificate.is_valid,
    }


def _city(name: str) -> str:
    """Where it is signed: `Kota Palembang` -> `Palembang`."""
    return name.removeprefix("Kota ").removeprefix("Kabupaten ")


def days(sessions: list[Session]) -> str:
    """`1 dan 2 Desember 2026`; days of other months in full."""
    found = sorted({dates.as_date(row.starts_at) for row in sessions})
    texts_of: list[str] = []
    for index, day in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        same = following is not None and (following.year, following.month) == (day.year, day.month)
        texts_of.append(str(day.day) if same else dates.short_date(day))
    return texts_of[0] if len(texts_of) == 1 else f"{', '.join(texts_of[:-1])} dan {texts_of[-1]}" if texts_of else ""


def hours(sessions: list[Session]) -> int:
    """Whole hours of 60 minutes over all sessions."""
    return round(sum((row.ends_at - row.starts_at).total_seconds() for row in sessions) / 3600)


def sheet_pdf(training: Training, session: Session) -> bytes:
    """The attendance sheet of a session: A4, one line for each place, and some empty ones for guests."""
    rows = (
        Enrolment.objects.filter(training=training)
        .confirmed()
        .select_related("person__village")
        .order_by("person__full_name", "pk")
    )
    with translation.override("id"), timezone.override(texts.zone_of(training)):
        data = {
            "organiser": training.organiser,
            "title": training.title,
            "session": session.number,
            "topic": session.title,
            "when": f"{dates.moment(session.starts_at)} sampai {dates.clock_time(session.ends_at)}",
            "place": training.place,
            "rows": [[row.person.full_name, row.person.village.name, row.code_shown] for row in rows],
            "empty": EMPTY_LINES,
        }
        return render_pdf("attendance_sheet", data)


def cards_pdf(cards: Sequence[MemberCard]) -> bytes:
    """Cards with a QR, ten on an A4 sheet, to cut out."""
    rows = [
        {
            "name": card.person.full_name,
            "village": card.person.village.name,
            "code": f"{card.code[:4]}-{card.code[4:]}",
            "qr": qr_svg_text(codes.card_token(card.code)),
        }
        for card in cards
    ]
    with translation.override("id"):
        return render_pdf("member_cards", {"cards": rows})
