"""The room's code, paper sheets, cards, what is left to settle, and the rule of a certificate."""

import datetime as dt
import io
import time
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from foundation.accounts.models import User
from foundation.jobs import tasks
from foundation.jobs.models import Job
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings import papers, rooms
from trainings.actions import absences, attendance, cards, certificates, door, trainings
from trainings.actions.attendance import Door, Shown
from trainings.enums import CheckInWay, TrainingStatus
from trainings.models import Absence, Attendance, Certificate, Guest, MemberCard, Scan, Settlement, Training

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def address(name: str, training: Training, *args: Any) -> str:
    return reverse(f"trainings:{name}", args=[training.uid, *args])


# The code on the wall


def test_the_code_of_the_room_turns_and_is_soon_worthless(training: Training) -> None:
    session = training.sessions.get(number=1)
    code = rooms.token(session, FIRST)
    assert rooms.token(session, FIRST + MINUTE) != code
    assert rooms.read(code, FIRST + MINUTE) == session.uid
    assert rooms.read(code, FIRST + MINUTE * 2) is None
    assert rooms.read(code, FIRST - MINUTE) is None
    assert rooms.read(code[:-1] + "x", FIRST) is None


def test_who_scanned_in_time_counts_also_when_the_login_took_longer(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training, person=OwnerFactory()), training.sessions.get(number=1)
    client = Client()
    with time_machine.travel(FIRST, tick=False):
        client.get(reverse("trainings:room-code", args=[rooms.token(session, FIRST)]))
        assert client.get(reverse("trainings:room-arrive")).status_code == 302  # to the login
    with time_machine.travel(FIRST + MINUTE * 20, tick=False):
        client.force_login(enrolment.person.user, backend="foundation.accounts.backends.LoginBackend")
        assert "Saya hadir" in client.get(reverse("trainings:room-arrive")).content.decode()
        assert not Attendance.objects.exists()
        client.post(reverse("trainings:room-arrive"))
    row = Attendance.objects.get()
    assert (row.scanned_at, row.recorded_at, row.way) == (FIRST, FIRST + MINUTE * 20, CheckInWay.ROOM)


def test_a_link_that_a_friend_sends_carries_nobody_in(training: Training) -> None:
    enrolment = EnrolmentFactory(training=training, person=OwnerFactory())
    client = logged_in(enrolment.person.user)
    with time_machine.travel(FIRST, tick=False):
        assert client.post(reverse("trainings:room-arrive")).status_code == 404
    with time_machine.travel(FIRST + MINUTE * 5, tick=False):
        old = rooms.token(training.sessions.get(number=1), FIRST)
        assert client.get(reverse("trainings:room-code", args=[old])).status_code == 404


def test_who_is_not_registered_is_sent_to_the_facilitator(training: Training) -> None:
    client, session = logged_in(OwnerFactory().user), training.sessions.get(number=1)
    with time_machine.travel(FIRST, tick=False):
        client.get(reverse("trainings:room-code", args=[rooms.token(session, FIRST)]))
        assert "belum terdaftar" in client.post(reverse("trainings:room-arrive")).content.decode()
    assert not Scan.objects.exists()


def test_the_screen_shows_the_code_of_now(training: Training) -> None:
    page = logged_in(training.facilitator).get(address("room-screen", training)).content.decode()
    assert "<svg" in page


# Paper


def test_the_sheet_names_everybody_with_a_place(training: Training) -> None:
    enrolment = EnrolmentFactory(training=training)
    EnrolmentFactory(training=training, state="WAITING", person__full_name="Tuti Menunggu")
    answer = logged_in(training.facilitator).get(address("sheet", training) + "?pertemuan=1")
    text = text_of(answer.content)
    second = logged_in(training.facilitator).get(address("sheet-mark", training) + "?pertemuan=2").content.decode()
    assert address("sheet", training) + "?pertemuan=2" in second  # the paper of each day can be printed
    assert enrolment.person.full_name in text
    assert "Tuti Menunggu" not in text
    assert "09.00" in text


