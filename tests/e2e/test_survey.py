"""A verifier in a village without signal: the form is opened, filled in and saved; it arrives later, once. Nobody reads it
on her phone but she herself, and what the server refuses comes back to her hand as she wrote it.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from foundation.common import clock
from revolving_funds.actions import applications
from revolving_funds.models import Application, ApplicationDocument, Survey
from tests.factories import revolving_funds as make
from tests.factories.files import picture

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NOTHING_LEAVES = """
const ask = window.fetch;
window.fetch = (address, options) =>
  options?.method === "POST" && document.cookie.includes("no_signal=1") ? Promise.reject(new TypeError("no signal")) : ask(address, options);
"""
PLACE = {"latitude": -2.976074, "longitude": 104.77543}


@pytest.fixture
def application(transactional_db: None) -> Application:
    today = timezone.localdate()
    make.pool(year=today.year)
    return make.checked(make.submitted(make.owner(full_name="Yani Suryani"), on=today))


@pytest.fixture
def verifier(application: Application) -> User:
    assert application
    return make.verifier()


@pytest.fixture
def phone(page_phone: Page, verifier: User, login_as: Callable[..., None]) -> Page:
    """The list, opened once with signal: the forms are on the phone."""
    page_phone.context.grant_permissions(["geolocation"])
    page_phone.context.set_geolocation(PLACE)
    login_as(page_phone, verifier, "16.71")
    page_phone.goto("/dana/survei/")
    page_phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page_phone.wait_for_selector("[data-survey][data-kept='2']", state="attached")
    return page_phone


def no_signal(page: Page) -> None:
    """From the next page on nothing leaves the phone: Chromium's own switch lets a request slip through while a page opens."""
    page.context.add_cookies([{"name": "no_signal", "value": "1", "url": page.url}])
    page.context.add_init_script(NOTHING_LEAVES)
    page.context.set_offline(True)


def signal(page: Page) -> None:
    page.context.clear_cookies(name="no_signal")
    page.context.set_offline(False)


def fill(page: Page) -> None:
    page.check("input[name=is_operating]")
    page.check("input[name=place_matches]")
    page.fill("input[name=monthly_sales]", "5500000")
    page.fill("input[name=monthly_costs]", "3500000")
    page.fill("textarea[name=notes]", "Warung ramai, dua panci besar.")
    page.get_by_role("button", name="Pakai lokasi ponsel ini").click()
    expect(page.locator("[data-gps-told]")).to_contain_text("meter")
    assert page.input_value("input[name=place]") == "-2.976074, 104.775430"
    page.locator("[name=is_recommended]").first.check()
    for name in ("photo", "goods"):
        photo = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        page.locator(f"input[type=file][name={name}]").last.set_input_files(photo)


def test_a_visit_without_signal_arrives_once(
    phone: Page, application: Application, axe: Callable[..., None], fits: Any, screenshot: Callable[[Page, str], None]
) -> None:
    axe(phone)
    fits(phone)
    screenshot(phone, "surveys-with-signal")
    no_signal(phone)
    phone.reload()
    phone.get_by_role("link", name="Yani Suryani").click()
    axe(phone)
    fits(phone)
    phone.get_by_role("button", name="Simpan survei").click()  # what is missing is said before it leaves the page
    expect(phone.locator("input[name=monthly_sales]")).to_be_focused()
    fill(phone)
    screenshot(phone, "survey-without-signal")
    phone.get_by_role("button", name="Simpan survei").click()
    expect(phone.locator("[data-pending]")).to_have_text("1 belum terkirim")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    screenshot(phone, "surveys-without-signal")
    assert not Survey.objects.exists()

    phone.close()
    again = phone.context.new_page()
    again.goto("/dana/survei/")
    expect(again.locator("[data-pending]")).to_have_text("1 belum terkirim")
    lost = {"n": 0}

    def swallow(route: Any) -> None:  # the server takes it, but the phone never hears of it
        route.fetch()
        lost["n"] += 1
        route.abort()

    again.route("**/survei/*/kirim/", swallow, times=1)
    signal(again)
    expect(again.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=20_000)
    assert lost["n"] == 1
    found = Survey.objects.get()
    assert (found.application_id, str(found.latitude), found.monthly_sales) == (application.pk, "-2.976074", 5_500_000)
    photos = ApplicationDocument.objects.filter(application=application, kind__in=("SURVEY", "GOODS"))
    assert photos.count() == 2
    assert Application.objects.get().status == "SURVEYED"


def test_a_form_of_another_officer_waits_for_her(
    phone: Page, login_as: Callable[..., None], application: Application
) -> None:
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    fill(phone)
    phone.get_by_role("button", name="Simpan survei").click()
    expect(phone.locator("[data-pending]")).to_have_text("1 belum terkirim")
    phone.wait_for_url("**/dana/survei/")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    phone.goto("about:blank")  # her page is gone before there is signal again
    login_as(phone, make.verifier(), "16.71")
    signal(phone)
    phone.goto("/dana/survei/")
    expect(phone.locator("[data-others]")).to_contain_text("petugas lain")
    assert not Survey.objects.exists()


