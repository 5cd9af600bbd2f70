"""The stage of members moved by the rules, or set by somebody with a note."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from foundation.common.errors import ActionError
from members import stages
from members.models import Person, Stage, StagePeriod, StageRule

BATCH: Final = 2_000


class NoteMissing(ActionError):
    message = _("Please write in a sentence why.")
    field = "note"


class HeldInThePast(ActionError):
    message = _("The last day of the override lies in the past.")
    field = "held_until"


class RuleEnded(ActionError):
    message = _("This line has ended already.")


class RuleHolds(ActionError):
    message = _("This line already holds at that time.")
    field = "deed"


@transaction.atomic
def recompute(*, now: datetime, among: Iterable[int] | None = None) -> int:
    """Bring the stages to what the rules say today; what somebody has set holds as long as it was set for.

    `among` are keys of people, by default everybody. Returns how many moved.
    """
    keys = None if among is None else sorted(set(among))
    if keys is not None:
        list(Person.objects.for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    day = timezone.localdate(now)
    earned = stages.earned(now=now, day=day, among=keys)
    rows = StagePeriod.objects.filter(end_at__isnull=True)
    if keys is not None:
        rows = rows.filter(person__in=keys)
    current = {row.person_id: row for row in rows}
    moves: dict[int, tuple[Stage, str]] = {}
    for key in {*earned, *current}:
        here = current.get(key)
        wanted, why = earned.get(key, (Stage.AWARENESS, _below()))
        if here and ((here.stage == wanted and not here.by_hand) or _held(here, day) or here.start_at >= now):
            continue
        if here or wanted != Stage.AWARENESS:
            moves[key] = (wanted, why)
    return _move(moves, now=now)


def _below() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(_("The rules of the later stages are not met."))


def _held(row: StagePeriod, day: date) -> bool:
    return row.by_hand and (row.held_until is None or row.held_until >= day)


def _move(moves: dict[int, tuple[Stage, str]], *, now: datetime) -> int:
    """Who objected to automatic decisions stays where she is. Returns how many moved."""
    people = Person.objects.filter(objected_at__isnull=True).in_bulk(list(moves))
    keys = [key for key in sorted(moves) if key in people]
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        StagePeriod.objects.filter(person__in=some, end_at__isnull=True).update(end_at=now)
        StagePeriod.objects.bulk_create(
            [StagePeriod(person_id=key, stage=moves[key][0], start_at=now, reason=moves[key][1][:300]) for key in some]
        )
        Event.objects.bulk_create(
            [log.event("person.stage_moved", people[key], by=None, now=now, stage=str(moves[key][0])) for key in some]
        )
    return len(keys)


@transaction.atomic
def override(
    *, person: Person, stage: Stage, note: str, held_until: date | None, by: User | None, now: datetime
) -> StagePeriod:
    """Set the stage by hand: it holds until the end of a day, or without one until somebody sets it anew.

    Raises NoteMissing, HeldInThePast.
    """
    if not note.strip():
        raise NoteMissing
    if held_until is not None and held_until < timezone.localdate(now):
        raise HeldInThePast
    person = Person.objects.locked(person.pk)
    person.stages.filter(end_at__isnull=True, start_at__gte=now).delete()
    person.stages.filter(end_at__isnull=True).update(end_at=now)
    made = StagePeriod.objects.create(
        person=person,
        stage=stage,
        start_at=now,
        by_hand=True,
        held_until=held_until,
        reason=note.strip(),
        recorded_by=by,
    )
    log.record("person.stage_set", person, by=by, now=now, stage=str(stage), note=made.reason)
    return made


@transaction.atomic
def release(*, person: Person, by: User | None, now: datetime) -> int:
    """Let the rules decide again, from now on."""
    person = Person.objects.locked(person.pk)
    person.stages.filter(end_at__isnull=True, by_hand=True).update(held_until=date(1, 1, 1))
    log.record("person.stage_released", person, by=by, now=now)
    return recompute(now=now, among=[person.pk])


@transaction.atomic
def add_rule(*, region_code: str, by: User | None, now: datetime, **line: Any) -> StageRule:
    """A line that holds from today. Raises RuleHolds where the same deed already stands in this way."""
    day = timezone.localdate(now)
    same = StageRule.objects.filter(
        region_code=region_code, stage=line["stage"], way=line["way"], deed=line["deed"]
    ).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    if same.exists():
        raise RuleHolds
    made = StageRule.objects.create(region_code=region_code, valid_from=day, **line)
    log.record("stagerule.added", made, by=by, now=now, rule=str(made))
    return made


@transaction.atomic
def end_rule(*, rule: StageRule, by: User | None, now: datetime) -> StageRule:
    """A line no longer holds from today on; one that began today goes. Raises RuleEnded."""
    rule = StageRule.objects.locked(rule.pk)
    day = timezone.localdate(now)
    if rule.valid_to is not None and rule.valid_to <= day:
        raise RuleEnded
    log.record("stagerule.ended", rule, by=by, now=now, rule=str(rule))
    if rule.valid_from >= day:
        rule.delete()
        return rule
    rule.valid_to = day
    rule.save(update_fields=["valid_to", "updated_at"])
    return rule
