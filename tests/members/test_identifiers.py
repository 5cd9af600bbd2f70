"""Numbers on cards and papers, by their published rules."""

from datetime import date

import pytest

from members import identifiers
from members.enums import LicenceKind, Sex

ON = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "sex", "born"),
    [
        ("3204051708800001", Sex.MALE, date(1980, 8, 17)),
        ("3204055708800001", Sex.FEMALE, date(1980, 8, 17)),
        ("32.0405.170880.0001", Sex.MALE, date(1980, 8, 17)),
        (" 3204 0517 0880 0001 ", Sex.MALE, date(1980, 8, 17)),
        ("3204052902000001", Sex.MALE, date(2000, 2, 29)),
        ("3204051708050001", Sex.MALE, date(2005, 8, 17)),
        ("9671011708800001", Sex.MALE, date(1980, 8, 17)),
    ],
)
def test_a_nik_tells_sex_and_date_of_birth(typed: str, sex: str, born: date) -> None:
    nik = identifiers.check_nik(typed, on=ON)
    assert (nik.errors, nik.sex, nik.birth_dates) == ((), sex, (born,))


@pytest.mark.parametrize(
    "typed",
    [
        "3204054008800001",
        "3204053208800001",
        "3204058108800001",  # no day
        "3204052902010001",
        "3204051713800001",  # no date
        "3204051708800000",  # serial
        "320405170880001",
        "32040517088000011",
        "",
        "bukan nomor",
        "٣٢٠٤٠٥١٧٠٨٨٠٠٠٠١",
    ],
)
def test_a_nik_that_cannot_be_is_refused(typed: str) -> None:
    assert not identifiers.check_nik(typed, on=ON).ok


def test_a_nik_of_two_possible_centuries_asks_and_prefers_the_adult() -> None:
    nik = identifiers.check_nik("3204051708240001", on=ON)
    assert nik.century_unsure
    assert nik.birth_dates == (date(1924, 8, 17), date(2024, 8, 17))
    assert nik.birth_date == date(1924, 8, 17)


def test_an_unknown_region_only_warns() -> None:
    nik = identifiers.check_nik("9971011708800001", on=ON, regencies={"32.04", "96.71"})
    assert nik.ok
    assert len(nik.warnings) == 1
    assert identifiers.check_nik("9671011708800001", on=ON, regencies={"96.71"}).warnings == ()


def test_a_child_is_doubtful_not_impossible() -> None:
    nik = identifiers.check_nik("3204051708120001", on=ON)
    assert nik.ok
    assert nik.warnings


@pytest.mark.parametrize(
    ("check", "typed", "stored"),
    [
        (identifiers.check_npwp, "01.312.166.0-091.000", "013121660091000"),
        (identifiers.check_npwp, "0013121660091000", "0013121660091000"),
        (identifiers.check_npwp, "3204051708800001", "3204051708800001"),
        (identifiers.check_npwp, "9671011708800001", "9671011708800001"),
        (identifiers.check_nib, "9120 0011 12345", "9120001112345"),
        (identifiers.check_nib, "NIB: 9120001112345", "9120001112345"),
        (identifiers.check_pirt, "P-IRT No. 2063306010072-29", "2063306010072-29"),
        (identifiers.check_pirt, "206330601007229", "2063306010072-29"),
        (identifiers.check_halal, "id 32110001333131122", "ID32110001333131122"),
        (identifiers.check_brand, "IDM000406156", "IDM000406156"),
        (identifiers.check_bpom, "BPOM RI MD 235602169254", "MD235602169254"),
    ],
)
def test_a_right_number_is_stored_in_one_form(check: object, typed: str, stored: str) -> None:
    found = check(typed, on=ON)  # type: ignore[operator]
    assert (found.errors, found.value) == ((), stored)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (LicenceKind.NPWP, "000000000000000"),
        (LicenceKind.NPWP, "013121661091000"),
        (LicenceKind.NPWP, "3204054008800001"),
        (LicenceKind.NPWP, "12345"),
        (LicenceKind.NPWP, "0013121660091000000000"),
        (LicenceKind.NIB, "912000111234"),
        (LicenceKind.NIB, "0000000000000"),
        (LicenceKind.NIB, "912000111234A"),
        (LicenceKind.PIRT, "20633060100722"),
        (LicenceKind.PIRT, "P-IRT sudah ada"),
        (LicenceKind.HALAL, "KH12345678901234567"),
        (LicenceKind.HALAL, "ID3211000133313112"),
        (LicenceKind.HALAL, "32110001333131122"),
        (LicenceKind.BRAND, "IDM00040615"),
        (LicenceKind.BPOM, "235602169254"),
        (LicenceKind.BPOM, "MD2356"),
    ],
)
def test_a_wrong_number_is_refused(kind: str, typed: str) -> None:
    assert not identifiers.check_licence(kind, typed, on=ON).ok


def test_an_ended_home_food_permit_warns_by_its_number() -> None:
    assert identifiers.check_pirt("3063306010072-19", on=ON).warnings
    assert identifiers.check_pirt("2063306010072-29", on=ON).warnings == ()


def test_a_filing_is_no_registration_but_is_kept() -> None:
    found = identifiers.check_brand("DID2024012345", on=ON)
    assert found.ok
    assert found.warnings


def test_the_family_card_has_a_number_of_its_own() -> None:
    assert identifiers.check_kk("3204051708180001").ok
    assert not identifiers.check_kk("3204051708800001", nik="3204051708800001").ok
    assert not identifiers.check_kk("32040517").ok
