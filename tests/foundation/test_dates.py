"""Dates as Indonesians write them, and months that do not drift."""

import datetime as dt

import pytest
from django import forms
from django.utils import formats, timezone, translation

from foundation.common import dates

NINE_IN_JAKARTA = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Asia/Jakarta", "Sabtu, 21 November 2026, 09.00\u00a0WIB"),
        ("Asia/Makassar", "Sabtu, 21 November 2026, 10.00\u00a0WITA"),
        ("Asia/Jayapura", "Sabtu, 21 November 2026, 11.00\u00a0WIT"),
    ],
)
def test_a_moment_names_the_zone_of_the_office(zone: str, text: str) -> None:
    with timezone.override(zone), translation.override("id"):
        assert dates.moment(NINE_IN_JAKARTA) == text


@pytest.mark.parametrize(
    ("start", "months", "anchor", "expected"),
    [
        (dt.date(2026, 1, 31), 1, 31, dt.date(2026, 2, 28)),
        (dt.date(2026, 2, 28), 1, 31, dt.date(2026, 3, 31)),
        (dt.date(2028, 1, 31), 1, 31, dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 15), 1, None, dt.date(2027, 1, 15)),
    ],
)
def test_the_day_of_the_month_is_kept_where_the_month_has_it(
    start: dt.date, months: int, anchor: int | None, expected: dt.date
) -> None:
    assert dates.add_months(start, months, anchor_day=anchor) == expected


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_day_comes_first_in_both_languages_in_what_is_read_and_what_is_typed(language: str) -> None:
    with translation.override(language):
        assert forms.DateField(localize=True).clean("03/04/2026") == dt.date(2026, 4, 3)
        assert formats.date_format(dt.date(2026, 11, 3)) == "3 November 2026"
