"""The stage of a member: by rules in a table, by hand with a note, through time."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.accounts.roles import Role
from members.actions import stages
from members.models import Person, Stage, StagePeriod, StageRule
from revolving_funds.signals import loan_disbursed
from tests.factories import revolving_funds
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)


def rule(stage: str = "CAPACITY", **line: Any) -> StageRule:
    fixed = {"stage": stage, "deed": "LICENCE_HELD", "valid_from": dt.date(2021, 1, 1)}
    return StageRule.objects.create(**{**fixed, **line})


def holder(**fields: Any) -> Person:
    owner: Person = PersonFactory(**fields)
    LicenceFactory(business=BusinessFactory(owner=owner))
    return owner


def stage_of(person: Person) -> str:
    row = person.stages.filter(end_at__isnull=True).first()
    return row.stage if row else Stage.AWARENESS


@pytest.fixture(autouse=True)
def _only_the_rules_of_the_test() -> None:
    StageRule.objects.all().delete()


def test_who_did_what_the_rule_asks_moves_and_the_reason_is_told() -> None:
    rule()
    owner, other = holder(), PersonFactory()
    assert stages.recompute(now=NOW) == 1
    assert (stage_of(owner), stage_of(other)) == ("CAPACITY", "AWARENESS")
    assert "izin" in owner.stages.get().reason
    assert stages.recompute(now=NOW + dt.timedelta(days=1)) == 0


def test_all_lines_of_a_way_are_needed_and_any_way_is_enough() -> None:
    rule(way=1)
    rule(way=1, deed="LOAN_PAID")
    owner = holder()
    stages.recompute(now=NOW)
    assert stage_of(owner) == "AWARENESS"
    rule(way=2)
    stages.recompute(now=NOW)
    assert stage_of(owner) == "CAPACITY"


def test_the_highest_stage_counts_and_a_rule_that_ends_takes_it_back_with_history() -> None:
    rule()
    high = rule("ENRICHMENT")
    owner = holder()
    stages.recompute(now=NOW)
    assert stage_of(owner) == "ENRICHMENT"
    stages.end_rule(rule=high, by=None, now=NOW)
    with pytest.raises(stages.RuleEnded):
        stages.end_rule(rule=high, by=None, now=NOW)
    stages.recompute(now=NOW + dt.timedelta(days=1))
    assert list(owner.stages.order_by("start_at").values_list("stage", flat=True)) == ["ENRICHMENT", "CAPACITY"]


def test_how_often_and_within_how_many_months_count() -> None:
    rule(count=2)
    owner = holder()
    LicenceFactory(business=owner.businesses.get(), kind="HALAL", number="ID32110001333131122")
    once = holder()
    stages.recompute(now=dt.datetime.now(tz=dt.UTC))
    assert (stage_of(owner), stage_of(once)) == ("CAPACITY", "AWARENESS")
    StageRule.objects.update(within_months=1)
    stages.recompute(now=dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=90))
    assert stage_of(owner) == "AWARENESS"


def test_an_office_with_lines_of_its_own_goes_by_those() -> None:
    rule()
    rule(region_code="32.04", deed="LOAN_PAID")
    here, there = holder(), holder(village=region("32.04.13.2001"))
    stages.recompute(now=NOW)
    assert (stage_of(here), stage_of(there)) == ("CAPACITY", "AWARENESS")


def test_what_is_set_by_hand_holds_as_long_as_it_was_set_for() -> None:
    rule()
    owner = holder()
    stages.override(person=owner, stage=Stage.ENRICHMENT, note="Juara", held_until=DAY, by=None, now=NOW)
    stages.recompute(now=NOW + dt.timedelta(hours=1))
    assert stage_of(owner) == "ENRICHMENT"
    stages.recompute(now=NOW + dt.timedelta(days=1))
    assert stage_of(owner) == "CAPACITY"
    later = NOW + dt.timedelta(days=2)
    stages.override(person=owner, stage=Stage.AWARENESS, note="Mulai lagi", held_until=None, by=None, now=later)
    stages.recompute(now=later + dt.timedelta(days=400))
    assert stage_of(owner) == "AWARENESS"
    stages.release(person=owner, by=None, now=later + dt.timedelta(days=401))
    assert stage_of(owner) == "CAPACITY"


def test_an_override_needs_a_note_and_a_day_to_come() -> None:
    owner = PersonFactory()
    with pytest.raises(stages.NoteMissing):
        stages.override(person=owner, stage=Stage.CAPACITY, note=" ", held_until=None, by=None, now=NOW)
    past = DAY - dt.timedelta(days=1)
    with pytest.raises(stages.HeldInThePast):
        stages.override(person=owner, stage=Stage.CAPACITY, note="x", held_until=past, by=None, now=NOW)


def test_a_loan_moves_its_borrower_at_once() -> None:
    rule(deed="LOAN_TAKEN")
    revolving_funds.pool()
    loan = revolving_funds.loan(revolving_funds.owner())
    loan_disbursed.send_robust(sender=type(loan), loan=loan)
    assert stage_of(loan.person) == "CAPACITY"


def test_everybody_moves_in_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    rule()
    for _n in range(5):
        holder()
    with django_assert_max_num_queries(12):
        stages.recompute(now=NOW)
    assert StagePeriod.objects.count() == 5


PERIOD = {"stage": "CAPACITY", "start_at": NOW, "reason": "x"}


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({}, "stageperiod_no_overlap"),
        ({"end_at": NOW}, "stageperiod_ends_after_start"),
        ({"stage": "KING"}, "stageperiod_stage_known"),
        ({"reason": ""}, "stageperiod_by_hand_has_note"),
        ({"held_until": DAY}, "stageperiod_by_hand_has_note"),
    ],
)
def test_the_database_keeps_stages_apart(row: dict[str, Any], constraint: str) -> None:
    person = PersonFactory()
    if not row:
        StagePeriod.objects.create(person=person, **PERIOD)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StagePeriod.objects.create(person=person, **{**PERIOD, **row})


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({}, "stagerule_no_overlap"),
        ({"stage": "AWARENESS"}, "stagerule_above_the_first"),
        ({"count": 0}, "stagerule_counts_something"),
        ({"valid_to": dt.date(2021, 1, 1)}, "stagerule_ends_after_start"),
    ],
)
def test_the_database_refuses_a_rule_that_makes_no_sense(row: dict[str, Any], constraint: str) -> None:
    if not row:
        rule()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rule(**row)


def test_staff_write_rules_for_their_own_office_and_set_a_stage(client: Client) -> None:
    office("16.71")
    general = rule()
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    line = {"stage": "CAPACITY", "way": 1, "deed": "LOAN_TAKEN", "count": 1, "within_months": ""}
    assert client.post("/kantor/members/stagerule/deed/baris/", line).status_code == 302
    assert client.post("/kantor/members/stagerule/deed/baris/", line).status_code == 200
    own = StageRule.objects.get(region_code="16.71")
    assert client.post(f"/kantor/members/stagerule/{general.uid}/deed/akhiri/").status_code == 403
    assert client.post(f"/kantor/members/stagerule/{own.uid}/deed/akhiri/").status_code == 302
    owner = OwnerFactory()
    client.post(f"/kantor/members/person/{owner.uid}/deed/tahap/", {"stage": "ENRICHMENT", "note": "Juara"})
    assert stage_of(owner) == "ENRICHMENT"
    client.force_login(owner.user)
    assert "Juara" in client.get("/saya/").text


def test_staff_find_who_was_set_by_hand_and_let_the_rules_decide_again(client: Client) -> None:
    office("16.71")
    rule()
    ruled, plain, fixed = holder(full_name="A"), PersonFactory(full_name="B"), holder(full_name="C")
    stages.recompute(now=NOW, among=[ruled.pk])
    stages.override(person=fixed, stage=Stage.ENRICHMENT, note="Juara", held_until=None, by=None, now=NOW)
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))

    def found(query: str) -> list[Person]:
        return list(client.get(f"/kantor/members/person/?{query}").context["cl"].result_list)

    assert (found("stage=CAPACITY"), found("stage=AWARENESS")) == ([ruled], [plain])
    assert (found("overridden=1"), found("overridden=0")) == ([fixed], [ruled, plain])
    shops = client.get("/kantor/members/business/?stage=ENRICHMENT").context["cl"].result_list
    assert [shop.owner for shop in shops] == [fixed]
    assert client.post(f"/kantor/members/person/{plain.uid}/deed/aturan/").status_code == 200
    assert client.post(f"/kantor/members/person/{fixed.uid}/deed/aturan/").status_code == 302
    assert (stage_of(plain), stage_of(fixed)) == ("AWARENESS", "CAPACITY")
    assert fixed.stages.filter(end_at__isnull=True, by_hand=True).count() == 0
