"""A licence from wish to paper: the owner asks, the officer works the case, the owner sees it held."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from members.models import Business, Licence, LicenceCase, LicencePaper
from tests.e2e.chapters.cast import follow, press, see
from tests.e2e.conftest import DESK, PHONE
from tests.factories import files, licensing
from tests.factories.foundation import user_with_role
from tests.factories.licensing import NOW

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_an_owner_asks_for_help_and_ends_with_the_licence(
    new_page: Callable[..., Page],
    login_as: Callable[..., None],
    screenshot: Callable[[Page, str], None],
    tmp_path: Path,
) -> None:
    business = licensing.business(nib=False)
    clerk = user_with_role(Role.STAFF, "16.71", full_name="Hendra Saputra", email="hendra@dinas.example")
    photo = tmp_path / "ktp.jpg"
    photo.write_bytes(files.picture(size=(900, 600)))
    owner, desk = new_page(PHONE), new_page(DESK)
    login_as(owner, business.owner.user, business.owner.village_id)
    login_as(desk, clerk, "16.71")

    asks(owner, business, screenshot)
    hands_in(owner, photo, tmp_path / "ktp.svg")
    works(desk, business, photo, screenshot)

    # She has heard of every step, and sees it held, with its paper.
    told = Message.objects.filter(user=business.owner.user, channel="APP", kind__startswith="licence_case")
    assert told.count() == 7  # asked, taken, four steps, issued
    owner.goto(f"/izin/usaha/{business.uid}/")
    see(owner, "0220001234567")
    see(owner, "Telah terbit")
    screenshot(owner, "izin-4-terbit")
    paper = LicencePaper.objects.get(licence=Licence.objects.get(business=business, kind="NIB"))
    with owner.expect_response(f"**/berkas/{paper.file.uid}/") as answer:
        follow(owner, "Buka suratnya")
    assert answer.value.headers["content-type"] == "image/jpeg"
    assert LicenceCase.objects.get().closed_at is not None


def asks(owner: Page, business: Business, screenshot: Callable[[Page, str], None]) -> None:
    """The fund refuses without a NIB, and leads to the help."""
    owner.goto(f"/izin/usaha/{business.uid}/")
    see(owner, "Tangga legalitas")
    screenshot(owner, "izin-1-tangga")
    owner.goto("/dana/")
    follow(owner, "Bantu saya urus NIB")
    see(owner, "Langkah-langkahnya")
    press(owner, "Bantu saya urus")
    see(owner, "Permintaan diterima")
    screenshot(owner, "izin-2-kasus")


def hands_in(owner: Page, photo: Path, drawing: Path) -> None:
    """A drawing with a script in it is refused at its field; a photo is kept."""
    drawing.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    owner.get_by_role("link", name="Kirim KTP pemilik").click()
    owner.locator("input[type=file]").last.set_input_files(drawing)
    press(owner, "Kirim dokumen")
    see(owner, "Berkas ini tidak dapat dibaca di sini")
    owner.locator("input[type=file]").first.set_input_files(photo)
    press(owner, "Kirim dokumen")
    see(owner, "Dokumen tersimpan")


def works(desk: Page, business: Business, photo: Path, screenshot: Callable[[Page, str], None]) -> None:
    """The officer takes it from the queue and works it to the end; a wrong number does not pass."""
    desk.goto("/kantor/members/licencecase/?untuk=belum")
    desk.get_by_role("link", name=business.name).first.click()
    follow(desk, "Ambil kasus ini")
    press(desk, "Ambil kasus ini")
    for _step in range(4):
        follow(desk, "Langkah selesai")
        press(desk, "Langkah selesai")
    screenshot(desk, "izin-3-meja")
    follow(desk, "Izin sudah terbit")
    desk.get_by_label("Nomor", exact=True).fill("12")
    desk.locator("input[type=file]").last.set_input_files(photo)
    press(desk, "Izin sudah terbit")
    expect(desk.locator("[data-errors]")).to_be_visible()
    see(desk, "Tersimpan. Tidak perlu dikirim lagi.")
    desk.get_by_label("Nomor", exact=True).fill("0220001234567")
    press(desk, "Izin sudah terbit")
    see(desk, "Izin tercatat sudah terbit")


def test_an_assistant_works_a_case_on_her_phone_without_javascript(
    new_page: Callable[..., Page], login_as: Callable[..., None], screenshot: Callable[[Page, str], None]
) -> None:
    business, assistant = licensing.business(), licensing.assistant()
    page = new_page(PHONE, java_script_enabled=False)
    login_as(page, assistant, "16.71.04")
    page.goto(f"/binaan/{business.owner.uid}/")
    page.get_by_role("link", name="Tangga legalitas").first.click()
    page.get_by_role("link", name="Bantu saya urus Izin P-IRT").first.click()
    press(page, "Bantu saya urus")
    follow(page, "Langkah ini selesai")
    page.get_by_label("Catatan").fill("Kemasan sudah baik.")
    press(page, "Langkah ini selesai")
    see(page, "Kemasan sudah baik.")
    screenshot(page, "izin-5-pendamping")
    case = LicenceCase.objects.get()
    assert (case.officer, case.steps_done, case.opened_at.date()) == (assistant, 1, dt.date(2026, 11, 21))
