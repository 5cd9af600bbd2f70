"""Trainings by role in a real browser: an assistant prepares one, an owner goes through one, the office plans the year."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from members.models import Person
from tests.e2e.chapters.cast import follow, move_to, press, see
from tests.factories.files import PDF
from tests.factories.foundation import office, user_with_role
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, HOURS, EnrolmentFactory, TopicProposalFactory, TrainingFactory
from trainings import rooms
from trainings.actions import communities, crew, topics, trainings
from trainings.enums import Helix, TopicState, TrainingStatus
from trainings.models import (
    Attendance,
    Certificate,
    Enrolment,
    Spending,
    TestSheet,
    TopicProposal,
    Training,
    YearPlan,
)

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]
DAY_ONE = dt.date(2027, 1, 11)  # a Monday ahead of us, since accounts are as old as the test
NINE = dt.datetime(2027, 1, 11, 2, 0, tzinfo=dt.UTC)
CITY, DISTRICT = "16.71", "16.71.04"
Login = Callable[..., None]


@pytest.fixture(autouse=True)
def monday(transactional_db: None) -> Iterator[None]:
    """Everybody lives in the same week."""
    office(CITY)
    move_to(DAY_ONE)
    yield
    clock.reset()


@pytest.fixture
def rizky() -> User:
    return user_with_role(Role.FACILITATOR, DISTRICT, full_name="Rizky Maulana", phone="+6281200005002")


@pytest.fixture
def yani() -> Person:
    made: Person = OwnerFactory(full_name="Yani Astuti", phone="+6281200005001")
    return made


@pytest.fixture
def sound(axe: Login, fits: Callable[[Page], None], screenshot: Callable[[Page, str], None]) -> Callable[..., None]:
    """The page as somebody finds it: readable, pressable, and kept as a picture."""

    def check(page: Page, name: str) -> None:
        axe(page)
        if page.viewport_size and page.viewport_size["width"] < 600:
            fits(page)
        screenshot(page, f"trainings-{name}")

    return check


def test_an_assistant_makes_a_training_like_an_earlier_one_on_the_phone(
    page_phone: Page, rizky: User, yani: Person, login_as: Login, sound: Callable[..., None]
) -> None:
    """B3, B4, B11: all sessions, topics, stage, group, trainer, partner, document; announced to those it is for."""
    earlier = TrainingFactory(title="Foto produk", facilitator=rizky, starts_at=NINE - DAY * 14, sessions=3)
    ratna = crew.know_trainer(
        office_code=CITY, name="Dr. Ratna", organisation="Universitas", helix=Helix.ACADEMIC, by=rizky, now=NINE
    )
    crew.assign(training=earlier, trainer=ratna, by=rizky, now=NINE)
    wish = TopicProposalFactory(title="Foto dengan HP", proposed_by=yani)
    topics.vote(topic=wish, person=yani, by=yani.user, now=NINE)
    sewers = communities.make(office_code=CITY, name="Penjahit Ilir", note="", by=rizky, now=NINE)
    communities.add(community=sewers, people=[yani], by=rizky, now=NINE)
    OwnerFactory(full_name="Bukan Anggota")
    login_as(page_phone, rizky, DISTRICT)
    made = copied(page_phone, sound)
    completed(page_phone, made, sound)
    page_phone.goto(f"/pelatihan/{made.uid}/kelola/")
    follow(page_phone, "Umumkan")
    press(page_phone, "Umumkan")
    see(page_phone, "Sudah diumumkan")
    follow(page_phone, "Siapa yang terjangkau")
    see(page_phone, "1 pelaku usaha diundang")
    sound(page_phone, "reached")


def copied(page: Page, sound: Callable[..., None]) -> Training:
    """The form, filled in like the earlier one; ends on the page of the draft."""
    page.goto("/pelatihan/?tampil=kelola")
    follow(page, "Foto produk")
    sound(page, "run-earlier")
    follow(page, "Buat lagi yang seperti ini")
    see(page, "Diisi seperti Foto produk")
    page.get_by_label("Tentang apa pelatihannya?").fill("Foto produk, lanjutan")
    page.get_by_text("Yang diminta pelaku usaha").click()
    page.get_by_label("Foto dengan HP (1)").check()
    page.get_by_text("Siapa yang boleh ikut, dan sertifikat").click()
    page.get_by_label("Penyadaran").check()
    page.get_by_label("Penjahit Ilir").check()
    page.get_by_label("Sertifikat juga mensyaratkan rencana tindak lanjut").check()
    sound(page, "copy-form")
    press(page, "Simpan rancangan")
    see(page, "Ini masih rancangan")
    made = Training.objects.get(title="Foto produk, lanjutan")
    assert made.sessions.count() == 3
    assert made.needs_plan
    sound(page, "run-draft")
    return made


def completed(page: Page, made: Training, sound: Callable[..., None]) -> None:
    """A partner and a document."""
    follow(page, "Pelatih dan mitra")
    see(page, "Dr. Ratna")
    page.locator("#mitra_partner").fill("Bank Sumsel")
    page.locator("#mitra_kind").select_option("VENUE")
    page.locator("#mitra_note").fill("Aula satu hari")
    page.locator("#mitra_note").press("Enter")
    see(page, "Aula satu hari")
    page.goto(f"/pelatihan/{made.uid}/kelola/")
    follow(page, "Dokumen")
    page.locator("input[type=file]").last.set_input_files(
        {"name": "Bahan foto.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(page, "Lampirkan dokumen")
    see(page, "Bahan foto")
    sound(page, "documents")


def test_an_owner_goes_from_a_wish_to_a_certificate(
    page_phone: Page, rizky: User, yani: Person, login_as: Login, sound: Callable[..., None]
) -> None:
    """B1, B4 to B8 as she lives them: wish, place, document, test, room, evaluation, plan, certificate."""
    page = page_phone
    login_as(page, yani.user, yani.village_id)
    page.goto("/pelatihan/usulan/baru/")
    page.locator("[name=title]").fill("Menghitung harga jual")
    page.locator("[name=title]").press("Enter")
    see(page, "Menghitung harga jual")
    wish = TopicProposal.objects.get()
    sound(page, "wish")
    training = TrainingFactory(
        title="Harga jual", facilitator=rizky, starts_at=NINE + DAY * 2, sessions=1, needs_plan=True,
        ends_at=NINE + DAY * 2 + HOURS,
    )  # fmt: skip
    topics.answer_with(training=training, topics=[wish], by=rizky, now=NINE)
    handed_out(training, rizky)
    asked(training)

    finds_her_place(page, sound)
    lives_the_day(page, training, yani, sound)
    trainings.finish(training=training, by=rizky, now=clock.now())
    page.goto("/pelatihan/saya/")
    see(page, "Harga jual")
    sound(page, "mine")
    page.goto(f"/pelatihan/sertifikat/{Certificate.objects.get().code}/")
    see(page, "Yani Astuti")
    wish.refresh_from_db()
    assert wish.state == TopicState.ANSWERED


def finds_her_place(page: Page, sound: Callable[..., None]) -> None:
    """Documents open with the place."""
    page.goto("/pelatihan/")
    follow(page, "Harga jual")
    see(page, "yang punya tempat membukanya di sini")
    press(page, "Daftar")
    see(page, "Ibu/Bapak mendapat tempat")
    with page.expect_download() as download:
        follow(page, "Bahan harga")
    assert download.value.suggested_filename == "harga.pdf"
    sound(page, "place")
    page.goto("/pelatihan/kalender/")
    sound(page, "calendar")


def lives_the_day(page: Page, training: Training, yani: Person, sound: Callable[..., None]) -> None:
    """Test before, the code of the room, test after, what she thinks of it, what she will do."""
    move_to(DAY_ONE + dt.timedelta(days=2), hour=9)
    page.goto(f"/pelatihan/{training.uid}/tes/")
    page.get_by_label("Biaya dan laba").check()
    sound(page, "test-before")
    press(page, "Kirim jawaban")
    session = training.sessions.get()
    page.goto(f"/pelatihan/hadir/{rooms.token(session, clock.now())}/")
    press(page, "Saya hadir")
    assert Attendance.objects.get().enrolment.person == yani
    move_to(DAY_ONE + dt.timedelta(days=2), hour=13)
    page.goto(f"/pelatihan/{training.uid}/tes/")
    page.get_by_label("Biaya dan laba").check()
    press(page, "Kirim jawaban")
    assert TestSheet.objects.count() == 2
    page.goto(f"/pelatihan/{training.uid}/penilaian/")
    page.locator("input[name=relevance]").first.check()
    page.locator("input[name=clarity]").first.check()
    page.locator("[name=liked]").fill("Contohnya dari warung sendiri")
    sound(page, "evaluation")
    press(page, "Kirim")
    see(page, "Contohnya dari warung sendiri")
    sound(page, "results")
    page.goto(f"/pelatihan/{training.uid}/rencana/")
    page.locator("[name=what_1]").fill("Menghitung ulang harga pempek")
    page.locator("[name=due_1]").fill("2027-02-01")
    sound(page, "plan")
    press(page, "Simpan rencana")


def handed_out(training: Training, by: User) -> None:
    from foundation.files.actions import uploads  # noqa: PLC0415 -- only here
    from tests.factories import files  # noqa: PLC0415
    from trainings import handouts  # noqa: PLC0415
    from trainings.actions import documents  # noqa: PLC0415

    file = uploads.store(files.upload(PDF, "harga.pdf"), purpose=handouts.PURPOSE, by=by, now=NINE)
    documents.attach(training=training, file=file, title="Bahan harga", by=by, now=NINE)


def asked(training: Training) -> None:
    training.questions.create(
        number=1, topic="Harga", text="Apa isi harga jual?", options=["Biaya dan laba", "Biaya saja"], answer=0
    )


def test_who_is_somewhere_else_at_that_time_decides_herself(
    page_phone: Page, yani: Person, login_as: Login, sound: Callable[..., None]
) -> None:
    other = TrainingFactory(title="Pembukuan", starts_at=NINE + DAY * 3, sessions=1)
    EnrolmentFactory(training=other, person=yani)
    training = TrainingFactory(title="Foto produk", starts_at=NINE + DAY * 3, sessions=1)
    login_as(page_phone, yani.user, yani.village_id)
    page_phone.goto(f"/pelatihan/{training.uid}/")
    see(page_phone, "sudah terdaftar di Pembukuan")
    sound(page_phone, "clash")
    press(page_phone, "Tetap daftar")
    assert Enrolment.objects.filter(training=training, person=yani).exists()


def test_a_morning_on_paper_is_carried_over_the_next_day(
    page_phone: Page, rizky: User, yani: Person, login_as: Login, sound: Callable[..., None]
) -> None:
    """B5 without any telephone: the sheet is printed, signed, marked afterwards; it counts for the day of the session."""
    page = page_phone
    training = TrainingFactory(facilitator=rizky, starts_at=NINE - DAY, status=TrainingStatus.RUNNING, sessions=2)
    came = EnrolmentFactory(training=training, person=yani)
    stayed = EnrolmentFactory(training=training, person=OwnerFactory(full_name="Zubaidah"))
    login_as(page, rizky, DISTRICT)

    page.goto(f"/pelatihan/{training.uid}/kelola/")
    paper = page.get_by_role("link", name="Daftar hadir untuk dicetak (PDF)").first.get_attribute("href")
    assert page.request.get(str(paper)).body().startswith(b"%PDF")
    follow(page, "Salin dari daftar hadir kertas")
    follow(page, "Pertemuan 1")
    page.get_by_label("Yani Astuti").check()
    sound(page, "paper-sheet")
    press(page, "Catat tanda tangan")
    see(page, "1 tanda tangan dicatat")
    row = Attendance.objects.get()
    first = training.sessions.get(number=1)
    assert (row.enrolment, row.way, row.scanned_at) == (came, "PAPER", first.starts_at)

    page.goto(f"/pelatihan/{training.uid}/lembar/tandai/?pertemuan=1")
    expect(page.get_by_label("Yani Astuti")).to_be_disabled()
    expect(page.get_by_label(stayed.person.full_name)).not_to_be_checked()
    follow(page, "Pertemuan 2")
    expect(page.get_by_label("Yani Astuti")).to_be_enabled()


def test_the_office_plans_the_year_and_answers_for_it(
    page_desk: Page, yani: Person, login_as: Login, sound: Callable[..., None]
) -> None:
    """B1 and B2: wishes merged and read by stage; plan, activity, training, spending, figures, LPTJ."""
    page = page_desk
    hendra: Any = user_with_role(Role.STAFF, CITY, full_name="Hendra Saputra", phone=None, email="hendra@dinas.example")
    twins = [TopicProposalFactory(title=title, proposed_by=yani) for title in ("Foto dengan HP", "Foto pakai HP")]
    topics.vote(topic=twins[0], person=yani, by=yani.user, now=NINE)
    training = TrainingFactory(starts_at=NINE - DAY, status=TrainingStatus.RUNNING, sessions=1)
    enrolment = EnrolmentFactory(training=training, person=yani)
    Attendance.objects.create(
        session=training.sessions.get(), enrolment=enrolment, way="TYPED", scanned_at=NINE, recorded_at=NINE
    )
    login_as(page, hendra, CITY)

    page.goto(f"/kantor/trainings/topicproposal/{twins[1].uid}/deed/merge/")
    page.locator("select[name=into]").select_option(str(twins[0].uid))
    page.locator("main form button[type=submit]").first.click()
    twins[1].refresh_from_db()
    assert twins[1].state == TopicState.MERGED
    page.goto("/pelatihan/usulan/?stage=AWARENESS")
    see(page, "Foto dengan HP")
    sound(page, "demand")
    page.goto(f"/pelatihan/usulan/{twins[0].uid}/")
    expect(page.get_by_role("heading", name="Menurut tahap")).to_be_visible()

    plan = planned(page, training)
    page.goto(f"/kantor/trainings/yearplan/{plan.uid}/change/")
    see(page, "2.17.06")
    sound(page, "year-plan")
    page.goto("/kantor/angka/trainings_stages/?office=16.71&as_of=2027-06-30")
    see(page, "Penyadaran")
    sound(page, "by-stage")
    answer = page.request.get(f"/kantor/trainings/yearplan/{plan.uid}/lptj.pdf")
    assert answer.body().startswith(b"%PDF")


def planned(page: Page, training: Training) -> YearPlan:
    """The year with one activity, the training under it, and what it cost."""
    page.goto("/kantor/trainings/yearplan/deed/draw-up/")
    page.locator("input[name=year]").fill("2027")
    page.locator("input[name=places_OWN]").fill("100")
    page.locator("main form button[type=submit]").first.click()
    plan = YearPlan.objects.get(year=2027)
    deed = f"/kantor/trainings/yearplan/{plan.uid}/deed"
    page.goto(f"{deed}/activity/")
    for name, value in {"code": "2.17.06", "title": "Pelatihan", "places": "100", "budget": "10000000"}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{deed}/put-under/")
    page.locator("select[name=training]").select_option(str(training.uid))
    page.locator("select[name=activity]").select_option(label="2.17.06 Pelatihan")
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{deed}/spend/")
    page.locator("select[name=activity]").select_option(label="2.17.06 Pelatihan")
    for name, value in {"amount": "2500000", "spent_on": "2027-01-11", "document": "SP2D-1"}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("main form button[type=submit]").first.click()
    assert Spending.objects.get().amount == 2_500_000
    return plan