def test_signatures_are_carried_over_the_next_day_and_count_for_the_session(training: Training) -> None:
    came, stayed = EnrolmentFactory(training=training), EnrolmentFactory(training=training)
    client = logged_in(training.facilitator)
    with time_machine.travel(FIRST + DAY + HOURS, tick=False):
        assert stayed.person.full_name in client.get(address("sheet-mark", training)).content.decode()
        client.post(address("sheet-mark", training) + "?pertemuan=1", {"hadir": [str(came.uid)]})
    row = Attendance.objects.get()
    assert (row.enrolment, row.way, row.scanned_at) == (came, CheckInWay.PAPER, FIRST)


def test_cards_are_printed_for_everybody_and_made_once(training: Training) -> None:
    enrolments = EnrolmentFactory.create_batch(3, training=training)
    client = logged_in(training.facilitator)
    for _turn in range(2):
        answer = client.post(address("participant-cards", training))
        assert answer["Content-Type"] == "application/pdf"
    assert MemberCard.objects.count() == 3
    assert enrolments[0].person.full_name.split()[0] in text_of(answer.content)


def test_a_lost_card_is_called_in_by_its_owner() -> None:
    person = OwnerFactory()
    client, page = logged_in(person.user), reverse("trainings:my-card")
    assert client.get(reverse("trainings:my-card-file")).status_code == 404
    client.post(page)
    first = MemberCard.objects.get()
    assert "<svg" in client.get(page).content.decode()
    assert client.get(reverse("trainings:my-card-file")).content.startswith(b"%PDF")
    client.post(page)
    assert MemberCard.objects.filter(revoked_at__isnull=False).get() == first
    assert cards.issue(people=[person], by=None, now=NOW)[0].code != first.code


# What is left


def test_doubtful_scans_guests_and_absences_are_settled_on_one_page(training: Training) -> None:
    import uuid  # noqa: PLC0415

    session = training.sessions.select_related("training").get(number=1)
    enrolment, missing = EnrolmentFactory(training=training), EnrolmentFactory(training=training)
    for _device in range(2):
        here = Door(by=training.facilitator, device=uuid.uuid4())
        attendance.receive(session=session, shown=[Shown(enrolment=enrolment, at=FIRST)], door=here, now=FIRST)
    door.walk_in(
        session=session, guest=door.GuestShown(name="Iis", at=FIRST), door=Door(by=training.facilitator), now=FIRST
    )
    absences.mark(sessions=[session.pk], now=FIRST + DAY)
    client = logged_in(training.facilitator)
    with time_machine.travel(FIRST + DAY, tick=False):
        page = client.get(address("settle-list", training)).content.decode()
        for name in (enrolment.person.full_name, "Iis", missing.person.full_name):
            assert name in page
        client.post(address("settle-scan", training, Scan.objects.to_settle().get().uid), {"verdict": "ONCE"})
        assert Settlement.objects.count() == 1
        person = OwnerFactory()
        guest = address("guest-merge", training, Guest.objects.get().uid)
        assert person.full_name in client.get(guest + f"?q={person.phone}").content.decode()
        client.post(guest, {"person": str(person.uid)})
        assert Attendance.objects.filter(enrolment__person=person).exists()
        mark = Absence.objects.get(enrolment=missing)
        client.post(address("absence-correct", training, mark.uid), {"reason": "Sakit."})
        mark.refresh_from_db()
        assert mark.lift_reason == "Sakit."


def test_an_owner_reads_her_own_absence_until_it_is_forgotten(training: Training) -> None:
    enrolment = EnrolmentFactory(training=training, person=OwnerFactory())
    absences.mark(sessions=[training.sessions.get(number=1).pk], now=FIRST + DAY)
    client = logged_in(enrolment.person.user)
    for later, shown in ((DAY * 2, True), (DAY * 200, False)):
        with time_machine.travel(FIRST + later, tick=False):
            assert ("Tercatat tidak hadir" in client.get(reverse("trainings:my-list")).content.decode()) is shown


