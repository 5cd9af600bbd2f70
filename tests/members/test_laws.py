"""Rows of law are changed from a day on, in the office face, by who runs the installation."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members import checklists
from members.actions import laws
from members.models import LicenceRule, LicenceTerm, RetentionRule
from members.privacy.rules import rule_on
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)
NEXT_YEAR = dt.date(2027, 1, 1)


@pytest.fixture
def rule() -> LicenceRule:
    return LicenceRule.objects.filter(valid_to__isnull=True).order_by("pk")[0]


def test_a_new_row_takes_the_place_of_the_old_one_and_what_was_stays(rule: LicenceRule) -> None:
    made = laws.follow(row=rule, valid_from=NEXT_YEAR, by=None, now=NOW, need="USEFUL", legal_basis="PP 99/2026")
    rule.refresh_from_db()
    assert (rule.valid_to, made.valid_from, made.valid_to, made.kbli_start) == (
        NEXT_YEAR,
        NEXT_YEAR,
        None,
        rule.kbli_start,
    )
    assert (made.legal_basis, made.uid == rule.uid) == ("PP 99/2026", False)
    assert rule in checklists.law(TODAY).rules
    assert made in checklists.law(NEXT_YEAR).rules
    assert Event.objects.get(verb="law.changed").data["before"]["legal_basis"] == rule.legal_basis
    with pytest.raises(laws.RowEnded):
        laws.follow(row=rule, valid_from=NEXT_YEAR, by=None, now=NOW)
    laws.end(row=made, valid_from=NEXT_YEAR + dt.timedelta(days=1), by=None, now=NOW)
    assert made not in checklists.law(NEXT_YEAR + dt.timedelta(days=1)).rules


def test_the_past_is_not_rewritten_and_rows_do_not_overlap(rule: LicenceRule) -> None:
    for day in (TODAY - dt.timedelta(days=1), rule.valid_from):
        with pytest.raises(laws.NotBefore):
            laws.follow(row=rule, valid_from=day, by=None, now=NOW)
    key = {name: getattr(rule, name) for name in ("kind", "kbli_start", "words", "scale", "need", "reason")}
    with pytest.raises(laws.RowThere):
        laws.add_rule(valid_from=TODAY, by=None, now=NOW, legal_basis="x", **key)


def test_who_runs_the_installation_changes_rules_terms_and_retention(client: Client, rule: LicenceRule) -> None:
    client.force_login(UserFactory(is_superuser=True, phone=None, email="admin@example.go.id"))
    base, day = "/kantor/members/licencerule/", "2099-01-01"
    assert rule.reason[:20] in client.get(f"{base}{rule.uid}/deed/ubah/").text
    changed = {"need": "USEFUL", "reason": "Karena", "legal_basis": "PP 99", "valid_from": day}
    assert client.post(f"{base}{rule.uid}/deed/ubah/", changed).status_code == 302
    new = {**changed, "kind": "PIRT", "kbli_start": "999", "words": "madu", "scale": ""}
    assert client.post(f"{base}deed/baru/", new).status_code == 302
    made = LicenceRule.objects.get(words="madu")
    assert client.post(f"{base}{made.uid}/deed/akhiri/", {"valid_from": "2099-02-01"}).status_code == 302
    term = LicenceTerm.objects.get(kind="PIRT", valid_to__isnull=True)
    asked = {"rank": term.rank, "needs": "PIRT", "years": 3, "warn_days": "30, 60,90", "legal_basis": "PP 99"}
    address = f"/kantor/members/licenceterm/{term.uid}/deed/ubah/"
    assert client.post(address, {**asked, "valid_from": day}).status_code == 200
    assert client.post(address, {**asked, "needs": "NIB", "valid_from": day}).status_code == 302
    newest = LicenceTerm.objects.get(kind="PIRT", valid_to__isnull=True)
    assert (newest.warn_days, newest.needs) == ([90, 60, 30], "NIB")
    kept = {"key": "messages", "days": 365, "legal_basis": "JRA", "is_confirmed": "on", "valid_from": day}
    assert client.post("/kantor/members/retentionrule/deed/ubah/", kept).status_code == 302
    later: Any = rule_on("messages", dt.date(2099, 1, 1))
    assert (later.days, later.is_confirmed, RetentionRule.objects.filter(key="messages").count()) == (365, True, 2)


def test_staff_of_one_office_read_the_law_and_do_not_change_it_for_all(client: Client, rule: LicenceRule) -> None:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    page = client.get(f"/kantor/members/licencerule/{rule.uid}/change/").text
    assert "deed/ubah" not in page
    assert client.post(f"/kantor/members/licencerule/{rule.uid}/deed/ubah/").status_code == 403
    assert client.post("/kantor/members/retentionrule/deed/ubah/").status_code == 403
