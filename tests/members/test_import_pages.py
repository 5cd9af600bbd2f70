"""Spreadsheets in, at the desk: sent, columns named, dry run looked at, brought in, corrected."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks
from python_calamine import load_workbook
from xlsxwriter import Workbook

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.jobs.enums import JobState
from foundation.jobs.models import Job
from members.actions import import_runs
from members.enums import ImportState
from members.models import ImportHeading, ImportRun, Person
from tests.factories.foundation import office, region, user_with_role

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HEAD = ["Nama Ibu", "NIK", "No HP", "Kelurahan", "Nama Usaha", "Omzet per bulan"]
YANI = ["Yani Suryani", "9971045708800001", "0812-1000-0001", "Bukitlama", "Keripik Bu Yani", "5 juta"]
BUDI = ["Budi", "", "0812-1000-0002", "Plaju Ulu", "Songket Budi", 2_500_000]
SPOILT = ["Ani", "123", "0812-1000-0003", "Bukitlama", "", ""]
pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    region("16.71.04.1001")
    region("16.71.14.1001")
    office("16.71")
    return user_with_role(Role.STAFF, "16.71")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def workbook(sheets: dict[str, Sequence[Sequence[Any]]], hidden: str = "") -> io.BytesIO:
    out = io.BytesIO()
    book = Workbook(out)
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        if name == hidden:
            page.hide()
    book.close()
    out.seek(0)
    out.name = "Data UMKM.xlsx"
    return out


class Desk:
    """Somebody at the import pages; jobs run as soon as their transaction commits."""

    def __init__(self, user: User, on_commit: DjangoCaptureOnCommitCallbacks) -> None:
        self.client, self.on_commit = as_(user), on_commit

    def send(self, file: Any) -> ImportRun:
        self.answer = self.press(reverse("admin:members_importrun_list_deed", args=["unggah"]), {"file": file})
        return ImportRun.objects.order_by("-pk").first() or ImportRun()

    def press(self, address: str, data: Any = None) -> Any:
        with self.on_commit(execute=True):
            return self.client.post(address, data or {})

    def deed(self, run: ImportRun, name: str, data: Any = None) -> ImportRun:
        self.answer = self.press(reverse("admin:members_importrun_deed", args=[run.uid, name]), data)
        run.refresh_from_db()
        return run

    def page(self, run: ImportRun, query: str = "") -> str:
        return self.client.get(reverse("admin:members_importrun_change", args=[run.uid]) + query).content.decode()


@pytest.fixture
def desk(staff: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Desk:
    return Desk(staff, django_capture_on_commit_callbacks)


COLUMNS = {"sheet": "UMKM", "c0": "full_name", "c1": "nik", "c2": "phone", "c3": "village", "c4": "business"}


def test_a_spreadsheet_goes_all_the_way_and_comes_back_with_what_to_correct(desk: Desk) -> None:
    run = desk.send(workbook({"UMKM": [["DATA UMKM 2026"], HEAD, YANI, BUDI, SPOILT, ["Jumlah", 3]]}))
    assert run.state == ImportState.MAPPING
    page = desk.page(run)
    assert "Nama Ibu" in page
    assert "••••0001" in page
    assert "9971045708800001" not in page
    # `Nama Ibu` is nobody's usual heading: the person says what it means.
    desk.deed(run, "kolom", {**COLUMNS, "c0": ""})
    assert run.state == ImportState.MAPPING
    run = desk.deed(run, "kolom", {**COLUMNS, "c5": "monthly_sales"})
    assert run.state == ImportState.CHECKED
    assert (run.rows, run.inserted, run.refused, run.without_nik, run.skipped) == (3, 2, 1, 1, 1)
    assert not Person.objects.exists()
    page = desk.page(run)
    assert "NIK terdiri dari tepat 16 angka." in page
    run = desk.deed(run, "masukkan")
    assert run.state == ImportState.DONE
    assert (run.rows, run.inserted, run.refused) == (3, 2, 1)
    assert Person.objects.count() == 2
    assert run.job is not None
    path = run.job.result_path
    assert path is not None
    lines = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert lines[1][:2] == ["Ani", "123"]
    assert lines[1][-1] == "NIK: NIK terdiri dari tepat 16 angka."
    run.file.refresh_from_db()
    assert run.file.removed_at is not None
    assert staging_tables() == []
    assert "Yang masuk" in desk.page(run)


def staging_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'")
        return [name for (name,) in cursor.fetchall()]


def test_the_office_remembers_its_headings_and_the_same_file_changes_nothing(desk: Desk) -> None:
    for expected in ("inserted", "unchanged"):
        run = desk.send(workbook({"UMKM": [HEAD, YANI, BUDI]}))
        form = (
            COLUMNS
            if expected == "inserted"
            else {"sheet": "UMKM", **{f"c{n}": k for n, k in enumerate(recalled(run))}}
        )
        run = desk.deed(desk.deed(run, "kolom", {**form, "c5": "monthly_sales"}), "masukkan")
        assert getattr(run, expected) == 2
    assert ImportHeading.objects.get(heading="namaibu").key == "full_name"


def recalled(run: ImportRun) -> list[str]:
    """What the page proposes for each column."""
    columns = run.sheets[0]["columns"]
    return [columns.get(str(at), "") for at in range(len(run.sheets[0]["titles"]))]


def test_a_hidden_sheet_is_asked_about_and_not_taken_by_itself(desk: Desk) -> None:
    usual = ["Nama", *HEAD[1:]]
    sheets = {"UMKM": [usual, YANI], "Lama": [usual, BUDI]}
    run = desk.send(workbook(sheets, hidden="Lama"))
    page = desk.page(run)
    assert "tersembunyi" in page
    assert 'name="sheet" value="UMKM"' in page
    assert "Lembar ini tersembunyi" in desk.page(run, "?sheet=Lama")
    run = desk.deed(run, "kolom", {**COLUMNS, "sheet": "Lama", "c5": "monthly_sales"})
    assert (run.sheet, run.inserted) == ("Lama", 1)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("foto.xlsx", b"\x89PNG\r\n\x1a\n", "Ini gambar."),
        ("surat.xlsx", b"%PDF-1.7 %%EOF", "Ini PDF."),
        ("lama.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "format Excel lama"),
        ("rahasia.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
        ("../../etc/passwd.xlsx", b"PK\x03\x04 broken", "tidak dapat dibaca"),
        ("gambar.csv", b"<svg onload=alert(1)>", "tidak dapat dibaca"),
    ],
)
def test_what_is_no_spreadsheet_gets_one_sentence_and_is_not_kept(
    desk: Desk, name: str, content: bytes, told: str
) -> None:
    file = io.BytesIO(content)
    file.name = name
    desk.send(file)
    assert told in desk.answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_whose_stray_cells_would_fill_the_memory_ends_its_reader_only(desk: Desk, tmp_path: Path) -> None:
    out = io.BytesIO()
    book = Workbook(out)
    page = book.add_worksheet("UMKM")
    page.write_row(0, 0, HEAD)
    page.write(1_048_575, 16_383, "x")
    book.close()
    out.seek(0)
    out.name = "sebar.xlsx"
    run = desk.send(out)
    assert run.state == ImportState.FAILED
    assert "sel yang tercecer" in run.error
    run.file.refresh_from_db()
    assert run.file.removed_at is not None
    assert not default_storage.exists(run.file.path)


def test_a_workbook_that_names_no_sheet_is_told(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook")
    out.seek(0)
    out.name = "rusak.xlsx"
    run = desk.send(out)
    assert run.state == ImportState.FAILED
    assert run.error


def test_a_step_that_was_stopped_is_taken_up_again_or_the_file_thrown_away(desk: Desk, staff: User) -> None:
    run = desk.send(workbook({"UMKM": [HEAD, YANI]}))
    import_runs.name_columns(run=run, sheet="UMKM", mapping={0: "full_name", 3: "village"}, by=staff, now=NOW)
    run.refresh_from_db()
    assert run.state == ImportState.CHECKING
    assert run.job is not None
    desk.deed(run, "buang")
    assert run.state == ImportState.CHECKING  # a job waits
    Job.objects.filter(pk=run.job.pk).update(state=JobState.CANCELLED, finished_at=NOW)
    assert "dihentikan sebelum selesai" in desk.page(run)
    run = desk.deed(run, "ulangi")
    assert run.state == ImportState.CHECKED
    run = desk.deed(run, "buang")
    assert run.state == ImportState.DISCARDED
    assert staging_tables() == []


def test_what_nobody_brings_in_is_forgotten_after_a_week(desk: Desk) -> None:
    run = desk.send(workbook({"UMKM": [HEAD, YANI]}))
    assert import_runs.forget_old(now=run.updated_at + dt.timedelta(days=6)) == 0
    assert import_runs.forget_old(now=run.updated_at + dt.timedelta(days=8)) == 1
    run.refresh_from_db()
    assert run.state == ImportState.DISCARDED


def test_another_office_and_other_roles_see_nothing_of_it(desk: Desk) -> None:
    run = desk.send(workbook({"UMKM": [HEAD, YANI]}))
    address = reverse("admin:members_importrun_change", args=[run.uid])
    office("32.04")
    assert as_(user_with_role(Role.STAFF, "32.04")).get(address).status_code == 404
    assert as_(user_with_role(Role.TREASURER, "16.71")).get(address).status_code == 404
    assert as_(user_with_role(Role.STAFF, "32.04")).get(reverse("files:read", args=[run.file.uid])).status_code == 404
