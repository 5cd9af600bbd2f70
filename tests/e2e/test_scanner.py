"""The scanner in airplane mode: the page is loaded again, closed and opened, and everything arrives once."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.factories.members import PersonFactory
from tests.factories.trainings import EnrolmentFactory, TrainingFactory
from trainings import codes
from trainings.enums import EnrolmentState, ScanOutcome
from trainings.models import Attendance, Enrolment, Guest, Scan, Training

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NAMES = ("Siti Aminah", "Yani Suryani", "Rahma Dewi", "Tuti Herawati")
STATIC = settings.BASE_DIR / "static"
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "trainings" / "door_cases.json").read_text())


@pytest.fixture
def training(transactional_db: None) -> Training:
    """Today and now, for the clock of a browser cannot be moved."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = TrainingFactory(starts_at=now, sessions=1, ends_at=now + dt.timedelta(hours=3), capacity=10)
    for number, name in enumerate(NAMES):
        state = EnrolmentState.WAITING if name.startswith("Tuti") else EnrolmentState.CONFIRMED
        person = PersonFactory(full_name=name, phone=f"+62812000050{number}1")
        EnrolmentFactory(training=made, code=f"7K4M2{number}", state=state, person=person)
    return made


@pytest.fixture
def scanner(page_phone: Page, training: Training, login_as: Callable[..., None]) -> Page:
    """The scanner page, opened once with signal: now it is on the phone."""
    login_as(page_phone, training.facilitator, training.region_id)
    return opened(page_phone, training)


