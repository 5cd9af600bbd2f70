"""What applies to a business, and which licence is the next: answers from rows of law alone."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from members import checklists
from members.checklists import Facts, Law, applicable, law, next_useful, rows
from members.enums import LicenceKind, LicenceState, LicenceStatus, Need
from members.models import Business, Kbli, LicenceRule, LicenceTerm
from tests.factories import licensing
from tests.factories.licensing import TODAY
from tests.factories.members import LicenceFactory

pytestmark = pytest.mark.django_db
BEFORE_THE_DUTY = dt.date(2026, 10, 17)


def needs(product: str, kbli: str = "", *, scale: str = "MICRO", on: dt.date = TODAY) -> dict[str, str]:
    found = applicable(law(on).rules, Facts(kbli, product.lower(), scale))
    return {kind: rule.need for kind, rule in found.items()}


@pytest.mark.parametrize(
    ("product", "kbli", "pirt", "bpom"),
    [
        ("Keripik singkong", "10794", "REQUIRED", None),
        ("Keripik", "", "REQUIRED", None),
        ("Tape singkong", "10799", "NOT_REQUIRED", None),
        ("Susu pasteurisasi", "10510", "NOT_REQUIRED", "REQUIRED"),
        ("Nugget beku", "10130", "NOT_REQUIRED", "REQUIRED"),
        ("Nasi kotak", "56210", "NOT_REQUIRED", None),
        ("Kain songket", "13134", None, None),
        ("Kuepang", "", None, None),  # no word of the list, only its beginning
    ],
)
def test_the_product_decides_which_paper_food_needs(
    product: str, kbli: str, pirt: str | None, bpom: str | None
) -> None:
    found = needs(product, kbli)
    assert (found.get("PIRT"), found.get("BPOM")) == (pirt, bpom)
    assert found["NIB"] == Need.REQUIRED


def test_the_law_of_the_day_counts() -> None:
    assert needs("Keripik", "10794", on=BEFORE_THE_DUTY)["HALAL"] == Need.USEFUL
    assert needs("Keripik", "10794", on=TODAY)["HALAL"] == Need.REQUIRED
    assert needs("Keripik", "10794", scale="MEDIUM", on=BEFORE_THE_DUTY)["HALAL"] == Need.REQUIRED


def test_every_rule_says_why_and_by_which_law() -> None:
    silent = [
        rule.pk for rule in LicenceRule.objects.all() if not (rule.reason and rule.legal_basis and rule.source_note)
    ]
    assert silent == []


def ladder(business: Business) -> list[checklists.Row]:
    return rows(Business.objects.select_related("kbli").get(pk=business.pk), law(TODAY))


def test_the_nib_comes_first_because_the_others_build_upon_it() -> None:
    business = licensing.business(nib=False)
    found = next_useful(ladder(business))
    assert found is not None
    assert found.row.kind == LicenceKind.NIB
    assert "dana bergulir" in found.why


def test_then_what_ends_then_what_is_required_then_what_is_useful() -> None:
    business = licensing.business()

    def following() -> str:
        found = next_useful(ladder(business))
        return found.row.kind if found else ""

    assert following() == LicenceKind.PIRT
    halal = LicenceFactory(business=business, kind="HALAL", number="ID1", valid_to=TODAY + dt.timedelta(days=40))
    assert following() == LicenceKind.HALAL
    halal.valid_to = None
    halal.save()
    LicenceFactory(business=business, kind="PIRT", number="1")
    assert following() == LicenceKind.NPWP
    LicenceFactory(business=business, kind="NPWP", number="1")
    LicenceFactory(business=business, kind="BRAND", number="IDM1")
    assert following() == ""


def test_what_somebody_is_at_is_not_named_again() -> None:
    business = licensing.business()
    licensing.case(of=business, kind="PIRT")
    found = next_useful(ladder(business))
    assert found is not None
    assert found.row.kind == LicenceKind.HALAL
    row = next(row for row in ladder(business) if row.kind == "PIRT")
    assert (row.state, row.can_ask) == (LicenceState.WANTED, False)


def test_what_is_not_required_says_so_and_is_never_asked_for() -> None:
    business = licensing.business()
    business.product = "Tape singkong"
    business.save()
    row = next(row for row in ladder(business) if row.kind == "PIRT")
    assert (row.state, row.need, row.can_ask) == (LicenceState.NOT_REQUIRED, Need.NOT_REQUIRED, False)
    assert "tujuh hari" in row.reason


@pytest.mark.parametrize(
    ("kind", "days", "state"),
    [
        ("PIRT", 91, "HELD"),
        ("PIRT", 90, "EXPIRING"),
        ("PIRT", 0, "EXPIRING"),
        ("PIRT", -1, "EXPIRED"),
        ("BRAND", 180, "EXPIRING"),
        ("BPOM", 181, "HELD"),
        ("NIB", 1, "HELD"),  # its end is not announced: it has none
    ],
)
def test_how_long_before_its_end_a_licence_is_expiring_stands_in_the_law(kind: str, days: int, state: str) -> None:
    licence = LicenceFactory.build(kind=kind, status=LicenceStatus.HELD, valid_to=TODAY + dt.timedelta(days=days))
    assert licence.state_on(TODAY, soon=law(TODAY).soon(kind)) == state


def test_another_law_changes_it_without_a_line_of_code() -> None:
    LicenceTerm.objects.filter(kind="PIRT").update(valid_to=TODAY)
    LicenceTerm.objects.create(kind="PIRT", rank=3, warn_days=[10], legal_basis="baru", valid_from=TODAY)
    assert law(TODAY).soon("PIRT") == 10
    assert law(TODAY - dt.timedelta(days=1)).soon("PIRT") == 90


def test_without_rules_nothing_is_claimed() -> None:
    empty = Law(TODAY, (), {})
    business = licensing.business(nib=False)
    assert rows(business, empty) == []
    assert next_useful([]) is None


def test_two_rules_for_the_same_businesses_never_hold_on_one_day() -> None:
    rule = LicenceRule.objects.filter(valid_to=None).first()
    assert rule is not None
    rule.pk, rule.uid, rule.valid_from = None, None, TODAY  # type: ignore[assignment]
    with pytest.raises(IntegrityError, match="licencerule_no_overlap"), transaction.atomic():
        LicenceRule.objects.bulk_create([LicenceRule(**_fields(rule))])


def _fields(rule: LicenceRule) -> dict[str, object]:
    names = ("kind", "need", "kbli_start", "words", "scale", "reason", "legal_basis", "valid_from")
    return {name: getattr(rule, name) for name in names}


def test_a_kbli_of_the_shipped_list_finds_its_rules() -> None:
    crisps = Kbli.objects.get(edition=2020, code="10794")
    business = licensing.business()
    business.kbli, business.product = crisps, ""
    business.save()
    assert {row.kind: row.need for row in ladder(business)}["PIRT"] == Need.REQUIRED
