"""The office changes a rule with effect from a day, and sees first whom it touches."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from revolving_funds import impact, ladder, queries
from revolving_funds.actions import closing, rules
from revolving_funds.models import AgreementTerms, Loan, Policy, QualityScale, Tier
from tests.factories import revolving_funds as make
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 12, 1)
NOW = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)


NEW_YEAR = D(2027, 1, 1)


def change(row: Any, *, seen: bool = True, valid_from: dt.date = NEW_YEAR, **fields: Any) -> Any:
    values = {name: getattr(row, name) for name in rules.CHANGEABLE[type(row)]} | fields
    head = {"valid_from": valid_from, "legal_basis": "Perwali 7/2026", "by": make.approver(), "now": NOW, "on": TODAY}
    return rules.change(row=row, fields=values, seen=seen, **head)


def paid_late(days: int) -> Loan:
    """A loan paid off with its third instalment `days` late."""
    loan = make.loan()
    for row in loan.instalments.order_by("number"):
        make.repay(loan, row.amount, row.due_on + dt.timedelta(days=days if row.number == 3 else 0))
    return Loan.objects.get(pk=loan.pk)


def test_what_held_before_stays_and_the_new_rule_holds_from_its_day() -> None:
    office = make.office()
    change(Tier.objects.get(level=1), amount=3_000_000)
    assert [queries.tiers_on(office, day)[0].amount for day in (D(2026, 12, 31), D(2027, 1, 1))] == [
        2_000_000,
        3_000_000,
    ]
    event = Event.objects.get(verb="fund.rule_changed")
    assert (event.data["valid_from"], event.data["amount"]) == ("2027-01-01", "3000000")


def test_whom_a_rule_of_punctuality_touches_is_told_before_it_is_made() -> None:
    make.pool()
    loan = paid_late(5)
    policy = Policy.objects.get()
    with pytest.raises(rules.NotSeen, match=f"1 .*: {loan.person.full_name}"):
        change(policy, seen=False, max_days_late=0)
    assert Policy.objects.count() == 1
    change(policy, max_days_late=0)
    assert queries.standing(loan.person, make.office(), D(2027, 1, 1)).steps[1].state != "open"
    assert queries.standing(loan.person, make.office(), D(2026, 12, 31)).steps[1].state == "open"


@pytest.mark.parametrize("days", [0, 1, 7, 8])
def test_the_statement_judges_as_the_ladder_does(days: int) -> None:
    make.pool()
    loan, policy = paid_late(days), Policy.objects.get()
    facts = queries.facts_of([loan])[0]
    for limit in (None, 0, 7):
        new = {"max_days_late": limit, "next_working_day": True}
        before = ladder.judge(facts, ladder.Rule(policy.max_days_late, True), TODAY).on_time
        after = ladder.judge(facts, ladder.Rule(limit, True), TODAY).on_time
        told = any(loan.person.full_name in str(one) for one in impact.of_change(policy, new, TODAY))
        assert told == (before != after), limit


def test_each_kind_of_rule_counts_whom_it_touches() -> None:
    make.pool()
    make.submitted()
    tier = Tier.objects.get(level=1)
    assert "1" in str(impact.of_change(tier, {"amount": 1_000_000, "tenor_months": 10}, TODAY)[0])
    loan = make.loan()
    terms = AgreementTerms.objects.get()
    fields = {name: getattr(terms, name) for name in rules.CHANGEABLE[AgreementTerms]}
    assert "2.000.000" in str(impact.of_change(terms, fields | {"rate_bp": 700}, TODAY)[0])
    closing.close_day(office=make.office(), on=D(2026, 3, 1), now=NOW)
    scale = QualityScale.objects.get(scale="COMMERCIAL")
    assert loan.standing.days_past_due == 11
    moved = impact.of_change(scale, {"days_upto": [20, 90, 120, 180], "matured_upto": []}, TODAY)
    assert "1" in str(moved[0])


def test_a_change_is_refused_where_it_would_rewrite_what_was_decided() -> None:
    make.pool(0)
    tier = Tier.objects.get(level=1)
    with pytest.raises(rules.DayInPast):
        change(tier, valid_from=D(2026, 11, 30), amount=3_000_000)
    with pytest.raises(rules.NothingChanged):
        change(tier)
    later = change(tier, amount=3_000_000)
    tier.refresh_from_db()
    with pytest.raises(rules.NotTheLatest):
        change(tier, valid_from=D(2027, 6, 1), amount=4_000_000)
    with pytest.raises(rules.AlreadyInForce):
        rules.take_back(row=tier, by=make.approver(), now=NOW, on=TODAY)
    rules.take_back(row=later, by=make.approver(), now=NOW, on=TODAY)
    tier.refresh_from_db()
    assert (Tier.objects.filter(level=1).count(), tier.valid_to) == (1, None)


def test_the_page_tells_first_and_changes_then(client: Client) -> None:
    make.pool()
    make.submitted()
    client.force_login(user_with_role(Role.APPROVER, "16.71", email="kepala@contoh.id"))
    tier = Tier.objects.get(level=1)
    url = reverse("admin:revolving_funds_tier_deed", args=[tier.uid, "change"])
    assert "2000000" in re.sub(r"\.", "", client.get(url).content.decode())
    day = (dt.date.today() + dt.timedelta(days=10)).isoformat()  # noqa: DTZ011 -- the page's own clock
    form = {"amount": "1.000.000", "tenor_months": "10", "valid_from": day, "legal_basis": "Perwali 7"}
    assert "1 permohonan" in client.post(url, form).content.decode()
    assert Tier.objects.filter(level=1).count() == 1
    assert client.post(url, form | {"seen": "on"}).status_code == 302
    assert Tier.objects.filter(level=1).count() == 2


@pytest.mark.parametrize("role", [Role.VERIFIER, Role.TREASURER, Role.AUDITOR])
def test_only_the_approver_changes_rules(client: Client, role: Role) -> None:
    make.pool(0)
    client.force_login(user_with_role(role, "16.71", email="lain@contoh.id"))
    tier = Tier.objects.get(level=1)
    assert client.get(reverse("admin:revolving_funds_tier_change", args=[tier.uid])).status_code == 200
    assert client.get(reverse("admin:revolving_funds_tier_deed", args=[tier.uid, "change"])).status_code == 403


def test_the_terms_say_what_a_flat_rate_comes_to(client: Client) -> None:
    make.pool()
    client.force_login(make.approver())
    row = AgreementTerms.objects.get()
    page = reverse("admin:revolving_funds_agreementterms_change", args=[row.uid])
    assert "10,77" not in client.get(page).content.decode()
    AgreementTerms.objects.update(basis="FLAT")
    assert "10,77" in client.get(page).content.decode()
