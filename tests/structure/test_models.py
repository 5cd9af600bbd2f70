"""Habits of the tables."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models

MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name in settings.FIRST_PARTY_APPS
    for model in config.get_models(include_auto_created=False)
]
CONSTRAINTS = [(model, constraint) for model in MODELS for constraint in model._meta.constraints]

# The book and the fund are written by actions alone, these lists by commands: no form has to speak of their checks.
NO_FORM_APPS = {"ledger", "revolving_funds"}
NO_FORM = {*(model._meta.label for model in MODELS if model._meta.app_label in NO_FORM_APPS)} | {
    "members.Kbli",
    "members.ScaleRule",
    "members.BusinessTally",
    "members.RetentionRule",
}
# Rows that mean nothing without their account: its wishes, its reading marks, and what it has not sent yet.
GO_WITH_THE_ACCOUNT = {
    "notifications.Preference",
    "members.RegistrationDraft",
    "forums.Follow",
    "forums.ReadMark",
    "forums.BoardMark",
}
OPEN_CHOICES = {"language", "zone"}  # values that come from outside standards


def label(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(getattr(value, "name", value))


@pytest.mark.parametrize(("model", "constraint"), CONSTRAINTS, ids=label)
def test_every_constraint_is_named_for_its_table_and_speaks(
    model: type[models.Model], constraint: models.BaseConstraint
) -> None:
    table_words = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
    starts = {model._meta.db_table, model._meta.model_name, model._meta.app_label, table_words.split("_")[-1]}
    assert constraint.name.startswith(tuple(f"{start}_" for start in starts)), constraint.name
    spoken = constraint.violation_error_message != models.BaseConstraint.default_violation_error_message
    silent = model._meta.label in NO_FORM or not isinstance(constraint, models.CheckConstraint | ExclusionConstraint)
    assert spoken or silent, constraint.name


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_no_table_has_a_hidden_order(model: type[models.Model]) -> None:
    assert list(model._meta.ordering) == []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_nothing_goes_when_a_person_or_an_account_goes(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and field.related_model.__name__ in {"User", "Person", "Business"}:
            if model._meta.label in GO_WITH_THE_ACCOUNT:
                continue
            assert field.remote_field.on_delete is not models.CASCADE, field.name


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_stored_choices_are_in_capitals(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.CharField) and field.choices and field.name not in OPEN_CHOICES:
            values = [str(value) for value, _label in field.flatchoices if value]
            assert [value for value in values if value != value.upper()] == [], field.name


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_money_is_whole_rupiah(model: type[models.Model]) -> None:
    assert not any(isinstance(field, models.FloatField) for field in model._meta.get_fields())