# Certificates


def attended(training: Training, *, of: int) -> Any:
    enrolment = EnrolmentFactory(training=training)
    for session in training.sessions.select_related("training").order_by("number")[:of]:
        shown = Shown(enrolment=enrolment, at=session.starts_at)
        attendance.receive(session=session, shown=[shown], door=Door(by=None), now=session.starts_at)
    return enrolment


@pytest.mark.parametrize(("needed", "expected"), [(0, 1), (2, 2), (1, 3), (9, 1)])
def test_a_certificate_needs_as_many_sessions_as_the_training_says(needed: int, expected: int) -> None:
    training = TrainingFactory(sessions=3, ends_at=FIRST + DAY * 2 + HOURS, sessions_needed=needed)
    for count in range(4):
        attended(training, of=count)
    trainings.finish(training=training, by=None, now=training.ends_at)
    assert Certificate.objects.count() == expected
    if needed == 2:
        paper = Certificate.objects.order_by("pk")[0]
        count = paper.enrolment.attendances.count()
        assert f"{count} dari 3" in text_of(papers.certificate_pdf(paper)) or count == 3


def test_a_certificate_issued_anew_keeps_its_number_and_a_withdrawn_one_says_so_meanwhile(training: Training) -> None:
    enrolment = attended(training, of=2)
    trainings.finish(training=training, by=None, now=training.ends_at)
    paper = Certificate.objects.get()
    page = reverse("trainings:certificate-verify", args=[paper.code])
    certificates.withdraw(certificate=paper, reason="Salah nama.", by=None, now=training.ends_at)
    assert "dicabut" in Client().get(page).content.decode().lower()
    enrolment.person.full_name = "Siti Aminah binti Umar"
    enrolment.person.save(update_fields=["full_name"])
    with pytest.raises(certificates.NoReason):
        certificates.reissue(certificate=paper, reason=" ", by=None, now=training.ends_at)
    again = certificates.reissue(certificate=paper, reason="Nama dibetulkan.", by=None, now=training.ends_at)
    assert (again.number, again.code, again.is_valid) == (paper.number, paper.code, True)
    assert "Siti Aminah binti Umar" in Client().get(page).content.decode()


def test_all_certificates_of_a_training_are_one_file(training: Training) -> None:
    for _ in range(3):
        attended(training, of=2)
    trainings.finish(training=training, by=None, now=training.ends_at)
    client = logged_in(training.facilitator)
    first_view, _folded, _rest = (
        client.get(address("participant-list", training)).content.decode().partition("<details")
    )
    assert address("certificates-print", training) in first_view
    client.post(address("certificates-print", training))
    job = Job.objects.get()
    tasks.run(job.pk)
    job.refresh_from_db()
    assert job.facts == {"certificates": 3}
    assert job.result_path
    assert len(PdfReader(job.result_path).pages) == 3


@pytest.mark.ci
def test_five_hundred_certificates_are_printed_within_twenty_seconds() -> None:
    training = TrainingFactory(capacity=500, status=TrainingStatus.DONE, finished_at=FIRST + DAY * 2, starts_at=FIRST)
    rows = EnrolmentFactory.create_batch(500, training=training)
    Certificate.objects.bulk_create(
        Certificate(
            enrolment=row,
            office_code="16.71",
            year=2026,
            serial=number,
            number=f"500.3.10/{number}/Diskop-UKM/2026",
            code=f"{number:010d}",
            holder_name=row.person.full_name,
            issued_at=FIRST,
        )
        for number, row in enumerate(rows, start=1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE trainings_certificate, trainings_enrolment, members_person, members_business, regions_region"
        )
    start = time.monotonic()
    logged_in(training.facilitator).post(address("certificates-print", training))
    tasks.run(Job.objects.get().pk)
    assert time.monotonic() - start < 20
    assert len(PdfReader(Job.objects.get().result_path or "").pages) == 500
