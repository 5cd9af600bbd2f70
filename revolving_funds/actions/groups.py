"""Applying together: found, join, leave, ready, send all or none, dissolve."""

import secrets
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import codes
from foundation.common.errors import ActionError
from members.models import Person
from revolving_funds.actions import applications
from revolving_funds.enums import ApplicationStatus, GroupState
from revolving_funds.models import Application, GroupApplication
from revolving_funds.models.groups import CODE_LENGTH, FEWEST, MOST

TRIES: Final = 5
_chance: Final = secrets.SystemRandom()


class NameMissing(ActionError):
    message = _("Write the name of your group.")
    field = "name"


class NoSuchGroup(ActionError):
    message = _("No group of your city or regency is gathering under this code. Ask for it once more.")
    field = "code"


class InAnotherGroup(ActionError):
    message = _("You are already in a group. Leave it first.")


class GroupFull(ActionError):
    message = _("This group already has 20 people; that is the most.")


class NotGathering(ActionError):
    message = _("This group has sent its file, or was dissolved.")


class NotTheLeader(ActionError):
    message = _("Only who speaks for the group does this.")


class LeaderStays(ActionError):
    message = _("You speak for this group. Dissolve it instead of leaving it.")


class WrongSize(ActionError):
    """Says how many there are."""


class SomebodyNotReady(ActionError):
    """Names who is not ready."""


@transaction.atomic
def found(*, person: Person, name: str, by: User, now: datetime, on: date) -> GroupApplication:
    """Begin a group; the founder speaks for it. Raises NameMissing, InAnotherGroup, NotEligible."""
    if not name.strip():
        raise NameMissing
    application = _own_draft(person, by=by, now=now, on=on)
    group = _with_code(application, name.strip())
    _enter(application, group)
    log.record("fund_group.founded", group, by=by, now=now)
    return group


def _with_code(application: Application, name: str) -> GroupApplication:
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return GroupApplication.objects.create(
                    name=name,
                    code=codes.make(CODE_LENGTH, _chance),
                    village_id=application.person.village_id,
                    leader=application.person,
                )
        except IntegrityError:  # the code is taken
            continue
    raise NoSuchGroup


def _own_draft(person: Person, *, by: User, now: datetime, on: date) -> Application:
    application = applications.start(person=person, by=by, now=now, on=on)
    application = Application.objects.locked(application.pk)
    if application.status != ApplicationStatus.DRAFT:
        raise applications.WrongStep
    if application.group_id is not None:
        raise InAnotherGroup
    return application


def _enter(application: Application, group: GroupApplication | None) -> None:
    application.group, application.ready_at = group, None
    application.save(update_fields=["group", "ready_at", "updated_at"])


@transaction.atomic
def join(*, person: Person, code: str, by: User, now: datetime, on: date) -> GroupApplication:
    """Come into a gathering group of one's own office by its code. Locks the group, then the application.

    Raises NoSuchGroup, GroupFull, InAnotherGroup, NotEligible.
    """
    group = GroupApplication.objects.for_update().filter(code=codes.clean(code), state=GroupState.GATHERING).first()
    if group is None or group.office_code != person.village_id[:5]:
        raise NoSuchGroup
    if group.applications.count() >= MOST:
        raise GroupFull
    application = _own_draft(person, by=by, now=now, on=on)
    _enter(application, group)
    log.record("fund_group.joined", group, by=by, now=now, application=str(application.uid))
    return group


@transaction.atomic
def ready(*, application: Application, by: User, now: datetime, on: date) -> Application:
    """Mine may be sent with the group. It must be whole now. Raises NotGathering, and what `submit` raises."""
    group = _gathering(application.group_id)
    application = Application.objects.locked(application.pk)
    if application.group_id != group.pk:
        raise NotGathering
    applications.refuse_unless_whole(application, on=on)
    application.ready_at = now
    application.save(update_fields=["ready_at", "updated_at"])
    log.record("application.ready", application, by=by, now=now, group=str(group.uid))
    return application


def _gathering(key: int | None) -> GroupApplication:
    """The group, locked, before any of its applications. Raises NotGathering."""
    group = GroupApplication.objects.for_update().filter(pk=key).first() if key else None
    if group is None or not group.is_gathering:
        raise NotGathering
    return group


@transaction.atomic
def leave(*, application: Application, by: User, now: datetime) -> Application:
    """Out of the group; the application stays as a draft of one's own. The leader may let a fellow go the same way.

    Raises NotGathering, LeaderStays.
    """
    group = _gathering(application.group_id)
    application = Application.objects.locked(application.pk)
    if application.person_id == group.leader_id:
        raise LeaderStays
    if by.pk not in {application.person.user_id, group.leader.user_id}:
        raise NotTheLeader
    _enter(application, None)
    log.record("fund_group.left", group, by=by, now=now, application=str(application.uid))
    return application


@transaction.atomic
def send(*, group: GroupApplication, by: User, now: datetime, on: date) -> GroupApplication:
    """The joint file goes to the office: each application, or none of them.

    10 to 20 people, each of whom said that hers is ready and still meets every condition. Raises NotTheLeader,
    WrongSize, SomebodyNotReady.
    """
    group = _led(group, by)
    rows = list(Application.objects.for_update().filter(group=group).select_related("person").order_by("pk"))
    if not FEWEST <= len(rows) <= MOST:
        raise WrongSize(
            _("A group that applies together has %(fewest)d to %(most)d people; yours has %(n)d.")
            % {"fewest": FEWEST, "most": MOST, "n": len(rows)}
        )
    waiting = [str(row.person) for row in rows if row.ready_at is None]
    if waiting:
        raise SomebodyNotReady(_("Not ready yet: %(names)s.") % {"names": ", ".join(waiting)})
    for row in rows:
        try:
            applications.refuse_unless_whole(row, on=on)
        except ActionError as refusal:
            raise SomebodyNotReady(
                _("A condition of %(name)s is not met any more. Nothing was sent; her own page says what is missing.")
                % {"name": row.person}
            ) from refusal
    group.state, group.size, group.sent_at = GroupState.SENT, len(rows), now
    group.save(update_fields=["state", "size", "sent_at", "updated_at"])
    for row in rows:
        applications.send(application=row, applied_by=row.person.user, by=by, now=now)
    log.record("fund_group.sent", group, by=by, now=now, size=len(rows))
    return group


def _led(group: GroupApplication, by: User) -> GroupApplication:
    group = _gathering(group.pk)
    if group.leader.user_id != by.pk:
        raise NotTheLeader
    return group


@transaction.atomic
def dissolve(*, group: GroupApplication, by: User, now: datetime) -> GroupApplication:
    """No joint file; each keeps her draft and may send it alone. Raises NotTheLeader, NotGathering."""
    group = _led(group, by)
    for row in Application.objects.for_update().filter(group=group).order_by("pk"):
        _enter(row, None)
    group.state = GroupState.DISSOLVED
    group.save(update_fields=["state", "updated_at"])
    log.record("fund_group.dissolved", group, by=by, now=now)
    return group
