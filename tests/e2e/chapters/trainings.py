"""Chapter 2: a training is scheduled, announced, filled, attended, and ends with a certificate anyone can check."""

import datetime as dt
import re

from playwright.sync_api import expect

from foundation.notifications.models import Message
from tests.e2e.chapters.cast import YANI, Cast, follow, latest, local_path, move_to, press, see
from trainings.models import Certificate, Enrolment, Training

FIRST_DAY, SECOND_DAY = dt.date(2027, 1, 19), dt.date(2027, 1, 20)
TITLE = "Menghitung harga jual"


def an_assistant_schedules_and_announces(cast: Cast) -> None:
    page = cast.page("rizky")
    page.goto("/pelatihan/")
    follow(page, "Jadwalkan pelatihan")
    page.fill("input[name=title]", TITLE)
    page.fill("textarea[name=summary]", "Pulang membawa daftar harga untuk produk sendiri.")
    page.fill("input[name=capacity]", "2")
    page.fill("input[name=venue]", "Aula Kantor Kecamatan")
    for session, day in (("first", FIRST_DAY), ("second", SECOND_DAY)):
        page.fill(f"input[name={session}_day]", str(day))
        page.fill(f"input[name={session}_start]", "09:00")
        page.fill(f"input[name={session}_end]", "12:00")
    cast.picture(page, "schedule-a-training")
    press(page, "Simpan rancangan")
    follow(page, "Umumkan")
    press(page, "Umumkan")
    see(page, TITLE)
    assert Message.objects.filter(recipient_name=YANI, channel="WHATSAPP", subject_key__startswith="training:").exists()


def places_fill_and_the_next_one_waits(cast: Cast) -> None:
    """Two places: Rahma takes one herself, Rizky registers Siti; Yani waits, is offered Siti's place and takes it."""
    training = Training.objects.get()
    rahma, rizky, yani = cast.page("rahma"), cast.page("rizky"), cast.page("yani")
    rahma.goto(f"/pelatihan/{training.uid}/")
    press(rahma, "Daftar")
    rizky.goto(f"/pelatihan/{training.uid}/peserta/tambah/")
    rizky.fill("input[name=q]", "Siti")
    press(rizky, "Cari")
    rizky.get_by_role("button", name=re.compile("Siti Aminah")).click()
    yani.goto(f"/pelatihan/{training.uid}/")
    press(yani, "Daftar")
    see(yani, "daftar tunggu")
    cast.picture(yani, "waiting-list")
    siti = Enrolment.objects.get(person__full_name="Siti Aminah")
    rizky.goto(f"/pelatihan/{training.uid}/peserta/{siti.uid}/batal/")
    press(rizky, "Batalkan")
    assert Enrolment.objects.get(person__full_name=YANI).state == "OFFERED"
    yani.goto(f"/pelatihan/{training.uid}/")
    cast.picture(yani, "place-offered")
    press(yani, "Ya, saya ikut")
    assert Enrolment.objects.get(person__full_name=YANI).state == "CONFIRMED"


def both_mornings_at_the_door(cast: Cast) -> None:
    training = Training.objects.get()
    yani, rizky = cast.page("yani"), cast.page("rizky")
    yani.goto(f"/pelatihan/{training.uid}/tiket/")
    cast.picture(yani, "ticket")
    code = Enrolment.objects.get(person__full_name=YANI).code
    for day in (FIRST_DAY, SECOND_DAY):
        move_to(day)
        for text in ("0812 0000 5011", code):
            rizky.goto(f"/pelatihan/{training.uid}/pintu/")
            rizky.fill("input[name=text]", text)
            press(rizky, "Catat")
            expect(rizky.locator("[data-verdict=good]")).to_be_visible()
    cast.picture(rizky, "door")
    move_to(SECOND_DAY, hour=14)
    rizky.goto(f"/pelatihan/{training.uid}/selesai/")
    press(rizky, "Selesaikan dan terbitkan sertifikat")
    assert Certificate.objects.count() == len(("Yani", "Rahma"))


def anyone_can_check_the_certificate(cast: Cast) -> None:
    certificate = Certificate.objects.get(enrolment__person__full_name=YANI)
    yani, stranger = cast.page("yani"), cast.page("stranger")
    yani.goto(local_path(latest("training_certified", recipient_name=YANI, channel="WHATSAPP")))
    see(yani, certificate.number)
    stranger.goto(f"/pelatihan/sertifikat/{certificate.code}/")  # where the QR on the paper leads
    see(stranger, YANI)
    cast.picture(stranger, "certificate-verified")
    file = yani.request.get(f"/pelatihan/sertifikat/{certificate.code}/unduh/")
    assert file.body().startswith(b"%PDF")
