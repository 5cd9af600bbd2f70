"""Extracting, checking and compiling the Indonesian catalogues."""

import gettext
import io
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import pgettext

from msme_platform import catalogues


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house: one Python text, templates of two owners."""
    for name, text in {
        "members/forms.py": 'from django.utils.translation import gettext as _\nA = _("Name") + _("a " "b")\nB = _(A)\n',
        "templates/members/list.html": (
            '{% load i18n %}<p title="{% translate "Search" %}">{{ x|default:_("None yet") }}</p>\n'
            "{% blocktranslate count n=rows trimmed %}\n  {{ n }} owner\n{% plural %}\n  {{ n }} owners\n{% endblocktranslate %}"
            '{% translate "Open" context "a loan" %}{% translate "It\'s" %}'
        ),
        "templates/base.html": "{% load i18n %}{% translate 'Home' %}",
        "members/migrations/0001_initial.py": '_("never read")',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def po(house: Path, folder: str = "members") -> polib.POFile:
    return polib.pofile(str(house / folder / "locale/id/LC_MESSAGES/django.po"))


def translate(house: Path, folder: str = "members", **wording: str) -> None:
    found = po(house, folder)
    for entry in found:
        text = wording.get(entry.msgid, f"id {entry.msgid_plural or entry.msgid}")
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    found.save()


def test_texts_go_to_the_catalogue_of_their_owner(house: Path) -> None:
    catalogues.update(house)
    assert {entry.msgid for entry in po(house)} == {"Name", "a b", "Search", "None yet", "%(n)s owner", "Open", "It's"}
    assert [entry.msgid for entry in po(house, "")] == ["Home"]
    assert po(house).find("Open", msgctxt="a loan").occurrences == [("templates/members/list.html", "")]


def test_extracting_twice_changes_nothing(house: Path) -> None:
    assert len(catalogues.update(house)) == 2
    assert catalogues.update(house) == []


def test_one_folder_can_be_extracted_alone(house: Path) -> None:
    assert catalogues.update(house, ["members"]) == [house / "members/locale/id/LC_MESSAGES/django.po"]


def test_a_word_for_which_the_house_has_another_is_a_fault(house: Path) -> None:
    catalogues.update(house)
    translate(house, "")
    translate(house, Name="Nama Anda", Search="Cari bersesi")
    assert catalogues.faults(house) == [
        "members/locale/id/LC_MESSAGES/django.po: says 'anda', the house says 'Ibu/Bapak': 'Name'"
    ]


def test_every_missing_or_empty_text_is_a_fault(house: Path) -> None:
    assert "members/locale/id/LC_MESSAGES/django.po: missing: 'Name'" in catalogues.faults(house)
    catalogues.update(house)
    assert "members/locale/id/LC_MESSAGES/django.po: untranslated: 'Name'" in catalogues.faults(house)
    translate(house)
    translate(house, "")
    assert catalogues.faults(house) == []


def test_a_fuzzy_text_and_a_lost_placeholder_are_faults(house: Path) -> None:
    catalogues.update(house)
    translate(house, **{"%(n)s owner": "pemilik"})
    translate(house, "")
    found = po(house)
    found.find("Name").flags.append("fuzzy")
    found.save()
    name = "members/locale/id/LC_MESSAGES/django.po"
    assert set(catalogues.faults(house)) == {f"{name}: placeholders differ: '%(n)s owner'", f"{name}: fuzzy: 'Name'"}


def test_a_text_that_left_the_sources_leaves_its_catalogue_and_a_moved_one_keeps_its_wording(house: Path) -> None:
    catalogues.update(house)
    translate(house)
    (house / "templates/base.html").write_text('{% load i18n %}{% translate "Search" %}', encoding="utf-8")
    (house / "templates/members/list.html").unlink()
    assert "members/locale/id/LC_MESSAGES/django.po: obsolete: 'Search'" in catalogues.faults(house)
    catalogues.update(house)
    assert {entry.msgid for entry in po(house)} == {"Name", "a b"}
    assert po(house, "").find("Search").msgstr == "id Search"


def test_one_text_worded_in_two_ways_is_a_fault(house: Path) -> None:
    (house / "templates/base.html").write_text('{% load i18n %}{% translate "Search" %}', encoding="utf-8")
    catalogues.update(house)
    translate(house)
    translate(house, "", Search="Cari")
    assert [fault for fault in catalogues.faults(house) if "two wordings" in fault] != []


def test_our_wording_of_a_part_s_text_stays(house: Path) -> None:
    catalogues.update(house)
    found = po(house)
    found.append(polib.POEntry(msgid="Log out", msgstr="Keluar", tcomment="Part: the theme"))
    found.save()
    catalogues.update(house)
    assert po(house).find("Log out").msgstr == "Keluar"
    assert not [fault for fault in catalogues.faults(house) if "Log out" in fault]


def test_a_compiled_catalogue_is_read_by_gettext(house: Path) -> None:
    catalogues.update(house)
    translate(house)
    assert catalogues.compile_all(house) == 2
    with (house / "members/locale/id/LC_MESSAGES/django.mo").open("rb") as compiled:
        read = gettext.GNUTranslations(compiled)
    assert read.gettext("Name") == "id Name"
    assert read.ngettext("%(n)s owner", "%(n)s owners", 1) == "id %(n)s owners"
    assert read.pgettext("a loan", "Open") == "id Open"


def test_who_compiles_reads_what_it_has_compiled(house: Path, settings: Any) -> None:
    """The first start of the demo compiles the texts, and then writes messages with them."""
    catalogues.update(house)
    translate(house)
    settings.BASE_DIR, settings.LOCALE_PATHS = house, [house / "members/locale"]
    with translation.override("id"):
        assert translation.gettext("None yet") == "None yet"
    call_command("messages", compile=True, stdout=io.StringIO())
    with translation.override("id"):
        assert translation.gettext("None yet") == "id None yet"


def test_where_another_package_words_the_same_text_ours_is_read() -> None:
    shadowed = []
    with translation.override("id"):
        for path in sorted({Path(folder) / "id/LC_MESSAGES/django.po" for folder in settings.LOCALE_PATHS}):
            for entry in polib.pofile(str(path)):
                shown = pgettext(entry.msgctxt, entry.msgid) if entry.msgctxt else translation.gettext(entry.msgid)
                if entry.msgstr and shown != entry.msgstr:
                    shadowed.append((path, entry.msgid, shown))
    assert shadowed == []
