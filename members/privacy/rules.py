"""Retention rules in force."""

from datetime import date

from django.db.models import Q

from members.models import RetentionRule


def rule_on(key: str, on: date) -> RetentionRule | None:
    """The rule of this key that holds on a day; None = kept no longer than needed."""
    rows = RetentionRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), key=key, valid_from__lte=on)
    return rows.order_by("pk").first()
