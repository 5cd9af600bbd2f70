"""Accounts and their roles."""

import secrets
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import OFFICE_ROLES, Role
from foundation.accounts.signals import happened
from foundation.common.errors import ActionError


class RoleHeldAlready(ActionError):
    message = _("This account already holds the role in this region.")


class NotAnAssistant(ActionError):
    message = _("Only the service of an assistant can be covered.")


class CoverOutside(ActionError):
    message = _("The days of the cover lie outside of the service. Please check the dates.")
    field = "start_on"


class CoveredAlready(ActionError):
    message = _("Somebody already stands in on some of these days. Please choose other days.")
    field = "start_on"


class CoversHerself(ActionError):
    message = _("Please choose another assistant.")
    field = "stand_in"


class RoleEnded(ActionError):
    message = _("This role has ended already.")


class EndsBeforeStart(ActionError):
    message = _("A role cannot end before it starts.")
    field = "end_on"


@transaction.atomic
def assign(*, user: User, role: Role, region_code: str, start_on: date, by: User | None, now: datetime) -> Assignment:
    """Give `user` a role in a region from a day on. Office roles open the office face. Raises RoleHeldAlready."""
    user = User.objects.select_for_update().get(pk=user.pk)
    held = user.assignments.filter(role=role, region_code=region_code)
    if held.filter(Q(end_on__isnull=True) | Q(end_on__gte=start_on)).exists():
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
    """Name the last day of a role: until its end the role still holds, and until then the day can be changed.

    The row stays as history. Raises RoleEnded, EndsBeforeStart.
    """
    assignment = Assignment.objects.locked(assignment.pk)
    if assignment.ended(timezone.localdate(now)):
        raise RoleEnded
    if end_on < assignment.start_on:
        raise EndsBeforeStart
    assignment.end_on = end_on
    assignment.save(update_fields=["end_on", "updated_at"])
    data = {"last_day": end_on.isoformat()}
    happened.send(sender=Assignment, verb="account.role_ended", obj=assignment, by=by, now=now, data=data)
    return assignment


@transaction.atomic
def cover(
    *, assignment: Assignment, stand_in: User, start_on: date, end_on: date, by: User | None, now: datetime
) -> Assignment:
    """Let `stand_in` serve the district of an assistant who is on leave, from a day until another, both included.

    She sees the district on those days and no longer; owners are shown her instead of the one on leave.
    Raises NotAnAssistant, CoversHerself, EndsBeforeStart, CoverOutside, RoleHeldAlready, CoveredAlready.
    """
    assignment = Assignment.objects.locked(assignment.pk)
    if assignment.role != Role.FACILITATOR or assignment.covers_id:
        raise NotAnAssistant
    if stand_in.pk == assignment.user_id or not stand_in.is_active:
        raise CoversHerself
    if end_on < start_on:
        raise EndsBeforeStart
    if start_on < assignment.start_on or (assignment.end_on and end_on > assignment.end_on):
        raise CoverOutside
    try:
        with transaction.atomic():
            made = Assignment.objects.create(
                user=stand_in,
                role=Role.FACILITATOR,
                region_code=assignment.region_code,
                start_on=start_on,
                end_on=end_on,
                covers=assignment,
            )
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint == "assignment_covered_once":
            raise CoveredAlready from error
        if constraint == "assignment_once_in_force":
            raise RoleHeldAlready from error
        raise
    data = {"region": made.region_code, "for": assignment.user_id, "last_day": end_on.isoformat()}
    happened.send(sender=Assignment, verb="account.cover_arranged", obj=made, by=by, now=now, data=data)
    return made


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
