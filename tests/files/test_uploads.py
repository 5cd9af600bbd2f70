"""What is taken in, what is refused, and what is left of it."""

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from foundation.audit.models import Event
from foundation.files import errors, pictures, sniff
from foundation.files.actions import uploads
from foundation.files.enums import FileKind
from foundation.files.models import StoredFile
from tests.factories import files
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = dt.timedelta(days=1, minutes=1)


def store(content: bytes, name: str = "izin.jpg", *, purpose: str = "test_paper", by: Any = None) -> StoredFile:
    return uploads.store(files.upload(content, name), purpose=purpose, by=by, now=NOW)


def kept(file: StoredFile) -> bytes:
    with uploads.opened(file) as stream:
        return stream.read()


def sheet(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


BOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def test_a_photo_loses_where_and_with_what_it_was_taken() -> None:
    sent = files.photo_with_place()
    file = store(sent)
    found = Image.open(io.BytesIO(kept(file)))
    assert found.size == (48, 64)  # upright, as it was held
    assert dict(found.getexif()) == {}
    assert b"Ponsel Rahasia" in sent
    assert b"Ponsel Rahasia" not in kept(file)
    assert (file.kind, file.content_type) == (FileKind.PHOTO, "image/jpeg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_of_photo_is_kept_as_a_jpeg_of_ours(kind: str) -> None:
    assert kept(store(files.picture(kind))).startswith(b"\xff\xd8\xff")


def test_a_large_photo_is_made_smaller() -> None:
    out = kept(store(files.picture(size=(4000, 3000))))
    assert max(Image.open(io.BytesIO(out)).size) == pictures.LONG_SIDE


def test_what_is_transparent_becomes_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(kept(store(out.getvalue())))).getpixel((4, 4)) == (255, 255, 255)


def test_what_hides_behind_a_photo_is_gone() -> None:
    """A picture that is also a page, an archive or a program is written anew, dot by dot."""
    for tail in (b"<script>alert(1)</script>", sheet({"a.txt": b"x"}), b"<?php system($_GET['c']); ?>"):
        assert tail not in kept(store(files.picture() + tail))


def test_a_pdf_is_kept_as_it_is() -> None:
    file = store(files.PDF, "SK NIB.pdf")
    assert kept(file) == files.PDF
    assert (file.kind, file.download_name) == (FileKind.PDF, "SK NIB.pdf")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.EmptyUpload),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", errors.WrongKind),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", errors.WrongKind),
        (b"<!doctype html><script>alert(1)</script>", errors.WrongKind),
        (b"\xef\xbb\xbf <html><body onload=alert(1)>", errors.WrongKind),
        (b"GIF89a;<script>alert(1)</script>", errors.WrongKind),
        (b"#!/bin/sh\nrm -rf /, now", errors.WrongKind),
        (b"MZ\x90\x00" + b"\x00" * 200, errors.WrongKind),
        (b"\x7fELF" + b"\x00" * 200, errors.WrongKind),
        (b"just words, with a comma", errors.WrongKind),
        (sheet(BOOK), errors.WrongKind),
        (sheet({"evil.txt": b"x"}), errors.WrongKind),
        (b"<script>alert(1)</script>" + files.PDF, errors.WrongKind),
        (files.PDF[:40], errors.BrokenPdf),
        (files.picture()[:300], errors.BrokenPhoto),
        (files.picture("PNG", (300, 300))[:-40], errors.BrokenPhoto),
        (b"\xff\xd8\xff" + b"\x00" * 400, errors.BrokenPhoto),
        (files.png_bomb(), errors.HugePhoto),
        (files.png_bomb(6000, 6000), errors.HugePhoto),
        (files.PDF + b"\x00" * 2_000_001, errors.TooBig),
    ],
)
def test_what_is_no_paper_is_refused_with_a_sentence(content: bytes, refusal: type[errors.FileRefused]) -> None:
    before = on_disk()
    with pytest.raises(refusal) as told:
        store(content)
    assert str(told.value)
    assert StoredFile.objects.count() == 0
    assert on_disk() == before


def on_disk() -> set[Path]:
    """Everything that lies there, also what other tests left when their rows were rolled back."""
    return set(Path(settings.MEDIA_ROOT).glob("files/*/*"))


def test_the_name_and_the_type_that_the_browser_tells_prove_nothing() -> None:
    with pytest.raises(errors.WrongKind):
        uploads.store(files.upload(b"<svg/>", "foto.jpg", "image/jpeg"), purpose="test_paper", by=None, now=NOW)
    file = uploads.store(
        files.upload(files.picture(), "izin.html", "text/html"), purpose="test_paper", by=None, now=NOW
    )
    assert file.download_name == "izin.jpg"


