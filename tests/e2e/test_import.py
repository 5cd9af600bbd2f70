"""Staff bring a spreadsheet in, in a real browser: dry run, correction file, mended, sent again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import load_workbook
from xlsxwriter import Workbook

from foundation.accounts.roles import Role
from members.models import ImportRun, Person
from tests.e2e.conftest import DESK
from tests.factories.foundation import office, region, user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]
HEAD = ["Nama Lengkap", "NIK", "No HP", "Kelurahan", "Nama Usaha", "Omzet per bulan"]
YANI = ["Yani Suryani", "9971045708800001", "0812-1000-0001", "Bukitlama", "Keripik Bu Yani", "5 juta"]
SPOILT = ["Ani Wijaya", "123", "0812-1000-0003", "Plaju Ulu", "Songket Ani", 2_500_000]
PATIENT = {"timeout": 30_000}


def sheet(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = Workbook(str(path))
    page = book.add_worksheet("UMKM")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def dry_run(page: Page, path: Path) -> None:
    """Send a file and have its rows checked."""
    page.goto("/kantor/members/importrun/")
    page.get_by_role("link", name="Masukkan lembar kerja").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Masukkan lembar kerja").click()
    page.get_by_role("button", name="Periksa baris").click(**PATIENT)
    expect(page.get_by_role("heading", name="Yang akan terjadi")).to_be_visible(**PATIENT)


def bring_in(page: Page) -> ImportRun:
    page.get_by_role("button", name="Masukkan baris ini").click()
    expect(page.get_by_role("heading", name="Yang masuk")).to_be_visible(**PATIENT)
    return ImportRun.objects.order_by("-pk")[0]


def test_staff_bring_in_a_file_mend_what_came_back_and_send_it_again(
    new_page: Callable[..., Page], login_as: Callable[..., None], axe: Callable[..., None], tmp_path: Path
) -> None:
    region("16.71.04.1001")
    region("16.71.14.1001")
    office("16.71")
    page = new_page(DESK, accept_downloads=True)
    login_as(page, user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"), "16.71")
    dry_run(page, sheet(tmp_path / "umkm.xlsx", [HEAD, YANI, SPOILT]))
    assert not Person.objects.exists()
    axe(page)
    run = bring_in(page)
    assert (run.inserted, run.refused) == (1, 1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Baris yang perlu").click()
    back = tmp_path / "koreksi.xlsx"
    download.value.save_as(back)
    head, row = load_workbook(str(back)).get_sheet_by_index(0).to_python()[:2]
    assert "NIK terdiri dari tepat 16 angka" in str(row[-1])
    mended = ["9971045708800002" if title == "NIK" else cell for title, cell in zip(head, row, strict=True)]
    dry_run(page, sheet(tmp_path / "koreksi-2.xlsx", [head, mended]))
    run = bring_in(page)
    assert (run.inserted, run.refused) == (1, 0)
    assert set(Person.objects.values_list("full_name", flat=True)) == {"Yani Suryani", "Ani Wijaya"}
