"""Chapter 4: a question, an answer, the best answer, a share, a report."""

import re

from playwright.sync_api import expect

from forums.models import Topic
from tests.e2e.chapters.cast import Cast, follow, press, see

QUESTION = "Pempek cepat asam, bagaimana menyimpannya?"


def a_question_is_answered(cast: Cast) -> None:
    yani, rahma = cast.page("yani"), cast.page("rahma")
    yani.goto("/forum/tulis/")
    yani.fill("input[name=title]", QUESTION)
    yani.fill("textarea[name=body]", "Setelah dua hari rasanya asam. Ibu-ibu menyimpannya di mana?")
    press(yani, "Kirim pertanyaan")
    see(yani, QUESTION)
    rahma.goto("/forum/")
    see(rahma, QUESTION)
    expect(rahma.locator("main .rows .dot:not(.is-read)").first).to_be_visible()
    follow(rahma, QUESTION)
    rahma.fill("textarea[name=body]", "Rebus sebentar, dinginkan, lalu simpan beku. Tahan dua minggu.")
    press(rahma, "Kirim jawaban")
    yani.goto(f"/forum/topik/{Topic.objects.get().uid}/")
    press(yani, "Ini jawaban terbaik")
    see(yani, "Terjawab")
    share = yani.get_by_role("link", name="Bagikan").get_attribute("href") or ""
    assert share.startswith("https://wa.me/?text=")
    cast.picture(yani, "topic-answered")


def a_report_reaches_the_assistant(cast: Cast) -> None:
    rahma, rizky = cast.page("rahma"), cast.page("rizky")
    rahma.goto(f"/forum/topik/{Topic.objects.get().uid}/")
    rahma.locator("#p1, .post").first.get_by_role("link", name="Laporkan").click()
    rahma.locator("[name=reason]").first.check()
    press(rahma, re.compile("Kirim|Laporkan"))
    rizky.goto("/forum/moderasi/")
    rizky.locator("main .stretch, main .rows a").first.click()
    rizky.locator("form:has(input[value=tetap]) [name=answer]").fill("Tulisan ini sesuai aturan forum.")
    press(rizky, "Biarkan tulisan tampil")
    cast.picture(rizky, "report-handled")
