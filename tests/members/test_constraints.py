"""What the database itself refuses, whoever writes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Source
from members.models import Business, Kbli, Licence, Person, RegistrationDraft, ScaleRule, StatusPeriod
from tests.factories.foundation import UserFactory, region
from tests.factories.members import BusinessFactory, LicenceFactory, PersonFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.UTC)


def person(**fields: Any) -> Callable[[], Any]:
    return lambda: Person.objects.filter(pk=PersonFactory().pk).update(**fields)


def business(**fields: Any) -> Callable[[], Any]:
    return lambda: Business.objects.filter(pk=BusinessFactory().pk).update(**fields)


def licence(**fields: Any) -> Callable[[], Any]:
    return lambda: Licence.objects.filter(pk=LicenceFactory().pk).update(**fields)


def two_people_of_one_nik() -> None:
    for _ in range(2):
        found = PersonFactory()
        found.set_nik("9971045708800001")
        found.save()


def two_lines_of_one_kind() -> None:
    LicenceFactory(business=LicenceFactory().business)


def two_businesses_of_one_nib() -> None:
    for _ in range(2):
        LicenceFactory(number="0000000000001")


def period(**fields: Any) -> StatusPeriod:
    values = {"status": BusinessStatus.ACTIVE, "source": Source.STAFF, "start_at": AT, **fields}
    return StatusPeriod.objects.create(
        business=fields.get("business") or BusinessFactory(),
        **{key: value for key, value in values.items() if key != "business"},
    )


def two_statuses_at_once() -> None:
    period(business=period().business, status=BusinessStatus.CLOSED, start_at=AT + dt.timedelta(days=9))


def two_own_drafts() -> None:
    user = UserFactory()
    for _ in range(2):
        RegistrationDraft.objects.create(user=user, answers="{}")


def two_rules_at_once() -> None:
    rule = ScaleRule.objects.order_by("-valid_from", "pk")[0]
    ScaleRule.objects.create(
        scale=rule.scale, capital_max=1, sales_max=1, valid_from=dt.date(2030, 1, 1), legal_basis="x"
    )


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("person_nik_once", two_people_of_one_nik),
    ("person_nik_and_hash_together", person(nik_tail="0001")),
    ("person_lives_in_a_village", person(village_id="16.71.04")),
    ("person_without_nik_has_phone", person(phone="")),
    ("person_anonymised_names_nobody", person(anonymised_at=AT)),
    ("person_sex_known", person(sex="X")),
    ("person_source_known", person(source="RUMOUR")),
    ("kbli_once_per_edition", lambda: Kbli.objects.create(code="10794", edition=2020, title="x")),
    ("kbli_code_has_five_digits", lambda: Kbli.objects.create(code="1079", edition=2020, title="x")),
    ("scalerule_no_overlap", two_rules_at_once),
    ("scalerule_bounds_positive", lambda: ScaleRule.objects.update(sales_max=0)),
    ("business_money_not_negative", business(capital=-1)),
    ("business_scale_known", business(scale="LARGE")),
    ("business_scale_basis_known", business(scale_basis="GUESS")),
    ("business_source_known", business(source="RUMOUR")),
    ("business_status_known", business(status="ASLEEP")),
    ("business_stands_in_a_village", business(village_id="16.71.04")),
    ("licence_once_per_kind", two_lines_of_one_kind),
    ("licence_nib_once", two_businesses_of_one_nib),
    ("licence_held_has_number", licence(number="")),
    ("licence_dates_in_order", licence(issued_on=dt.date(2026, 2, 1), valid_to=dt.date(2026, 1, 1))),
    ("licence_kind_known", licence(kind="SIUP")),
    ("licence_status_known", licence(status="LOST")),
    ("statusperiod_no_overlap", two_statuses_at_once),
    ("statusperiod_ends_after_start", lambda: period(end_at=AT)),
    ("statusperiod_status_known", lambda: period(status="ASLEEP")),
    ("statusperiod_source_known", lambda: period(source="RUMOUR")),
    ("registrationdraft_own_once", two_own_drafts),
]


@pytest.mark.parametrize(("name", "deed"), BROKEN, ids=[name for name, _deed in BROKEN])
def test_the_database_refuses(name: str, deed: Callable[[], Any]) -> None:
    region("16.71.04.1001")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        deed()
    assert refusal.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def test_every_constraint_of_members_is_broken_here() -> None:
    models = (Person, Kbli, ScaleRule, Business, Licence, StatusPeriod, RegistrationDraft)
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert named == {name for name, _deed in BROKEN}


def test_periods_that_touch_do_not_overlap() -> None:
    first = period(end_at=AT + dt.timedelta(days=1))
    period(business=first.business, status=BusinessStatus.CLOSED, start_at=AT + dt.timedelta(days=1))
    assert StatusPeriod.objects.count() == 2


def test_kinds_without_a_nib_may_share_a_number_and_wishes_need_none() -> None:
    for _ in range(2):
        LicenceFactory(kind=LicenceKind.HALAL, number="ID99000000000000126")
    LicenceFactory(kind=LicenceKind.PIRT, status=LicenceStatus.WANTED, number="")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
