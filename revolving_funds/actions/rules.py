"""Changing a rule of the fund with effect from a day. What held before stays as it was, and stays readable."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from revolving_funds import impact
from revolving_funds.models import AgreementTerms, Policy, QualityScale, Tier

Rule = Tier | Policy | AgreementTerms | QualityScale

# What a row is about: the columns that name the thing, and those that the office may change.
SAME: dict[type, tuple[str, ...]] = {
    Tier: ("office_id", "level"),
    Policy: ("office_id",),
    AgreementTerms: ("agreement_id",),
    QualityScale: ("office_id", "scale"),
}
CHANGEABLE: dict[type, tuple[str, ...]] = {
    Tier: ("amount", "tenor_months"),
    Policy: (
        "max_days_late",
        "next_working_day",
        "rounding",
        "round_down",
        "by_value_date",
        "group_rule",
        "cooling_months",
        "reservation_days",
        "receipt_photo",
        "appeal_days",
        "appeal_answer_days",
    ),
    AgreementTerms: ("rate_bp", "basis", "day_count", "rounding", "capped", "loss_bearer"),
    QualityScale: ("days_upto", "matured_upto", "provision_bp"),
}


class NotTheLatest(ActionError):
    message = _("A later change of this rule is already entered. Take that one back first.")


class DayInPast(ActionError):
    message = _("A change holds from today or later. What was decided by the old rule stays decided.")
    field = "valid_from"


class NothingChanged(ActionError):
    message = _("Nothing is different from the rule in force.")


class BasisMissing(ActionError):
    message = _("Write the regulation or decree that says so.")
    field = "legal_basis"


class AlreadyInForce(ActionError):
    message = _("This rule already holds or held. Enter a new one instead.")


class NotSeen(ActionError):
    """Told once before the change is made: whom it touches."""

    field = "seen"


@transaction.atomic
def change(
    *,
    row: Rule,
    valid_from: date,
    legal_basis: str,
    fields: Mapping[str, Any],
    by: User,
    now: datetime,
    on: date,
    seen: bool,
) -> Rule:
    """Put a new row in the place of `row` from `valid_from` on. Without `seen` nothing is changed, and NotSeen says
    whom it would touch. Raises NotTheLatest, DayInPast, NothingChanged, BasisMissing.
    """
    kind = type(row)
    row = kind.objects.locked(row.pk)
    values = {name: fields[name] for name in CHANGEABLE[kind]}
    same = {name: getattr(row, name) for name in SAME[kind]}
    if kind.objects.filter(**same).after(row.valid_from).exists():
        raise NotTheLatest
    if valid_from < on or valid_from <= row.valid_from:
        raise DayInPast
    if not legal_basis.strip():
        raise BasisMissing
    if all(getattr(row, name) == value for name, value in values.items()):
        raise NothingChanged
    if not seen:
        raise NotSeen(" ".join(str(one) for one in impact.of_change(row, fields, on)))
    ends, row.valid_to = row.valid_to, valid_from - timedelta(days=1)
    row.save(update_fields=["valid_to", "updated_at"])
    made = kind.objects.create(**same, **values, valid_from=valid_from, valid_to=ends, legal_basis=legal_basis.strip())
    _settle()
    log.record(
        "fund.rule_changed",
        made,
        by=by,
        now=now,
        valid_from=str(valid_from),
        legal_basis=legal_basis,
        **{name: str(value) for name, value in values.items() if value != getattr(row, name)},
    )
    return made


@transaction.atomic
def take_back(*, row: Rule, by: User, now: datetime, on: date) -> None:
    """Take back a change that does not hold yet: the rule before it goes on. Raises AlreadyInForce."""
    kind = type(row)
    row = kind.objects.locked(row.pk)
    same = {name: getattr(row, name) for name in SAME[kind]}
    before = kind.objects.for_update().filter(**same, valid_to=row.valid_from - timedelta(days=1)).first()
    if row.valid_from <= on or before is None or kind.objects.filter(**same).after(row.valid_from).exists():
        raise AlreadyInForce
    log.record("fund.rule_taken_back", row, by=by, now=now, valid_from=str(row.valid_from))
    ends = row.valid_to
    row.delete()
    before.valid_to = ends
    before.save(update_fields=["valid_to", "updated_at"])
    _settle()


def _settle() -> None:
    """No gap: said here rather than at commit."""
    with connection.cursor() as cursor:
        names = "policy_no_gap, tier_no_gap, agreementterms_no_gap, qualityscale_no_gap"
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE; SET CONSTRAINTS {names} DEFERRED")
