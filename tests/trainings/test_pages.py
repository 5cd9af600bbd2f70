"""The pages of trainings: what each person sees, what she may do, and what it costs."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from foundation.regions.models import Office
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, HOURS, EnrolmentFactory, TrainingFactory
from trainings import codes
from trainings.actions import certificates
from trainings.enums import CheckInWay, EnrolmentState, TrainingStatus
from trainings.models import Attendance, Certificate, Enrolment, Training

pytestmark = pytest.mark.django_db


def logged_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


@pytest.fixture
def ahead() -> Training:
    """Open, in ten days."""
    office()
    return TrainingFactory(starts_at=clock.now() + DAY * 10)


@pytest.fixture
def today() -> Training:
    """Its first session is now, so attendance can be taken."""
    office()
    return TrainingFactory(starts_at=clock.now(), enrol_until=clock.now() - DAY)


@pytest.fixture
def paper() -> Certificate:
    training = TrainingFactory(status=TrainingStatus.DONE, finished_at=clock.now(), sessions=1)
    enrolment = EnrolmentFactory(training=training, person=OwnerFactory(full_name="Yani Suryani"))
    Attendance.objects.create(
        session=training.sessions.get(),
        enrolment=enrolment,
        way=CheckInWay.SCAN,
        scanned_at=clock.now(),
        recorded_at=clock.now(),
    )
    return certificates.issue(training=training, by=None, now=clock.now())[0]


def url(name: str, training: Training, *args: Any) -> str:
    return reverse(f"trainings:{name}", args=[training.uid, *args])


# Who may see what

EVERYBODY, OWNERS, RUNNERS = {"stranger", "owner", "leader", "staff", "neighbour"}, {"owner"}, {"leader", "staff"}
PAGES = {
    "training-detail": EVERYBODY,
    "ticket": OWNERS,
    "enrolment-cancel": OWNERS,
    "training-manage": RUNNERS,
    "training-publish": RUNNERS,
    "training-cancel": RUNNERS,
    "training-change": RUNNERS,
    "training-finish": RUNNERS,
    "participant-list": RUNNERS,
    "participant-add": RUNNERS,
    "door": RUNNERS,
}


def people(training: Training) -> dict[str, User | None]:
    return {
        "stranger": None,
        "owner": EnrolmentFactory(training=training, person=OwnerFactory()).person.user,
        "leader": training.facilitator,
        "staff": user_with_role(Role.STAFF, "16.71"),
        "neighbour": user_with_role(Role.FACILITATOR, "16.71.14"),
    }


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_for_who_it_is_for(ahead: Training, name: str) -> None:
    for who, user in people(ahead).items():
        status = logged_in(user).get(url(name, ahead)).status_code
        if who in PAGES[name]:
            assert status == 200, who
        elif user is None:
            assert status == 302
        else:
            assert status == (404 if PAGES[name] == OWNERS else 403), who


def test_a_draft_is_there_for_its_organisers_only() -> None:
    draft = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None, starts_at=clock.now() + DAY)
    for who, user in people(draft).items():
        expected = 200 if who in RUNNERS else 404
        assert logged_in(user).get(url("training-detail", draft)).status_code == expected, who
        if user:
            assert logged_in(user).get(url("door", draft)).status_code == expected, who
    listed = logged_in(draft.facilitator).get(reverse("trainings:training-list"), {"tampil": "kelola"})
    assert draft.title in listed.content.decode()


@pytest.mark.parametrize("name", ["enrolment-make", "participant-enrol", "door-check-in"])
def test_nothing_is_written_by_looking(ahead: Training, name: str) -> None:
    assert logged_in(ahead.facilitator).get(url(name, ahead)).status_code == 405


# Owners


def test_an_owner_registers_with_one_tap_and_opens_her_ticket(ahead: Training) -> None:
    owner = OwnerFactory()
    client = logged_in(owner.user)
    page = client.post(url("enrolment-make", ahead), follow=True).content.decode()
    enrolment = Enrolment.objects.get(person=owner)
    assert "Buka tiket" in page
    assert enrolment.enrolled_by == owner.user
    assert enrolment.code_shown in client.get(url("ticket", ahead)).content.decode()


def test_the_queue_tells_the_position_in_words() -> None:
    office()
    training = TrainingFactory(capacity=1, starts_at=clock.now() + DAY * 10)
    EnrolmentFactory(training=training)
    first, second = (EnrolmentFactory(training=training, person=OwnerFactory(), state="WAITING") for _ in range(2))
    page = logged_in(first.person.user).get(url("training-detail", training)).content.decode()
    assert "Giliran Ibu/Bapak berikutnya" in page
    page = logged_in(second.person.user).get(url("training-detail", training)).content.decode()
    assert "nomor 2 di daftar tunggu" in page
    assert "1 orang di depan" in page
    assert logged_in(second.person.user).get(url("ticket", training)).status_code == 302


def test_an_owner_from_elsewhere_reads_why_she_cannot_register(ahead: Training) -> None:
    elsewhere = OwnerFactory(village=region("16.71.14.1001"))
    client = logged_in(elsewhere.user)
    page = client.get(url("training-detail", ahead)).content.decode()
    assert "hanya untuk pelaku usaha di Kecamatan Ilir Barat Satu" in page
    client.post(url("enrolment-make", ahead))
    assert not Enrolment.objects.exists()


def test_giving_the_place_back_asks_first(ahead: Training) -> None:
    enrolment = EnrolmentFactory(training=ahead, person=OwnerFactory())
    client = logged_in(enrolment.person.user)
    assert "Kembalikan tempat" in client.get(url("enrolment-cancel", ahead)).content.decode()
    client.post(url("enrolment-cancel", ahead))
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.CANCELLED


def test_an_account_without_an_owner_is_sent_to_register(ahead: Training) -> None:
    client = logged_in(UserFactory())
    page = client.get(url("training-detail", ahead)).content.decode()
    assert "Pelatihan untuk pelaku usaha yang sudah terdaftar" in page
    assert client.post(url("enrolment-make", ahead)).status_code == 302
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("", {"near"}),
        ("semua", {"near", "far", "online"}),
        ("daring", {"online"}),
    ],
)
def test_the_schedule_shows_first_what_invites_the_owner(shown: str, expected: set[str]) -> None:
    office()
    soon = clock.now() + DAY * 3
    titles = {
        "near": TrainingFactory(starts_at=soon).title,
        "far": TrainingFactory(starts_at=soon, region=region("16.71.14")).title,
        "online": TrainingFactory(
            starts_at=soon, region=region("16.71.14"), venue="", online_link="https://meet.example.org/a"
        ).title,
    }
    page = logged_in(OwnerFactory().user).get(reverse("trainings:training-list"), {"tampil": shown}).content.decode()
    assert {key for key, title in titles.items() if title in page} == expected


# Who runs a training

FORM = {
    "title": "Kemasan",
    "summary": "Kemasan tahan lama.",
    "region": "16.71.04",
    "capacity": "25",
    "source": "PD",
    "venue": "Aula",
    "first_start": "09:00",
    "first_end": "12:00",
    "second_start": "09:00",
    "second_end": "12:00",
}


def form(**fields: str) -> dict[str, str]:
    day = (clock.now() + DAY * 20).date()
    return FORM | {"first_day": day.isoformat(), "second_day": (day + DAY).isoformat()} | fields


def test_a_facilitator_schedules_and_announces_a_training_of_two_sessions() -> None:
    office()
    region("16.71.04")
    Office.objects.update(zone="Asia/Makassar")
    client = logged_in(user_with_role(Role.FACILITATOR, "16.71.04"))
    assert client.post(reverse("trainings:training-schedule"), form()).status_code == 302
    training = Training.objects.get()
    assert [row.starts_at.astimezone(dt.UTC).hour for row in training.sessions.in_order()] == [1, 1]
    client.post(url("training-publish", training))
    training.refresh_from_db()
    assert training.status == TrainingStatus.OPEN


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"region": "16.71.14"}, "bukan salah satu"),
        ({"venue": ""}, "Mohon isi tempat"),
        ({"first_end": "08:00"}, "selesai sebelum dimulai"),
        ({"first_day": "2020-01-01"}, "sudah lewat"),
    ],
)
def test_a_wrong_form_says_what_to_put_right(fields: dict[str, str], sentence: str) -> None:
    office()
    region("16.71.04")
    region("16.71.14")
    client = logged_in(user_with_role(Role.FACILITATOR, "16.71.04"))
    answer = client.post(reverse("trainings:training-schedule"), form(**fields))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Training.objects.exists()


def test_an_owner_does_not_schedule() -> None:
    assert logged_in(OwnerFactory().user).get(reverse("trainings:training-schedule")).status_code == 403


def test_somebody_without_a_phone_is_registered_on_her_behalf(ahead: Training) -> None:
    nenek = PersonFactory(full_name="Nenek Sumi")
    PersonFactory(full_name="Nenek Jauh", village=region("16.71.14.1001"))
    client = logged_in(ahead.facilitator)
    page = client.get(url("participant-add", ahead), {"q": "nenek"}).content.decode()
    assert "Nenek Sumi" in page
    assert "Nenek Jauh" not in page
    client.post(url("participant-enrol", ahead), {"person": nenek.uid, "source": "MUSRENBANG"})
    enrolment = Enrolment.objects.get(person=nenek)
    assert (enrolment.source, enrolment.enrolled_by) == ("MUSRENBANG", ahead.facilitator)
    client.post(url("participant-cancel", ahead, enrolment.uid))
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.CANCELLED


def test_a_foreign_owner_cannot_be_registered(ahead: Training) -> None:
    stranger = PersonFactory(village=region("16.71.14.1001"))
    answer = logged_in(ahead.facilitator).post(url("participant-enrol", ahead), {"person": stranger.uid})
    assert answer.status_code == 404


def test_the_details_are_put_right_on_the_page(ahead: Training) -> None:
    client = logged_in(ahead.facilitator)
    assert 'value="30"' in client.get(url("training-change", ahead)).content.decode()
    data = {"title": "Baru", "summary": "Lebih jelas.", "capacity": "20", "source": "PD", "venue": "Balai"}
    assert client.post(url("training-change", ahead), data).status_code == 302
    ahead.refresh_from_db()
    assert (ahead.title, ahead.capacity, ahead.venue) == ("Baru", 20, "Balai")
    for _ in range(3):
        EnrolmentFactory(training=ahead)
    assert (
        "3 tempat sudah terisi" in client.post(url("training-change", ahead), data | {"capacity": "2"}).content.decode()
    )


def test_calling_off_needs_a_reason_on_the_page(ahead: Training) -> None:
    client = logged_in(ahead.facilitator)
    assert client.post(url("training-cancel", ahead), {"reason": ""}).status_code == 200
    client.post(url("training-cancel", ahead), {"reason": "Aula banjir."})
    ahead.refresh_from_db()
    assert ahead.cancel_reason == "Aula banjir."


# The door


def check_in(training: Training, text: str, **fields: str) -> str:
    data = {"session": "1", "text": text} | fields
    return logged_in(training.facilitator).post(url("door-check-in", training), data).content.decode()


def test_the_door_says_loudly_who_is_in(today: Training) -> None:
    enrolment = EnrolmentFactory(training=today, person=PersonFactory(full_name="Neng Rohaeti"), code="7K4M2Q")
    assert "Hadir: Neng Rohaeti" in check_in(today, codes.ticket_token("7K4M2Q"), way="SCAN")
    assert "Sudah tercatat: Neng Rohaeti" in check_in(today, "7k4m-2q")
    row = Attendance.objects.get(enrolment=enrolment)
    assert (row.way, row.recorded_by) == (CheckInWay.SCAN, today.facilitator)


def test_the_door_says_the_nearest_cause(today: Training) -> None:
    waiting = EnrolmentFactory(training=today, state=EnrolmentState.WAITING)
    other = EnrolmentFactory(training=TrainingFactory(title="Foto produk"))
    assert "daftar tunggu" in check_in(today, waiting.code)
    assert "Foto produk" in check_in(today, other.code)
    assert "Bukan kode Guyub" in check_in(today, "https://example.org", way="SCAN")
    assert "Tidak terdaftar" in check_in(today, "0812 3456 7890")
    assert "hanya dicatat pada hari itu" in check_in(today, EnrolmentFactory(training=today).code, session="2")
    assert not Attendance.objects.exists()


def test_an_empty_code_and_an_unknown_session_do_no_harm(today: Training) -> None:
    client = logged_in(today.facilitator)
    assert client.post(url("door-check-in", today), {"session": "1", "text": ""}).status_code == 200
    assert client.post(url("door-check-in", today), {"session": "x", "text": "1"}).status_code == 404


def test_who_has_no_ticket_is_ticked_in_the_list(today: Training) -> None:
    enrolment = EnrolmentFactory(training=today)
    page = logged_in(today.facilitator).post(url("door-tick", today, enrolment.uid), {"session": "1"}).content.decode()
    assert f"Hadir: {enrolment.person.full_name}" in page
    assert Attendance.objects.get().way == CheckInWay.MANUAL


def test_htmx_gets_only_the_result(today: Training) -> None:
    data = {"session": "1", "text": EnrolmentFactory(training=today).code}
    answer = logged_in(today.facilitator).post(url("door-check-in", today), data, headers={"HX-Request": "true"})
    assert "note--loud" in answer.content.decode()
    assert "<html" not in answer.content.decode()


# Certificates


def verify(code: str, user: User | None = None) -> Any:
    return logged_in(user).get(reverse("trainings:certificate-verify", args=[code]))


def test_anybody_can_check_a_certificate(paper: Certificate) -> None:
    page = verify(paper.code).content.decode()
    assert "asli dan berlaku" in page
    for shown in ("Yani Suryani", paper.enrolment.training.title, paper.number, "Kota Palembang"):
        assert shown in page
    assert verify(paper.code.lower()).status_code == 200


def test_a_withdrawn_certificate_says_so(paper: Certificate) -> None:
    certificates.withdraw(certificate=paper, reason="Nama keliru.", by=None, now=clock.now())
    page = verify(paper.code).content.decode()
    assert "Dicabut" in page
    assert "Nama keliru." in page
    assert "asli dan berlaku" not in page


@pytest.mark.parametrize("code", ["XXXXXXXXXX", "x", "-", "%00"])
def test_an_unknown_code_says_so(paper: Certificate, code: str) -> None:
    answer = verify(code)
    assert answer.status_code == 404
    assert "Tidak ada sertifikat dengan kode" in answer.content.decode()


def test_the_code_can_be_typed(paper: Certificate) -> None:
    answer = logged_in(None).post(reverse("trainings:certificate-find"), {"code": f" {paper.code.lower()} "})
    assert answer.url == reverse("trainings:certificate-verify", args=[paper.code])


def test_the_paper_is_for_its_holder_and_for_who_runs_the_training(paper: Certificate) -> None:
    address = reverse("trainings:certificate-download", args=[paper.code])
    for user in (paper.enrolment.person.user, paper.enrolment.training.facilitator):
        answer = logged_in(user).get(address)
        assert answer.content.startswith(b"%PDF")
    assert logged_in(OwnerFactory().user).get(address).status_code == 404
    assert logged_in(None).get(address).status_code == 302


def test_my_list_holds_certificates_and_what_is_ahead(paper: Certificate, ahead: Training) -> None:
    EnrolmentFactory(training=ahead, person=paper.enrolment.person)
    page = logged_in(paper.enrolment.person.user).get(reverse("trainings:my-list")).content.decode()
    assert paper.number in page
    assert ahead.title in page


# What it costs


def cost(client: Client, address: str) -> int:
    """Queries of the page, the first visit's warming-up left out."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def grow_trainings(training: Training) -> str:
    TrainingFactory(starts_at=training.starts_at + HOURS, region=training.region)
    return reverse("trainings:training-list") + "?tampil=semua"