def opened(page: Page, training: Training) -> Page:
    page.goto(f"/pelatihan/{training.uid}/pindai/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("[data-count]")).to_contain_text("dari")
    page.wait_for_selector("[data-door][data-kept]", state="attached")
    return page


def typed(page: Page, text: str) -> None:
    page.get_by_label("Kode tiket atau nomor telepon").fill(text)
    page.get_by_role("button", name="Catat", exact=True).click()


def verdict(page: Page, state: str, text: str) -> None:
    box = page.locator(f"[data-verdict][data-says={state}]")
    expect(box).to_be_visible()
    expect(box).to_contain_text(text)


def test_a_morning_without_signal(
    scanner: Page, training: Training, axe: Callable[..., None], fits: Any, screenshot: Callable[[Page, str], None]
) -> None:
    page, context = scanner, scanner.context
    Enrolment.objects.filter(training=training).waiting().delete()  # so that guests find a place
    page.reload()
    expect(page.locator("[data-places]")).to_contain_text("4 tempat")
    axe(page)
    fits(page)
    screenshot(page, "scanner-with-signal")
    context.set_offline(True)
    typed(page, "7k4m-20")
    verdict(page, "good", "Siti Aminah")
    expect(page.locator("[data-state]")).to_contain_text("Tanpa sinyal")
    expect(page.locator("[data-pending]")).to_have_text("1 belum terkirim")

    page.reload()
    expect(page.locator("[data-pending]")).to_have_text("1 belum terkirim")
    typed(page, "0812 0000 5011")
    verdict(page, "good", "Yani Suryani")
    typed(page, "7K4M20")
    verdict(page, "wait", "Siti Aminah")
    typed(page, "0813 9999 9999")
    verdict(page, "bad", "Bukan tiket")
    page.get_by_text("Peserta tanpa tiket").click()
    page.get_by_label("Nama", exact=True).fill("Iis Rosmiati")
    page.get_by_role("button", name="Persilakan masuk").click()
    verdict(page, "good", "Iis Rosmiati")
    expect(page.locator("[data-places]")).to_contain_text("3 tempat")
    screenshot(page, "scanner-without-signal")

    page.close()
    again = context.new_page()
    again.goto(f"/pelatihan/{training.uid}/pindai/")
    expect(again.locator("[data-pending]")).to_have_text("5 belum terkirim")
    again.get_by_role("button", name="Hadir: Rahma Dewi").click()
    verdict(again, "good", "Rahma Dewi")
    assert not Scan.objects.exists()

    context.set_offline(False)
    expect(again.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=15_000)
    assert Attendance.objects.count() == 3
    assert Guest.objects.get().name == "Iis Rosmiati"
    assert sorted(Scan.objects.values_list("outcome", flat=True)) == [
        *[ScanOutcome.COUNTED] * 4, ScanOutcome.REFUSED, ScanOutcome.REPEATED,
    ]  # fmt: skip
    again.reload()
    expect(again.locator("[data-count]")).to_contain_text("4 dari 4")


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_once(scanner: Page, training: Training) -> None:
    """The server took the scans, but the phone never heard of it."""
    lost = {"n": 0}

    def swallow(route: Any) -> None:
        route.fetch()
        lost["n"] += 1
        route.abort()

    scanner.route("**/pindai/kirim/", swallow, times=1)
    typed(scanner, "7K4M20")
    expect(scanner.locator("[data-state]")).to_contain_text("Tanpa sinyal")
    expect(scanner.locator("[data-pending]")).to_have_text("1 belum terkirim")
    assert (lost["n"], Scan.objects.count()) == (1, 1)
    expect(scanner.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=15_000)
    assert (Scan.objects.count(), Attendance.objects.count()) == (1, 1)


def test_two_telephones_without_signal_leave_one_thing_to_settle(
    scanner: Page, new_page: Callable[..., Page], training: Training, login_as: Callable[..., None]
) -> None:
    other = new_page(PHONE)
    login_as(other, training.facilitator, training.region_id)
    opened(other, training)
    for page in (scanner, other):
        page.context.set_offline(True)
        typed(page, codes.clean("7K4M20"))
        verdict(page, "good", "Siti Aminah")
    for page in (scanner, other):
        page.context.set_offline(False)
        expect(page.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=15_000)
    assert Attendance.objects.count() == 1
    assert Scan.objects.to_settle().count() == 1


def test_who_cancelled_after_the_roster_was_made_is_refused_after_the_next_signal(
    scanner: Page, training: Training
) -> None:
    Enrolment.objects.filter(person__full_name="Siti Aminah").update(
        state=EnrolmentState.CANCELLED, cancelled_at=dt.datetime.now(dt.UTC), end_reason="CANCELLED"
    )
    scanner.reload()
    expect(scanner.locator("[data-count]")).to_contain_text("dari 2")
    scanner.context.set_offline(True)
    typed(scanner, "7K4M20")
    verdict(scanner, "bad", "dibatalkan")


KEPT = """async () => {
    const base = await new Promise((done) => { const asked = indexedDB.open("guyub-door"); asked.onsuccess = () => done(asked.result); });
    const all = (name) => new Promise((done) => { const rows = base.transaction(name).objectStore(name).getAll(); rows.onsuccess = () => done(rows.result); });
    const text = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value)
        : value && typeof value === "object" ? Object.entries(value).map(([key, one]) => key + text(one)).join(" ") : String(value);
    const [rosters, queue] = [await all("rosters"), await all("queue")];
    base.close();
    return { rosters: rosters.length, queue: queue.length, text: text([rosters, queue]) };
}"""


def test_what_stands_on_the_phone_names_nobody_and_opens_for_the_same_account_only(
    scanner: Page, training: Training, login_as: Callable[..., None]
) -> None:
    """Roster and queue are sealed; signed out the key is gone; unsent scans arrive after the next login."""
    page = scanner
    Enrolment.objects.filter(training=training).waiting().delete()  # so that guests find a place
    page.reload()
    expect(page.locator("[data-places]")).to_contain_text("4 tempat")
    page.context.set_offline(True)
    typed(page, "7k4m-20")
    verdict(page, "good", "Siti Aminah")
    page.get_by_text("Peserta tanpa tiket").click()
    page.get_by_label("Nama", exact=True).fill("Iis Rosmiati")
    page.get_by_role("button", name="Persilakan masuk").click()
    kept = page.evaluate(KEPT)
    assert (kept["rosters"], kept["queue"]) == (1, 2)
    for word in ("Siti", "Aminah", "Yani", "Iis", "7K4M", "7k4m", "0812", "62812", training.title):
        assert word not in kept["text"], word
    page.close()
    again = page.context.new_page()  # the phone opens it again without signal
    again.goto(f"/pelatihan/{training.uid}/pindai/")
    expect(again.locator("[data-pending]")).to_have_text("2 belum terkirim")

    again.route("**/pindai/kirim/", lambda route: route.abort())  # signed out before anything was sent
    again.context.set_offline(False)
    again.goto("/akun/")
    again.get_by_role("button", name="Keluar").click()
    again.wait_for_selector("body[data-nobody]", state="attached")
    again.wait_for_timeout(500)
    assert "guyub_door" not in {cookie["name"] for cookie in again.context.cookies()}
    kept = again.evaluate(KEPT)
    assert (kept["rosters"], kept["queue"]) == (0, 2)

    again.unroute("**/pindai/kirim/")
    login_as(again, training.facilitator, training.region_id)
    again.goto(f"/pelatihan/{training.uid}/pindai/")
    expect(again.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=15_000)
    assert Attendance.objects.get().enrolment.person.full_name == "Siti Aminah"


def test_signing_out_takes_the_names_off_the_phone(scanner: Page, training: Training) -> None:
    scanner.goto("/akun/")
    scanner.get_by_role("button", name="Keluar").click()
    scanner.wait_for_selector("body[data-nobody]", state="attached")
    scanner.wait_for_timeout(500)
    left = scanner.evaluate("""async () => {
        const base = await new Promise((done) => { const asked = indexedDB.open("guyub-door"); asked.onsuccess = () => done(asked.result); });
        const rows = await new Promise((done) => { const all = base.transaction("rosters").objectStore("rosters").getAll(); all.onsuccess = () => done(all.result.length); });
        return [rows, await caches.has("guyub-kept")];
    }""")
    assert left == [0, False]
    scanner.context.set_offline(True)
    scanner.goto(f"/pelatihan/{training.uid}/pindai/")
    expect(scanner.get_by_role("heading", level=1)).to_have_text("Tidak ada sinyal")


def test_the_script_judges_as_the_server_does(page_phone: Page) -> None:
    """The same cases as tests/trainings/test_door.py; the door of nine o'clock in Palembang."""
    page_phone.goto("about:blank")
    page_phone.add_script_tag(path=str(STATIC / "js/door/rules.js"))
    nine = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.UTC).timestamp() * 1000
    hour = 3_600_000
    roster = {"opens": nine - 3 * hour, "shuts": nine + 15 * hour, "late": nine + hour / 4, "offset": 7 * hour}
    for case in CASES:
        row = ["id", "Siti", "Plaju", case["state"], nine if case["in"] else 0, []] if case["state"] else None
        at = nine + case["minutes"] * 60_000
        found = page_phone.evaluate("([roster, row, at]) => guyubDoor.judge(roster, row, at)", [roster, row, at])
        assert found["word"] == case["expect"], case["name"]


def test_the_decoder_that_we_bring_reads_a_ticket(scanner: Page) -> None:
    """For browsers that read no QR themselves: the ticket's own picture, drawn on a canvas."""
    token = codes.ticket_token("7K4M20")
    from foundation.common.documents import qr_svg  # noqa: PLC0415 -- needs settings

    read = scanner.evaluate(
        """async ([svg, address]) => {
            const { decodeQR } = await import(address);
            const picture = new Image();
            picture.src = "data:image/svg+xml;base64," + btoa(svg.replace("<svg", '<svg width="360" height="360"'));
            await picture.decode();
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 400;
            const paper = canvas.getContext("2d");
            paper.fillStyle = "#fff";
            paper.fillRect(0, 0, 400, 400);
            paper.drawImage(picture, 20, 20, 360, 360);
            const pixels = paper.getImageData(0, 0, 400, 400);
            return decodeQR({ width: 400, height: 400, data: pixels.data });
        }""",
        [str(qr_svg(token)), scanner.locator("[data-door]").get_attribute("data-decoder")],
    )
    assert read == token
