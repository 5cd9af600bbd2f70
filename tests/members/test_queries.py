"""The scale by law, and lines of business by plain words."""

from datetime import date

import pytest

from members import queries
from members.enums import Scale, ScaleBasis

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
MILLION = 10**6


@pytest.mark.parametrize(
    ("sales", "scale"),
    [
        (0, Scale.MICRO),
        (2_000 * MILLION, Scale.MICRO),
        (2_000 * MILLION + 1, Scale.SMALL),
        (15_000 * MILLION, Scale.SMALL),
        (15_000 * MILLION + 1, Scale.MEDIUM),
        (50_000 * MILLION, Scale.MEDIUM),
    ],
)
def test_sales_decide_and_the_upper_bound_is_inside(sales: int, scale: str) -> None:
    found = queries.derive_scale(None, sales, TODAY)
    assert (found.scale, found.basis, found.legal_basis) == (scale, ScaleBasis.SALES, "PP 7/2021 pasal 35")


def test_capital_decides_where_no_full_year_is_known() -> None:
    assert queries.derive_scale(1_000 * MILLION, None, TODAY).scale == Scale.MICRO
    assert queries.derive_scale(1_000 * MILLION + 1, None, TODAY).basis == ScaleBasis.CAPITAL
    young = queries.derive_scale(6_000 * MILLION, 10 * MILLION, TODAY, full_year=False)
    assert (young.scale, young.basis, young.measures_differ) == (Scale.MEDIUM, ScaleBasis.CAPITAL, True)


def test_the_law_of_the_day_counts() -> None:
    assert queries.derive_scale(None, 400 * MILLION, date(2021, 2, 1)).scale == Scale.SMALL
    assert queries.derive_scale(None, 400 * MILLION, date(2021, 2, 2)).scale == Scale.MICRO


def test_a_large_enterprise_is_refused() -> None:
    with pytest.raises(queries.TooLarge):
        queries.derive_scale(None, 50_000 * MILLION + 1, TODAY)
    with pytest.raises(queries.ScaleUnknown):
        queries.derive_scale(None, None, TODAY)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("keripik", "10794"),
        ("kripik singkong", ""),
        ("tempe", "10391"),
        ("10794", "10794"),
        ("jahit", "14120"),
        ("", ""),
    ],
)
def test_plain_words_find_the_line_of_business(words: str, code: str) -> None:
    first = next(iter(queries.kbli_named(words)), None)
    assert (first.code if first else "") == code
