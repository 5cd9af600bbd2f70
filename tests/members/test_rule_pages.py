"""Rules in the office face: an office changes its own, who runs the installation changes what is law for all."""

import datetime as dt

import pytest
from django.test import Client

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from members.enums import Scale
from members.models import Kbli, LicenceRule, ScaleRule, StageRule
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = pytest.mark.django_db
SCALES, STAGES = "/kantor/members/scalerule/", "/kantor/members/stagerule/"
NEW = {"scale": "MICRO", "capital_max": "2.000.000.000", "sales_max": "4.000.000.000", "legal_basis": "PP 1/2027"}


@pytest.fixture
def staff() -> User:
    office("16.71")
    return user_with_role(Role.STAFF, "16.71")


@pytest.mark.parametrize("name", ["scalerule", "kbli", "licencerule", "licenceterm", "retentionrule"])
def test_an_office_reads_the_law_and_who_changes_it(client: Client, staff: User, name: str) -> None:
    client.force_login(staff)
    page = client.get(f"/kantor/members/{name}/")
    assert page.status_code == 200
    assert 'class="note"' in page.text
    assert "deed/" not in page.text


def test_the_bounds_of_a_size_change_from_a_day_on(client: Client, staff: User) -> None:
    before = ScaleRule.objects.get(scale=Scale.MICRO, valid_to__isnull=True)
    client.force_login(staff)
    assert client.post(f"{SCALES}deed/ubah/", {**NEW, "valid_from": "2099-01-01"}).status_code == 403
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(f"{SCALES}deed/ubah/", {**NEW, "valid_from": "2099-01-01"}).status_code == 302
    before.refresh_from_db()
    made = ScaleRule.objects.get(scale=Scale.MICRO, valid_to__isnull=True)
    assert (before.valid_to, made.valid_from, made.sales_max) == (dt.date(2099, 1, 1), dt.date(2099, 1, 1), 4 * 10**9)
    assert "PP 1/2027" in client.get(SCALES).text


def test_a_line_of_business_is_found_by_a_plain_word(client: Client, staff: User) -> None:
    Kbli.objects.get_or_create(edition=2020, code="10794", defaults={"title": "Industri kerupuk", "words": "keripik"})
    client.force_login(staff)
    assert "10794" in client.get("/kantor/members/kbli/?q=keripik").text
    assert "10794" not in client.get("/kantor/members/kbli/?q=bengkel").text


def test_words_of_a_list_stand_apart(client: Client, staff: User) -> None:
    Kbli.objects.update_or_create(edition=2020, code="10794", defaults={"title": "-", "words": "keripik,seblak kering"})
    client.force_login(staff)
    assert "keripik, seblak kering" in client.get("/kantor/members/kbli/?q=10794").text
    rule = LicenceRule.objects.exclude(words="").order_by("pk")[0]
    page = client.get(f"/kantor/members/licencerule/{rule.uid}/change/").text
    assert rule.words.replace(",", ", ") in page


def test_an_office_ends_its_own_rules_of_stages_and_nobody_elses(client: Client, staff: User) -> None:
    line = {"stage": "CAPACITY", "deed": "LICENCE_HELD", "valid_from": dt.date(2021, 1, 1), "way": 9}
    own, general, foreign = (StageRule.objects.create(region_code=code, **line) for code in ("16.71", "", "32.04"))
    client.force_login(staff)
    answers = [client.post(f"{STAGES}{row.uid}/deed/akhiri/").status_code for row in (own, general, foreign)]
    assert answers == [302, 403, 404]
    assert client.get(f"{STAGES}{general.uid}/change/").status_code == 200
    assert StageRule.objects.filter(valid_to__isnull=True, way=9).count() == 2
