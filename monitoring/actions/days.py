"""The daily job: trainings and the fund do theirs; monitoring opens, reminds, escalates and closes check-ins.

Each step takes its rows in batches, each batch in a transaction of its own, and moves every row on, so that a
run can be broken off and taken up again, and a second run of the same day finds nothing to do. A day that was
never run is made up for by the next one: rows are picked by "on or before", not by "on".

One business, one form: a check-in that is due while the business is already being asked, or within FRESH_DAYS
after it answered, is covered by that other one (state MERGED) and takes its answer.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.functional import lazy

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role
from foundation.audit import log
from foundation.common.dates import short_date
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter, Recipient
from foundation.notifications.kinds import Kind
from members.actions import licensing_days, retention
from members.models import Business
from monitoring import causes, links, messages
from monitoring.actions import plans
from monitoring.actions.plans import OPEN_DAYS
from monitoring.enums import LIVE, Outcome, State
from monitoring.models import MOST_REMINDERS, CheckIn, DayRun, Task
from revolving_funds.actions import daily as funds_daily
from trainings.actions import daily as trainings_daily

FIRST_REMINDER_DAYS = 3
# From one step to the next: reminders on day 3 and day 7, the assistant on day 10.
DAYS_AFTER_REMINDER = (4, 3)
FRESH_DAYS = 14
TASK_DAYS = 7
BATCH = 500

_short_date = lazy(short_date, str)


def run(*, on: date, now: datetime) -> DayRun:
    """Do the work of the day `on` (the date of the offices) at the moment `now`. Safe to repeat.

    Counts of what was new in this run are added to the row of the day.
    """
    day, _new = DayRun.objects.get_or_create(on=on, defaults={"started_at": now})
    licensing_days.run(on=on, now=now)
    trainings_daily.run(on=on, now=now)
    funds_daily.run(on=on, now=now)
    retention.run_day(now=now)  # after the fund: a loan paid off today holds nobody any more
    counts = Counter(planned=_plan_forgotten(on, now))
    for step in (_expire, _open, _remind, _escalate):
        counts += _until_nothing(step, on, now)
    counts += Counter(told=_tell_assistants(day, now))
    return _finish(day, counts, now)


def _plan_forgotten(on: date, now: datetime) -> int:
    """What ended while nobody listened."""
    subjects = [*causes.forgotten_trainings(on), *causes.forgotten_loans(on)]
    return plans.plan(subjects=subjects, by=None, now=now, on=on)


@transaction.atomic
def _finish(day: DayRun, counts: Counter[str], now: datetime) -> DayRun:
    day = DayRun.objects.locked(day.pk)
    if day.finished_at is None or counts:
        day.counts = dict(Counter(day.counts) + counts)
        day.finished_at = now
        day.save(update_fields=["counts", "finished_at", "updated_at"])
        log.record("monitoring.day_run", day, by=None, now=now, **counts)
    return day


def _until_nothing(step: Callable[[date, datetime], Counter[str]], on: date, now: datetime) -> Counter[str]:
    """Batches of `step`, each committed, until one finds no row. Two runs at once take turns."""
    done: Counter[str] = Counter()
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('monitoring.day'))")
            moved = step(on, now)
        if not moved.total():
            return done
        done += moved


def _expire(on: date, now: datetime) -> Counter[str]:
    """Forms whose time is over take no answer any more; their tasks end as well."""
    over = CheckIn.objects.live().filter(expires_on__lte=on).for_update().order_by("expires_on", "pk")
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    Task.objects.waiting().filter(checkin__in=ids).update(outcome=Outcome.LAPSED, done_at=now, updated_at=now)
    done = CheckIn.objects.filter(pk__in=ids).update(state=State.EXPIRED, next_step_on=None, updated_at=now)
    return Counter(expired=done)


def _open(on: date, now: datetime) -> Counter[str]:
    due = CheckIn.objects.due(on).for_update().order_by("due_on", "pk").select_related("person__user", "business")
    rows = list(due[:BATCH])
    covered_by = _covering([row.business_id for row in rows], now)
    opened, missed, merged = [], [], []
    for row in rows:
        if row.due_on + timedelta(days=OPEN_DAYS) <= on:
            missed.append(row.pk)
        elif row.business_id in covered_by:
            row.state, row.merged_into_id, row.updated_at = State.MERGED, covered_by[row.business_id], now
            merged.append(row)
        else:
            covered_by[row.business_id] = row.pk
            opened.append(row)
    CheckIn.objects.filter(pk__in=missed).update(state=State.EXPIRED, updated_at=now)
    _mark_opened(opened, on, now)
    CheckIn.objects.bulk_update(merged, ["state", "merged_into", "updated_at"])
    invited = [row for row in opened if _has_address(row)]
    outbox.queue_each(messages.INVITATION.name, letters=[_letter(row, on) for row in invited], now=now)
    return Counter(opened=len(opened), merged=len(merged), missed=len(missed))


def _covering(businesses: list[int], now: datetime) -> dict[int, int]:
    """Business -> the check-in that is open, or was answered a few days ago."""
    fresh = Q(state=State.ANSWERED, answered_at__gt=now - timedelta(days=FRESH_DAYS))
    rows = CheckIn.objects.filter(Q(state__in=LIVE) | fresh, business__in=businesses)
    return dict(rows.order_by("pk").values_list("business_id", "pk"))


def _mark_opened(rows: list[CheckIn], on: date, now: datetime) -> None:
    """Who has no address is not invited: the assistant gets the task the same day."""
    village = Subquery(Business.objects.filter(pk=OuterRef("business_id")).values("village_id")[:1])
    common = {
        "state": State.OPEN,
        "opened_on": on,
        "expires_on": on + timedelta(days=OPEN_DAYS),
        "region_code": village,
        "updated_at": now,
    }
    reached = [row.pk for row in rows if _has_address(row)]
    first = on + timedelta(days=FIRST_REMINDER_DAYS)
    CheckIn.objects.filter(pk__in=reached).update(**common, invited_at=now, next_step_on=first)
    silent = [row.pk for row in rows if not _has_address(row)]
    CheckIn.objects.filter(pk__in=silent).update(**common, next_step_on=on)


def _has_address(row: CheckIn) -> bool:
    return bool(row.person.user_id or row.person.phone or row.person.email)


def _letter(row: CheckIn, on: date) -> Letter:
    expires_on = row.expires_on or on + timedelta(days=OPEN_DAYS)
    return Letter(
        to=row.person.as_recipient(),
        subject=f"checkin:{row.pk}",
        url=links.path(row.uid),
        context={
            "business": row.business.name,
            "wave": row.wave,
            "label": row.cause_label,
            "until": _short_date(expires_on - timedelta(days=1)),
        },
    )


def _remind(on: date, now: datetime) -> Counter[str]:
    due = CheckIn.objects.filter(
        state=State.OPEN,
        next_step_on__lte=on,
        invited_at__isnull=False,
        reminders__lt=MOST_REMINDERS,
    )
    rows = list(due.for_update().order_by("next_step_on", "pk").select_related("person__user", "business")[:BATCH])
    for number, kind in enumerate(messages.REMINDERS):
        _remind_all([row for row in rows if row.reminders == number], kind, on=on, now=now)
        next_step = on + timedelta(days=DAYS_AFTER_REMINDER[number])
        CheckIn.objects.filter(pk__in=[row.pk for row in rows if row.reminders == number]).update(
            reminders=F("reminders") + 1, next_step_on=next_step, updated_at=now
        )
    return Counter(reminded=len(rows))


def _remind_all(rows: list[CheckIn], kind: Kind, *, on: date, now: datetime) -> None:
    if rows:
        outbox.queue_each(kind.name, letters=[_letter(row, on) for row in rows], now=now)


def _escalate(on: date, now: datetime) -> Counter[str]:
    silent = Q(reminders=MOST_REMINDERS) | Q(invited_at__isnull=True)
    due = CheckIn.objects.filter(silent, state=State.OPEN, next_step_on__lte=on)
    rows = list(due.for_update().order_by("next_step_on", "pk")[:BATCH])
    assistants = _assistants({row.region_code[:8] for row in rows})
    Task.objects.bulk_create(
        [
            Task(
                checkin=row,
                region_code=row.region_code,
                opened_at=now,
                created_at=now,
                assignee_id=_turn(assistants.get(row.region_code[:8], []), row.pk),
                due_on=on + timedelta(days=TASK_DAYS),
            )
            for row in rows
        ]
    )
    done = CheckIn.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.ESCALATED, escalated_at=now, next_step_on=None, updated_at=now
    )
    return Counter(escalated=done)


def _assistants(districts: set[str]) -> dict[str, list[int]]:
    """District -> its assistants in force. An empty list = the office's own queue."""
    found: dict[str, list[int]] = {}
    rows = Assignment.objects.in_force().filter(role=Role.FACILITATOR, region_code__in=districts)
    for code, user in rows.order_by("region_code", "user_id").values_list("region_code", "user_id"):
        found.setdefault(code, []).append(user)
    return found


def _turn(assistants: list[int], key: int) -> int | None:
    """Several assistants of one district take turns."""
    return assistants[key % len(assistants)] if assistants else None


@transaction.atomic
def _tell_assistants(day: DayRun, now: datetime) -> int:
    """One message per assistant and day, however many owners she has to call."""
    opened = Task.objects.waiting().filter(opened_at__gte=day.started_at, assignee__isnull=False)
    counts = dict(opened.order_by("assignee").values_list("assignee").annotate(Count("pk")))
    until = _short_date(day.on + timedelta(days=TASK_DAYS))
    letters = [
        Letter(
            to=Recipient.of_user(user),
            subject=f"checkin_tasks:{day.on:%Y-%m-%d}",
            url=reverse("monitoring:task-list"),
            context={"count": counts[user.pk], "until": until},
        )
        for user in User.objects.filter(pk__in=counts).prefetch_related("assignments").order_by("pk")
    ]
    return outbox.queue_each(messages.NEW_TASKS.name, letters=letters, now=now)
