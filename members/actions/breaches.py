"""Leaks of personal data: recorded, who is touched, told to them and to the authority within 72 hours (art. 46)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import broadcast
from members.models import LEGAL_CLOCK, Breach, Person, PersonQuerySet
from members.privacy import registry
from members.privacy.messages import DATA_BREACH


class HappenedLater(ActionError):
    message = _("It is noticed after it happened. Please check both times.")
    field = "happened_at"


class ToldAlready(ActionError):
    message = _("This is done already.")


class FirstTell(ActionError):
    message = _("First the people and the authority are told.")


def touched(breach: Breach) -> PersonQuerySet:
    """Who is touched, as the criterion says."""
    people = Person.objects.inside(breach.region_code).filter(anonymised_at__isnull=True)
    return people.filter(registry.criterion(breach.criterion).where())


@transaction.atomic
def record(
    *,
    region_code: str,
    title: str,
    happened_at: datetime | None,
    noticed_at: datetime,
    what: str,
    how: str,
    done: str,
    criterion: str,
    by: User,
    now: datetime,
) -> Breach:
    """Write a leak down; the 72 hours run from when it was noticed. Raises HappenedLater."""
    if noticed_at > now or (happened_at and happened_at > noticed_at):
        raise HappenedLater
    registry.criterion(criterion)
    breach = Breach.objects.create(
        region_code=region_code,
        title=title,
        happened_at=happened_at,
        noticed_at=noticed_at,
        due_at=noticed_at + LEGAL_CLOCK,
        what=what,
        how=how,
        done=done,
        criterion=criterion,
        recorded_by=by,
    )
    log.record("breach.recorded", breach, by=by, now=now, criterion=criterion)
    return breach


@transaction.atomic
def tell_people(*, breach: Breach, by: User, now: datetime) -> Breach:
    """Send the notice to everybody who is touched, once. Raises ToldAlready."""
    breach = Breach.objects.locked(breach.pk)
    if breach.told_at:
        raise ToldAlready
    people = touched(breach)
    breach.told_at, breach.told_count = now, people.count()
    breach.save(update_fields=["told_at", "told_count", "updated_at"])
    words = {"title": breach.title, "what": breach.what, "how": breach.how, "done": breach.done}
    broadcast.queue(
        DATA_BREACH.name,
        to=people.as_recipients(),
        subject=f"breach:{breach.pk}",
        context=words,
        url="/data-saya/",
        now=now,
    )
    log.record("breach.people_told", breach, by=by, now=now, count=breach.told_count)
    return breach


@transaction.atomic
def authority_told(*, breach: Breach, by: User, now: datetime) -> Breach:
    """The written notice has gone to the authority. Raises ToldAlready."""
    breach = Breach.objects.locked(breach.pk)
    if breach.authority_told_at:
        raise ToldAlready
    breach.authority_told_at = now
    breach.save(update_fields=["authority_told_at", "updated_at"])
    log.record("breach.authority_told", breach, by=by, now=now)
    return breach


@transaction.atomic
def close(*, breach: Breach, by: User, now: datetime) -> Breach:
    """Nothing is left to do. Raises FirstTell, ToldAlready."""
    breach = Breach.objects.locked(breach.pk)
    if breach.closed_at:
        raise ToldAlready
    if not (breach.told_at and breach.authority_told_at):
        raise FirstTell
    breach.closed_at = now
    breach.save(update_fields=["closed_at", "updated_at"])
    log.record("breach.closed", breach, by=by, now=now)
    return breach