def grow_managed(training: Training) -> str:
    TrainingFactory(starts_at=training.starts_at + HOURS, region=training.region, facilitator=training.facilitator)
    return reverse("trainings:training-list") + "?tampil=kelola"


def grow_participants(training: Training) -> str:
    EnrolmentFactory(training=training, person=OwnerFactory())
    return url("participant-list", training)


def grow_arrivals(training: Training) -> str:
    for _ in range(2):
        enrolment = EnrolmentFactory(training=training)
    Attendance.objects.create(
        session=training.sessions.get(number=1),
        enrolment=enrolment,
        way=CheckInWay.MANUAL,
        scanned_at=clock.now(),
        recorded_at=clock.now(),
    )
    return url("door", training)


def grow_found(training: Training) -> str:
    PersonFactory(full_name="Siti Aminah")
    return url("participant-add", training) + "?q=siti"


@pytest.mark.parametrize("grow", [grow_trainings, grow_managed, grow_participants, grow_arrivals, grow_found])
def test_a_list_costs_the_same_with_one_row_and_with_three(ahead: Training, grow: Any) -> None:
    client = logged_in(ahead.facilitator)
    address = grow(ahead)
    one = cost(client, address)
    grow(ahead)
    grow(ahead)
    assert cost(client, address) == one <= 14


