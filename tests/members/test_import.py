"""A spreadsheet of an office comes in: right rows in, wrong ones out with the reason, and the same file twice changes nothing."""

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook
from xlsxwriter import Workbook

from foundation.audit.models import Event
from foundation.regions.models import Office
from members.enums import LicenceStatus, Scale, ScaleBasis, Sex, Source
from members.importing import cells
from members.importing.reading import UnreadableFile
from members.importing.run import NoHeadings, Report, import_file
from members.models import Business, Licence, LicenceCase, Person, StatusPeriod
from tests.factories import licensing
from tests.factories.foundation import office, region
from tests.factories.members import BusinessFactory, LicenceFactory, PersonFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HEAD = [
    "No",
    "Nama Lengkap",
    "NIK",
    "No HP",
    "Kecamatan",
    "Kelurahan",
    "Nama Usaha",
    "Omzet per bulan",
    "NIB",
    "Tgl Lahir",
]
YANI = [
    1,
    "YANI SURYANI",
    "9971045708800001",
    "0812-1000-0001",
    "Ilir Barat Satu",
    "Kel. Bukitlama",
    "Keripik Bu Yani",
    "5 juta",
    "0000000000001",
    "",
]
BUDI = [2, "Budi", "", "6281210000002", "Plaju", "plaju ulu", "Songket Budi", 2_500_000, "proses", "17-08-1980"]


@pytest.fixture
def palembang(db: None) -> Office:
    region("16.71.04.1001")
    region("16.71.14.1001")
    return office("16.71")


def sheet(path: Path, rows: Sequence[Sequence[Any]], head: Sequence[Any] = HEAD, above: Sequence[str] = ()) -> Path:
    book = Workbook(str(path))
    page = book.add_worksheet()
    for number, title in enumerate(above):
        page.write_string(number, 0, title)
    for number, row in enumerate([head, *rows], start=len(above)):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, at, cell)
            else:
                page.write(number, at, cell)
    book.close()
    return path


def bring(path: Path, to: Office, **kwargs: Any) -> Report:
    return import_file(path=path, office=to, by=None, now=NOW, **kwargs)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.inserted, report.updated, report.unchanged, report.refused


def test_owners_come_in_with_business_scale_licence_status_and_audit(palembang: Office, tmp_path: Path) -> None:
    report = bring(sheet(tmp_path / "a.xlsx", [YANI, BUDI], above=["DATA UMKM", "Tahun 2026"]), palembang)
    assert counts(report) == (2, 0, 0, 0)
    yani, budi = Person.objects.order_by("-full_name")
    assert (yani.full_name, yani.sex, yani.nik, yani.village_id) == (
        "Yani Suryani",
        Sex.FEMALE,
        "9971045708800001",
        "16.71.04.1001",
    )
    assert (budi.phone, budi.birth_date, budi.nik_hash) == ("+6281210000002", dt.date(1980, 8, 17), None)
    shop = Business.objects.get(owner=yani)
    assert (shop.annual_sales, shop.scale, shop.scale_basis) == (60_000_000, Scale.MICRO, ScaleBasis.SALES)
    assert Licence.objects.get(business=shop).number == "0000000000001"
    assert Licence.objects.get(business__owner=budi).status == LicenceStatus.IN_PROCESS
    assert StatusPeriod.objects.count() == 2
    assert Event.objects.filter(verb="person.registered").count() == 2


