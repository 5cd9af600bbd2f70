"""Of one thing exactly one rule holds on any day: no overlap, no gap, by the database."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from revolving_funds.models import AgreementTerms, Policy, QualityScale, Tier
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date


def settle() -> None:
    """As at a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("model", [Policy, Tier, AgreementTerms, QualityScale])
def test_no_day_is_without_a_rule_and_none_has_two(model: type) -> None:
    make.pool(0)
    row = model.objects.order_by("pk").first()
    with pytest.raises(IntegrityError, match="_no_overlap"), transaction.atomic():
        copy(row, D(2026, 7, 1))
    model.objects.filter(pk=row.pk).update(valid_to=D(2026, 6, 30))
    with pytest.raises(IntegrityError, match="holds on 2026-07-01"), transaction.atomic():
        copy(row, D(2026, 7, 2))
        settle()
    later = copy(row, D(2026, 7, 1))
    settle()
    with pytest.raises(IntegrityError, match="holds on 2026-07-01"), transaction.atomic():
        model.objects.filter(pk=later.pk).update(valid_from=D(2026, 8, 1))
        settle()


def copy(row: object, valid_from: dt.date) -> object:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    for name in ("id", "uid", "created_at", "updated_at"):
        fields.pop(name)
    return type(row).objects.create(**fields | {"valid_from": valid_from, "valid_to": None})


def test_a_rule_in_the_middle_is_not_taken_away() -> None:
    make.pool(0)
    first = Policy.objects.get()
    for begins, ends in ((D(2026, 1, 1), D(2026, 6, 30)), (D(2026, 7, 1), None)):
        Policy.objects.filter(valid_to=None).update(valid_to=begins - dt.timedelta(days=1))
        row = copy(first, begins)
        Policy.objects.filter(pk=row.pk).update(valid_to=ends)
    settle()
    with pytest.raises(IntegrityError, match="holds on 2026-01-01"), transaction.atomic():
        Policy.objects.filter(valid_from=D(2026, 1, 1)).delete()
        settle()


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("scale_days_rise", {"days_upto": [0, 90, 90, 180]}),
        ("scale_days_rise", {"days_upto": [0, 90, 180]}),
        ("scale_matured_days_rise", {"matured_upto": [0, 15, 10, 60]}),
        ("scale_provision_for_each_class", {"provision_bp": [1, 2]}),
        ("scale_known", {"scale": "MOON"}),
        ("scale_dates_in_order", {"valid_to": D(2000, 1, 1)}),
    ],
)
def test_scales_are_sane(constraint: str, changes: dict) -> None:
    make.pool(0)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        QualityScale.objects.filter(scale="RURAL").update(**changes)


def test_terms_and_rules_are_sane() -> None:
    make.pool(0)
    for model, constraint, changes in (
        (AgreementTerms, "terms_rate_sane", {"rate_bp": 10_001}),
        (AgreementTerms, "terms_words_known", {"basis": "GUESS"}),
        (AgreementTerms, "terms_dates_in_order", {"valid_to": D(2000, 1, 1)}),
        (Policy, "policy_group_rule_known", {"group_rule": "JAIL"}),
        (Policy, "policy_waits_sane", {"reservation_days": 0}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.update(**changes)
