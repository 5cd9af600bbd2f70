"""Accounts and their roles."""

import secrets
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import OFFICE_ROLES, Role
from foundation.accounts.signals import happened
from foundation.common.errors import ActionError


class RoleHeldAlready(ActionError):
    message = _("This account already holds the role in this region.")


class RoleEnded(ActionError):
    message = _("This role has ended already.")


class EndsBeforeStart(ActionError):
    message = _("A role cannot end before it starts.")
    field = "end_on"


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
    """End a role on a date; the row stays as history. Raises RoleEnded, EndsBeforeStart."""
    assignment = Assignment.objects.locked(assignment.pk)
    if assignment.end_on is not None:
        raise RoleEnded
    if end_on < assignment.start_on:
        raise EndsBeforeStart
    assignment.end_on = end_on
    assignment.save(update_fields=["end_on", "updated_at"])
    happened.send(sender=Assignment, verb="account.role_ended", obj=assignment, by=by, now=now, data={})
    return assignment


@transaction.atomic
def appoint(
    *,
    role: Role,
    region_code: str,
    start_on: date,
    by: User | None,
    now: datetime,
    phone: str = "",
    email: str = "",
    full_name: str = "",
) -> Assignment:
    """Give a role to the account with this phone or email; made now if there is none. Raises RoleHeldAlready."""
    found = User.objects.filter(phone=phone) if phone else User.objects.filter(email__iexact=email)
    user = found.first() or User.objects.create_user(phone=phone or None, email=email or None, full_name=full_name)
    return assign(user=user, role=role, region_code=region_code, start_on=start_on, by=by, now=now)


@transaction.atomic
def new_password(*, user: User, by: User, now: datetime) -> str:
    """A password for `user` to begin with; shown once to who made it, and stored nowhere in the clear."""
    password = "-".join(secrets.token_hex(2) for _part in range(4))
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    happened.send(sender=User, verb="account.password_set", obj=user, by=by, now=now, data={})
    return password


@transaction.atomic
def reset_second_step(*, user: User, by: User, now: datetime) -> User:
    """Forget the authenticator app and recovery codes of somebody who lost the phone; the next login sets up new ones."""
    Authenticator.objects.filter(user=user).delete()
    happened.send(sender=User, verb="account.second_step_reset", obj=user, by=by, now=now, data={})
    return user


@transaction.atomic
def close(*, user: User, by: User, now: datetime) -> User:
    """Nobody logs in with this account any more, from the next click on. Its history stays."""
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    happened.send(sender=User, verb="account.closed", obj=user, by=by, now=now, data={})
    return user


@transaction.atomic
def choose_language(*, user: User, language: str) -> User:
    """The language in which pages and messages speak to `user`. A change of taste: it is not audited."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language", "updated_at"])
    return user