def test_my_list_costs_the_same_with_one_row_and_with_three(paper: Certificate) -> None:
    person, address = paper.enrolment.person, reverse("trainings:my-list")
    client = logged_in(person.user)
    EnrolmentFactory(person=person, training=TrainingFactory(starts_at=clock.now() + DAY))
    one = cost(client, address)
    for _ in range(2):
        EnrolmentFactory(person=person, training=TrainingFactory(starts_at=clock.now() + DAY))
    assert cost(client, address) == one


def test_no_filter_of_the_schedule_claims_that_the_signal_is_gone() -> None:
    """The banner's own switch is not a variable of the page."""
    client = logged_in(user_with_role(Role.STAFF, "16.71"))
    for shown in ("semua", "tempat", "daring", "kelola"):
        page = client.get(reverse("trainings:training-list"), {"tampil": shown}).content.decode()
        assert "data-offline hidden" in page


def test_who_led_a_training_has_no_hand_in_it_after_the_service_has_ended(client: Client) -> None:
    led = TrainingFactory(facilitator=user_with_role(Role.FACILITATOR, "16.71.04"))
    client.force_login(led.facilitator)
    path = reverse("trainings:participant-list", args=[led.uid])
    assert client.get(path).status_code == 200
    led.facilitator.assignments.update(end_on=dt.date(2026, 1, 1), start_on=dt.date(2025, 1, 1))
    assert client.get(path).status_code == 403
    assert client.post(reverse("trainings:training-finish", args=[led.uid])).status_code == 403


def test_the_open_schedule_says_the_hours_of_the_place_where_each_training_is() -> None:
    far = TrainingFactory(starts_at=clock.now() + DAY, region=region("94.71.04"))
    Office.objects.filter(region_id="94.71").update(zone="Asia/Jayapura")
    hour = timezone.localtime(far.starts_at, ZoneInfo("Asia/Jayapura"))
    page = Client().get(reverse("trainings:training-list")).text
    assert f"{hour:%H.%M}\N{NO-BREAK SPACE}WIT<" in page
    assert "WIB" not in page
