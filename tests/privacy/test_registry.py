"""Every table that points to a person is part of her copy and of her erasure, or says why it is not."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from foundation.common import clock
from members.privacy import registry
from tests.factories.members import OwnerFactory

PEOPLE = {"User", "Person", "Business", "ServiceAccount"}
MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name in settings.FIRST_PARTY_APPS
    for model in config.get_models()
    if not model._meta.proxy
]
KEYS = [
    f"{model._meta.label}.{field.name}"
    for model in MODELS
    for field in model._meta.get_fields()
    if isinstance(field, models.ForeignKey) and field.related_model.__name__ in PEOPLE
]
TABLES = [table for part in registry.parts() for table in part.tables]


def test_every_key_to_a_person_is_spoken_for() -> None:
    """Missing? Add the table to `<app>/personal.py`, or the key to its `exempt` with the reason (docs/personal-data.md)."""
    assert [key for key in KEYS if not registry.is_named(key)] == []


def test_nothing_is_named_that_is_not_there() -> None:
    assert sorted(set(registry.named_keys()) - set(KEYS)) == []


def test_a_key_to_a_member_is_never_just_a_deed() -> None:
    """`..._by` stands for who did it in the office; a member is named."""
    named = set(registry.named_keys())
    of_members = [
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model.__name__ in {"Person", "Business"}
    ]
    assert [key for key in of_members if key not in named] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_every_table_says_what_erasure_does_with_it(table: registry.Table) -> None:
    assert sum(map(bool, (table.blank, table.drop, table.keep))) == 1


@pytest.mark.django_db
def test_every_table_can_be_read_and_blanked() -> None:
    subject = registry.Subject.of(OwnerFactory())
    for table in TABLES:
        list(table.content(subject))
        if table.blank:
            table.rows(subject).update(**table.blank)
    assert registry.holds(subject, timezone.localdate(clock.now())) == []


def test_every_reason_to_keep_is_in_words() -> None:
    for part in registry.parts():
        assert all(str(reason) for reason in part.exempt.values())