def test_the_same_file_twice_changes_nothing(palembang: Office, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", [YANI, BUDI])
    bring(path, palembang)
    before = list(Person.objects.order_by("pk").values()), list(Business.objects.order_by("pk").values())
    assert counts(bring(path, palembang)) == (0, 0, 2, 0)
    assert before == (list(Person.objects.order_by("pk").values()), list(Business.objects.order_by("pk").values()))


def test_an_empty_cell_wipes_nothing_and_a_new_value_is_an_update(palembang: Office, tmp_path: Path) -> None:
    bring(sheet(tmp_path / "a.xlsx", [YANI]), palembang)
    changed = [1, "Yani Suryani", "9971045708800001", "", "", "Bukitlama", "Keripik Bu Yani", 9_000_000, "", ""]
    assert counts(bring(sheet(tmp_path / "b.xlsx", [changed]), palembang)) == (0, 1, 0, 0)
    person, business = Person.objects.get(), Business.objects.get()
    assert (person.phone, business.annual_sales) == ("+6281210000001", 108_000_000)
    assert Licence.objects.get().status == LicenceStatus.HELD


def test_a_number_that_comes_in_ends_the_running_case_and_a_renewal_runs_on(palembang: Office, tmp_path: Path) -> None:
    bring(sheet(tmp_path / "a.xlsx", [[*YANI[:8], "", ""]]), palembang)
    shop = Business.objects.get()
    case = licensing.case(of=shop, kind="NIB", by=licensing.staff())
    later = NOW + dt.timedelta(days=1)
    assert counts(import_file(path=sheet(tmp_path / "b.xlsx", [YANI]), office=palembang, by=None, now=later))[1] == 1
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("ISSUED", "0000000000001")
    assert Event.objects.filter(verb="licence_case.issued").count() == 1
    renewal = LicenceCase.objects.create(
        business=shop, kind="NIB", process=case.process, source=Source.STAFF, opened_at=NOW, due_on=NOW.date()
    )
    bring(sheet(tmp_path / "c.xlsx", [YANI]), palembang)
    renewal.refresh_from_db()
    assert renewal.status == "OPEN"


def test_a_dry_run_counts_and_stores_nothing(palembang: Office, tmp_path: Path) -> None:
    assert counts(bring(sheet(tmp_path / "a.xlsx", [YANI, BUDI]), palembang, commit=False)) == (2, 0, 0, 0)
    assert not Person.objects.exists()


def test_a_wrong_identity_or_place_refuses_the_row_and_another_wrong_cell_only_itself(
    palembang: Office, tmp_path: Path
) -> None:
    rows = [
        [1, "Ana", "123", "0812-1000-0003", "", "Bukitlama", "", "", "", ""],
        [2, "Ani", "", "0812-1000-0004", "", "Antah Berantah", "", "", "", ""],
        [3, "", "9971045708800003", "", "", "Bukitlama", "", "", "", ""],
        [4, "Ina", 9971045708800010, "", "", "Bukitlama", "", "", "", ""],
        [5, "Uni", "9971045708800005", "0711-352345", "", "Bukitlama", "Toko Uni", "banyak", "123", "kemarin"],
        [6, "Tanpa Nomor", "", "", "", "Bukitlama", "", "", "", ""],
    ]
    report = bring(sheet(tmp_path / "a.xlsx", rows), palembang)
    assert counts(report) == (1, 0, 0, 5)
    uni = Person.objects.get()
    assert (uni.full_name, uni.phone) == ("Uni", "")
    faults = {row: [fault.key for fault in found] for row, found in report.faults.items()}
    assert faults == {
        2: ["nik"],
        3: ["village"],
        4: ["full_name"],
        5: ["nik"],
        6: ["birth_date", "phone", "monthly_sales", "business"],
        7: ["phone"],
    }


def test_the_correction_file_has_the_reason_at_the_cell_and_completes_the_import(
    palembang: Office, tmp_path: Path
) -> None:
    wrong = [*YANI]
    wrong[8] = "12345"
    bring(sheet(tmp_path / "a.xlsx", [wrong, BUDI]), palembang, errors=tmp_path / "out.xlsx")
    lines = load_workbook(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert lines[0][-1] == "Yang perlu diperbaiki"
    assert lines[1][-1] == "NIB: NIB terdiri dari tepat 13 angka."
    mended = [*lines[1]]
    mended[8] = "0000000000001"
    assert counts(bring(sheet(tmp_path / "b.xlsx", [mended], head=lines[0]), palembang)) == (0, 1, 0, 0)
    assert Licence.objects.get(kind="NIB", status="HELD").number == "0000000000001"


def test_the_same_owner_twice_in_a_file_is_one_and_two_businesses_are_two(palembang: Office, tmp_path: Path) -> None:
    second = [*YANI[:6], "Warung Yani", 1_000_000, "0000000000001", ""]
    other_name = ["", "Orang Lain", *YANI[2:6], "Toko Lain", 1_000_000, "", ""]
    report = bring(sheet(tmp_path / "a.xlsx", [YANI, YANI, second, other_name]), palembang)
    assert counts(report) == (2, 0, 0, 2)
    assert (Person.objects.count(), Business.objects.count()) == (1, 2)
    assert [fault.key for fault in report.faults[4]] == ["NIB"]


def test_an_owner_of_another_office_stays_theirs_and_a_nib_of_another_business_too(
    palembang: Office, tmp_path: Path
) -> None:
    theirs = PersonFactory(village=region("32.04.13.2001"))
    theirs.set_nik("9971045708800001")
    theirs.save()
    LicenceFactory(business=BusinessFactory(), number="0000000000077")
    budi = [*BUDI]
    budi[8] = "0000000000077"
    report = bring(sheet(tmp_path / "a.xlsx", [YANI, budi]), palembang)
    assert counts(report) == (1, 0, 0, 1)
    assert {fault.key for found in report.faults.values() for fault in found} == {"nik", "NIB"}
    theirs.refresh_from_db()
    assert theirs.village_id == "32.04.13.2001"


def test_what_is_no_spreadsheet_is_told_in_one_sentence(palembang: Office, tmp_path: Path) -> None:
    picture = tmp_path / "foto.xlsx"
    picture.write_bytes(b"\x89PNG not a spreadsheet")
    with pytest.raises(UnreadableFile):
        bring(picture, palembang)
    with pytest.raises(NoHeadings):
        bring(sheet(tmp_path / "b.xlsx", [[1, 2]], head=["satu", "dua"]), palembang)


def test_a_small_file_that_unpacks_into_a_huge_one_is_not_unpacked(palembang: Office, tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as out,
    ):
        for _megabyte in range(401):
            out.write(b" " * 1_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnreadableFile):  # the reader opens only what the archive's own list names
        import_file(path=path, office=palembang, by=None, now=NOW)


def test_the_command_prints_the_counts_and_refuses_an_unknown_office(
    palembang: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sheet(tmp_path / "a.xlsx", [YANI, [9, "Ana", "12", "", "", "Bukitlama", "", "", "", ""]])
    call_command("import_members", str(path), "--office", "16.71", "--errors", str(tmp_path / "out.xlsx"))
    said = capsys.readouterr().out
    assert "inserted             1" in said
    assert "refused              1" in said
    assert (tmp_path / "out.xlsx").exists()
    with pytest.raises(CommandError, match=r"No office has the code 99\.99"):
        call_command("import_members", str(path), "--office", "99.99")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("Rp5.000.000,-", 5_000_000),
        ("Rp 5.000.000,00", 5_000_000),
        ("5 juta", 5_000_000),
        ("2,5 jt", 2_500_000),
        ("2.5jt", 2_500_000),
        ("500 ribu", 500_000),
        ("750rb", 750_000),
        ("1,5 M", 1_500_000_000),
        (1.5e6, 1_500_000),
        ("1,000,000", 1_000_000),
        ("5.000", 5_000),
        ("", None),
        ("-", None),
        ("Rp. 300.000", 300_000),
    ],
)
def test_rupiah_is_read_as_people_type_it(typed: Any, amount: int | None) -> None:
    assert cells.rupiah(typed) == amount


@pytest.mark.parametrize("typed", ["2,000", "banyak", "5-10 juta", -5])
def test_an_unclear_amount_is_asked_back(typed: Any) -> None:
    with pytest.raises(cells.BadCell):
        cells.rupiah(typed)


@pytest.mark.parametrize(
    "typed", ["17-08-1980", "17/8/1980", "1980-08-17", "17 Agustus 1980", "Bandung, 17 agt 1980", dt.date(1980, 8, 17)]
)
def test_a_date_is_read_as_people_type_it(typed: Any) -> None:
    assert cells.day(typed) == dt.date(1980, 8, 17)


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "Bukitlama",
            "plaju ulu",
            "Ilir Barat Satu",
            "9971045708800001",
            "9971045708800002",
            "0812-1000-0001",
            "Ana",
            "Budi",
            "5 juta",
            "0000000000001",
            "proses",
            "mikro",
        ]
    ),
    st.text(max_size=12),
    st.integers(-10, 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(dt.date(1900, 1, 1)),
)


@pytest.mark.ci
@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=10, max_size=10), max_size=8))
def test_whatever_stands_in_the_file_every_row_is_counted_once(
    palembang: Office, tmp_path: Path, rows: list[list[Any]]
) -> None:
    rows = [
        [cell if not isinstance(cell, str) else "".join(c for c in cell if c.isprintable()) for cell in row]
        for row in rows
    ]
    report = bring(sheet(tmp_path / "a.xlsx", rows), palembang)
    assert report.inserted + report.updated + report.unchanged + report.refused == report.rows
    again = bring(tmp_path / "a.xlsx", palembang)
    assert (again.inserted, again.updated, again.refused) == (0, 0, report.refused)