ON_THE_PHONE = """async () => {
    const text = async (value) => value instanceof Blob ? text(await value.arrayBuffer())
        : value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value)
        : value && typeof value === "object" ? (await Promise.all(Object.entries(value).map(async ([key, one]) => key + "=" + await text(one)))).join(" ") : String(value);
    const found = { ...localStorage, ...sessionStorage }, counts = {};
    for (const { name } of await indexedDB.databases()) {
        const base = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
        for (const store of base.objectStoreNames) {
            const rows = await new Promise((done) => { const all = base.transaction(store).objectStore(store).getAll(); all.onsuccess = () => done(all.result); });
            counts[name + "/" + store] = rows.length;
            found[name + "/" + store] = rows;
        }
        base.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const kept = await cache.match(request);
            if ((kept.headers.get("content-type") || "").includes("html")) found["page " + request.url] = await kept.text();
        }
    }
    return { counts, pages: Object.keys(found).filter((name) => name.startsWith("page ")).length, text: await text(found) };
}"""


def names_nobody(page: Page, application: Application) -> dict[str, int]:
    """Data bases, kept pages and small stores of the phone hold no word of the owner and nothing that was written."""
    found = page.evaluate(ON_THE_PHONE)
    person = application.person
    words = ("Yani", "Suryani", application.business.name, "Warung ramai", "5500000", "5.500.000", "-2.976074", "JFIF")
    for word in (*words, str(person.phone), str(person.phone)[3:]):
        assert word not in found["text"], word
    assert found["pages"] >= 3  # the frame at the list and the form among them
    counts: dict[str, int] = found["counts"]
    return counts


def sign_out(page: Page) -> None:
    page.goto("/akun/")
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_selector("body[data-nobody]", state="attached")
    page.wait_for_timeout(500)


def no_sending(page: Page) -> None:
    page.route("**/kirim/", lambda route: route.abort())


def test_pages_and_forms_on_the_phone_name_nobody_and_open_for_the_same_account_only(
    phone: Page, application: Application, verifier: User, login_as: Callable[..., None]
) -> None:
    assert names_nobody(phone, application)["guyub-survey/pages"] == 2
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Yani Suryani")  # she herself reads it
    fill(phone)
    phone.get_by_role("button", name="Simpan survei").click()
    phone.wait_for_url("**/dana/survei/")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    assert names_nobody(phone, application)["guyub-survey/queue"] == 1

    phone.context.clear_cookies(name="guyub_survey")  # the key has run out, and there is no signal
    phone.reload()
    expect(phone.locator("[data-nothing]")).to_be_visible()
    assert "Yani" not in phone.content()
    signal(phone)
    no_sending(phone)
    phone.goto("/dana/survei/")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")  # the same account has the same key

    sign_out(phone)
    assert "guyub_survey" not in {cookie["name"] for cookie in phone.context.cookies()}
    left = phone.evaluate(ON_THE_PHONE)
    assert (left["counts"]["guyub-survey/pages"], left["counts"]["guyub-survey/queue"]) == (0, 1)
    assert "/dana/survei/" not in left["text"]
    phone.unroute("**/kirim/")
    login_as(phone, verifier, "16.71")
    phone.goto("/dana/survei/")
    expect(phone.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=20_000)
    assert Survey.objects.get().notes == "Warung ramai, dua panci besar."


OLD_FORM = """async ([row, picture]) => {
    const base = await new Promise((done) => {
        const asked = indexedDB.open("guyub-survey", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("queue", { keyPath: "nonce" });
        asked.onsuccess = () => done(asked.result);
    });
    const photo = new Blob([Uint8Array.from(picture)], { type: "image/jpeg" });
    const work = base.transaction("queue", "readwrite");
    work.objectStore("queue").put({ ...row, photos: [["photo", photo]] });
    await new Promise((done) => { work.oncomplete = done; });
    base.close();
}"""


OLD_PAGES = """async (addresses) => {
    const cache = await caches.open("guyub-kept");
    const page = () => new Response("<h1>Yani Suryani</h1>", { headers: { "content-type": "text/html" } });
    for (const address of addresses) await cache.put(address, page());
}"""


