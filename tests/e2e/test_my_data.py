"""Story: an owner has her data corrected, takes a copy with a fresh code, and leaves; the office answers in time."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from foundation.jobs import tasks
from foundation.jobs.models import Job
from foundation.notifications.models import Message
from members.models import DataRequest, Person
from tests.e2e.chapters.cast import follow, press, see
from tests.factories.world import CITY, NOW, World

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_an_owner_uses_her_rights_and_the_office_answers(
    page_phone: Page, page_desk: Page, login_as: Callable[..., None], fits: Callable[[Page], None]
) -> None:
    with time_machine.travel(NOW, tick=True):
        world = World()
        owner, staff = world.other, world.people["staff"]
        assert owner.user
        assert staff
        Person.objects.filter(pk=owner.pk).update(full_name="Siti Aminah")
        login_as(page_phone, owner.user, owner.village_id)
        page_phone.goto("/saya/")
        page_phone.get_by_role("link", name="Data saya", exact=True).click()
        follow(page_phone, "Minta perbaikan data")
        page_phone.get_by_label("Apa yang salah").fill("Nama saya Siti Aminah, bukan Siti Aminar.")
        press(page_phone, "Kirim ke dinas")
        see(page_phone, "Menunggu jawaban")
        fits(page_phone)

        login_as(page_desk, staff, CITY)
        page_desk.goto("/kantor/")
        see(page_desk, "Permintaan tentang data pribadi")
        asked = DataRequest.objects.get(person=owner)
        page_desk.goto(f"/kantor/members/datarequest/{asked.uid}/change/")
        follow(page_desk, "Sudah diperbaiki")
        page_desk.get_by_label("Apa yang diperbaiki").fill("Namanya sudah dibetulkan.")
        press(page_desk, "Sudah diperbaiki")

        page_phone.goto("/data-saya/")
        see(page_phone, "Namanya sudah dibetulkan.")
        press(page_phone, "Buat salinan data saya")
        job = Job.objects.filter(kind="members.everything").latest("pk")
        tasks.run(job.pk)
        page_phone.goto("/data-saya/")
        follow(page_phone, "Buka dengan kode")
        press(page_phone, "Kirim kode")
        message = Message.objects.filter(kind="login_code", user=owner.user).latest("pk")
        page_phone.get_by_label("6 angka dari WhatsApp").fill(_digits(message))
        press(page_phone, "Periksa kode")
        with page_phone.expect_download() as waiting:
            page_phone.get_by_role("link", name="Unduh").click()
        archive = zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        assert (
            json.loads(archive.read("data.json"))["members"]["tables"]["Person"]["rows"][0]["full_name"]
            == "Siti Aminah"
        )

        page_phone.goto("/data-saya/siapa-melihat/")
        page_phone.goto("/data-saya/hapus/")
        expect(page_phone.get_by_text("masih berjalan")).to_be_visible()  # her loan holds the erasure


def _digits(message: Message) -> str:
    return message.secret or "".join(char for char in message.text if char.isdigit())[:6]


def _name_in(path: Path) -> str:
    archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    name: str = json.loads(archive.read("data.json"))["members"]["tables"]["Person"]["rows"][0]["full_name"]
    return name
