"""Accounts and their roles."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import OFFICE_ROLES, Role
from foundation.accounts.signals import happened
from foundation.common.errors import ActionError


class RoleHeldAlready(ActionError):
    message = _("This account already holds the role in this region.")


@transaction.atomic
def assign(*, user: User, role: Role, region_code: str, start_on: date, by: User | None, now: datetime) -> Assignment:
    """Give `user` a role in a region. Office roles open the office face. Raises RoleHeldAlready."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.assignments.filter(role=role, region_code=region_code, end_on__isnull=True).exists():
        raise RoleHeldAlready
    assignment = Assignment.objects.create(user=user, role=role, region_code=region_code, start_on=start_on)
    if role in OFFICE_ROLES and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff", "updated_at"])
    happened.send(
        sender=Assignment,
        verb="account.role_given",
        obj=assignment,
        by=by,
        now=now,
        data={"role": str(role), "region": region_code},
    )
    return assignment


@transaction.atomic
def withdraw(*, assignment: Assignment, end_on: date, by: User | None, now: datetime) -> Assignment:
    """End a role on a date; the row stays as history."""
    assignment = Assignment.objects.locked(assignment.pk)
    assignment.end_on = end_on
    assignment.save(update_fields=["end_on", "updated_at"])
    happened.send(sender=Assignment, verb="account.role_ended", obj=assignment, by=by, now=now, data={})
    return assignment


@transaction.atomic
def choose_language(*, user: User, language: str) -> User:
    """The language in which pages and messages speak to `user`. A change of taste: it is not audited."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language", "updated_at"])
    return user