def test_a_form_that_the_version_before_left_open_is_sealed_and_arrives(
    page_phone: Page, application: Application, verifier: User, login_as: Callable[..., None]
) -> None:
    login_as(page_phone, verifier, "16.71")
    page_phone.goto("/akun/")
    values = {
        "request_uid": str(uuid.uuid4()), "visited_on": str(timezone.localdate()), "is_operating": "on",
        "monthly_sales": "5.500.000", "monthly_costs": "3.500.000", "other_debts": "0", "is_recommended": "1",
        "notes": "Warung ramai, dua panci besar.", "place": "-2.976074, 104.775430", "user": str(verifier.uid),
    }  # fmt: skip
    row = {
        "nonce": values["request_uid"], "user": values["user"], "fields": list(values.items()), "at": 1,
        "application": str(application.uid), "address": f"/dana/survei/{application.uid}/kirim/",
        "label": "Yani Suryani, Warung",
    }  # fmt: skip
    page_phone.evaluate(OLD_FORM, [row, list(picture())])
    page_phone.evaluate(OLD_PAGES, [f"/dana/survei/{application.uid}/", f"/dana/survei/{uuid.uuid4()}/"])
    before = page_phone.evaluate(ON_THE_PHONE)["text"]
    assert all(
        word in before for word in ("Yani", "Warung ramai", "JFIF")
    )  # the search below does find what stands open
    no_sending(page_phone)
    page_phone.goto("/dana/survei/")
    page_phone.wait_for_selector("[data-survey][data-kept]", state="attached")
    expect(page_phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    assert names_nobody(page_phone, application)["guyub-survey/queue"] == 1
    page_phone.unroute("**/kirim/")
    page_phone.reload()
    expect(page_phone.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=20_000)
    assert Survey.objects.get().monthly_sales == 5_500_000
    assert ApplicationDocument.objects.filter(application=application, kind="SURVEY").count() == 1


def test_a_refused_form_says_why_and_is_opened_again_as_it_was_written(
    phone: Page,
    application: Application,
    axe: Callable[..., None],
    fits: Callable[[Page], None],
    screenshot: Callable[[Page, str], None],
) -> None:
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    fill(phone)
    phone.fill("input[name=recommended_amount]", "2500000")  # more than her step
    phone.get_by_role("button", name="Simpan survei").click()
    phone.wait_for_url("**/dana/survei/")
    signal(phone)
    queue = phone.locator("[data-queue]")
    expect(queue.locator(".error")).to_contain_text("2.000.000", timeout=20_000)
    axe(phone)
    fits(phone)
    screenshot(phone, "surveys-refused")
    assert not Survey.objects.exists()
    assert names_nobody(phone, application)["guyub-survey/queue"] == 1
    queue.get_by_role("link", name="Buka dan perbaiki").click()
    expect(phone.locator("[data-errors]")).to_contain_text("2.000.000")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Yani Suryani")
    assert phone.input_value("textarea[name=notes]") == "Warung ramai, dua panci besar."
    assert phone.input_value("input[name=monthly_sales]") == "5.500.000"
    assert phone.input_value("input[name=place]") == "-2.976074, 104.775430"
    assert phone.locator("input[name=place_matches]").is_checked()
    assert phone.locator(".upload.is-good").count() == 2
    expect(phone.locator(".field--bad")).to_contain_text("jumlah", ignore_case=True)
    axe(phone)
    fits(phone)
    screenshot(phone, "survey-refused-again")
    phone.fill("input[name=recommended_amount]", "2000000")
    phone.get_by_role("button", name="Simpan survei").click()
    phone.wait_for_url("**/dana/survei/")
    expect(phone.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=20_000)
    found = Survey.objects.get()
    assert (found.recommended_amount, found.notes) == (2_000_000, "Warung ramai, dua panci besar.")
    assert ApplicationDocument.objects.filter(application=application, kind__in=("SURVEY", "GOODS")).count() == 2


def test_a_form_that_nobody_can_mend_any_more_is_still_read_and_goes_only_when_told_twice(
    phone: Page, application: Application, screenshot: Callable[[Page, str], None]
) -> None:
    """Somebody else has surveyed meanwhile: the page of the form is gone on the server, not what she wrote."""
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    fill(phone)
    phone.get_by_role("button", name="Simpan survei").click()
    phone.wait_for_url("**/dana/survei/")
    applications.survey(
        application=application, by=make.verifier(), now=clock.now(), on=timezone.localdate(), **make.SEEN
    )
    signal(phone)
    queue = phone.locator("[data-queue]")
    expect(queue.locator(".error")).to_be_visible(timeout=20_000)
    queue.get_by_role("link", name="Buka dan perbaiki").click()
    expect(phone.locator("textarea[name=notes]")).to_have_value("Warung ramai, dua panci besar.")
    screenshot(phone, "survey-too-late")
    phone.goto("/dana/survei/")
    queue.get_by_role("button", name="Hapus dari ponsel ini").click()
    expect(queue).to_contain_text("Yani Suryani")
    queue.get_by_role("button", name="Ya, hapus").click()
    expect(queue).to_be_hidden()
    assert Survey.objects.count() == 1


def test_a_full_phone_keeps_the_form_open_with_all_that_was_written(phone: Page, application: Application) -> None:
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    fill(phone)
    phone.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    phone.get_by_role("button", name="Simpan survei").click()
    expect(phone.locator("[data-trouble]")).to_contain_text("Memori ponsel penuh")
    expect(phone.locator("[data-trouble]")).to_be_in_viewport()
    assert phone.input_value("textarea[name=notes]") == "Warung ramai, dua panci besar."