def test_spreadsheets_and_text_tables_are_told_from_everything_else() -> None:
    assert store(sheet(BOOK), "data.xlsx", purpose="test_sheet").kind == FileKind.XLSX
    assert store("nama;nik\nYani;1".encode("utf-16"), "data.csv", purpose="test_sheet").kind == FileKind.TEXT
    with pytest.raises(errors.WrongKind):
        store(files.picture(), purpose="test_sheet")


def test_a_spreadsheet_that_unpacks_into_gigabytes_is_not_taken() -> None:
    bomb = sheet({**BOOK, "xl/worksheets/sheet1.xml": b"0" * 310_000_000})
    assert len(bomb) < 400_000
    with pytest.raises(errors.BombFile):
        sniff.kind_of(io.BytesIO(bomb))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\izin.pdf", "izin.pdf"),
        ("/var/www/x.php", "x.php"),
        ("a\x00b\n\r.jpg", "ab.jpg"),
        ("...", "berkas"),
        ("", "berkas"),
        ("n" * 300 + ".jpeg", "n" * 110 + ".jpeg"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
    ],
)
def test_a_path_in_the_name_is_only_text(sent: str, shown: str) -> None:
    assert uploads.shown_name(sent) == shown


def test_on_the_disk_a_file_is_called_by_chance() -> None:
    upload = files.upload(files.picture())
    upload._name = "../../../keluar.jpg"  # past Django's own cleaning
    file = uploads.store(upload, purpose="test_paper", by=None, now=NOW)
    assert file.name == "keluar.jpg"
    assert "keluar" not in file.path
    assert Path(default_storage.path(file.path)).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    assert Path(default_storage.path(file.path)).stat().st_mode & 0o777 == 0o600


def test_taking_a_file_in_is_written_down() -> None:
    user = UserFactory()
    file = store(files.PDF, by=user)
    event = Event.objects.get(verb="file.stored", object_id=file.pk)
    assert (event.actor, event.data["kind"]) == (user, "PDF")


def test_a_record_takes_a_file_once_and_only_its_senders() -> None:
    mine, other = UserFactory(), UserFactory()
    file = store(files.PDF, by=mine)
    for wrong in ({"by": other, "purpose": "test_paper"}, {"by": mine, "purpose": "test_sheet"}):
        with pytest.raises(errors.NotYours):
            uploads.use(file, region_code="16.71", now=NOW, **wrong)  # type: ignore[arg-type]
    assert uploads.use(file, purpose="test_paper", region_code="16.71", by=mine, now=NOW).used_at == NOW
    with pytest.raises(errors.NotYours):
        uploads.use(file, purpose="test_paper", region_code="16.71", by=mine, now=NOW)


@pytest.mark.parametrize("field", [{"kind": "EXE"}, {"size": 0}, {"sha256": "short"}])
def test_the_database_knows_what_a_file_is(field: dict[str, Any]) -> None:
    file = store(files.PDF)
    with pytest.raises(IntegrityError, match="storedfile_"), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(**field)


def test_what_no_form_took_is_swept_after_a_day(django_capture_on_commit_callbacks: Any) -> None:
    user = UserFactory()
    waiting, used = store(files.PDF, by=user), store(files.PDF, by=user)
    uploads.use(used, purpose="test_paper", region_code="16.71", by=user, now=NOW)
    stray = default_storage.save("files/ab/abandoned", files.upload(b"bytes without a row"))
    uploads.sweep(now=NOW)
    assert StoredFile.objects.filter(pk=waiting.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        uploads.sweep(now=dt.datetime.now(dt.UTC) + LATER)
    assert not StoredFile.objects.filter(pk=waiting.pk).exists()
    assert not default_storage.exists(waiting.path)
    assert not default_storage.exists(stray)
    assert kept(used) == files.PDF


def test_letting_a_file_go_leaves_the_row_that_says_so(django_capture_on_commit_callbacks: Any) -> None:
    file = store(files.PDF)
    with django_capture_on_commit_callbacks(execute=True):
        uploads.remove(file, by=None, now=NOW, reason="erasure")
    file.refresh_from_db()
    assert file.removed_at == NOW
    assert not default_storage.exists(file.path)
    assert Event.objects.filter(verb="file.removed", object_id=file.pk).exists()


def test_a_store_that_fails_half_way_leaves_no_bytes() -> None:
    before = on_disk()
    with pytest.raises(ValueError, match="unsaved"):
        store(files.PDF, by=UserFactory.build())
    assert on_disk() == before
