"""The daily close: the figures of the day kept, holds that ran out let go, visits asked for."""

from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role
from foundation.audit import log
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter, Recipient
from foundation.regions.models import Office
from revolving_funds import close, kept
from revolving_funds.actions import due_days, pools
from revolving_funds.enums import VisitOutcome
from revolving_funds.models import FundDay, LoanStanding, Policy, Visit
from revolving_funds.signals import visit_asked

# After the last reminder (+30, or a few days later where a day was missed) a person comes by.
VISIT_AFTER = 30
VISIT_WITHIN = timedelta(days=7)


def run(*, on: date, now: datetime) -> dict[str, int]:
    """Close the day before `on` for every office with a programme, then what follows from it. Safe to repeat."""
    done = {"expired": pools.expire(on=on, now=now), "offices": 0, "visits": 0}
    offices = Office.objects.filter(pk__in=Policy.objects.values("office")).order_by("pk")
    for office in offices:
        close_day(office=office, on=on - timedelta(days=1), now=now)
        due_days.raise_again(office=office, on=on)
        for day in kept.month_ends(office):
            keep_day(office=office, on=day, now=now)
        done["offices"] += 1
        done["visits"] += ask_for_visits(office=office, on=on, now=now)
    return done


@transaction.atomic
def close_day(*, office: Office, on: date, now: datetime) -> int:
    """Keep the figures of `office` at the close of `on`. The same day again: the same rows, counted anew."""
    return _keep(office, on, close.close(office, on=on), now)


@transaction.atomic
def keep_day(*, office: Office, on: date, now: datetime) -> int:
    """Keep the figures of a day long past, such as the last one of a month that was closed. The late loans of the last
    close stay as they are.
    """
    return _keep(office, on, close.parts(office, on=on, patient=True), now)


def _keep(office: Office, on: date, parts: list[close.Part], now: datetime) -> int:
    rows = [
        FundDay(
            office=office,
            as_of=on,
            dimension=part.dimension,
            key=part.key,
            loans=part.loans,
            outstanding=part.outstanding,
            overdue_loans=part.overdue_loans,
            overdue_amount=part.overdue_amount,
            eased_loans=part.eased_loans,
            eased_outstanding=part.eased_outstanding,
            par=list(part.par),
            par_eased=list(part.par_eased),
            due=part.due,
            paid_on_time=part.paid_on_time,
            collected=part.collected,
            old_arrears=part.old_arrears,
            collected_old=part.collected_old,
            quality=part.quality,
            closed_at=now,
        )
        for part in parts
    ]
    FundDay.objects.filter(office=office, as_of=on).delete()
    FundDay.objects.bulk_create(rows)
    log.record("fund.day_closed", office, by=None, now=now, on=str(on))
    return len(rows)


@transaction.atomic
def ask_for_visits(*, office: Office, on: date, now: datetime) -> int:
    """Ask the assistant of the district to see borrowers whom three reminders did not reach; who has paid meanwhile
    is left alone. Once per late instalment; the next is asked for when that visit is done.
    """
    late = LoanStanding.objects.filter(village__code__startswith=office.region_id, days_past_due__gt=VISIT_AFTER)
    waiting = Visit.objects.waiting().filter(loan__village__code__startswith=office.region_id)
    waiting.exclude(loan__in=LoanStanding.objects.values("loan")).update(
        done_at=now, outcome=VisitOutcome.LAPSED, updated_at=now
    )
    rows = list(
        late.exclude(loan__in=Visit.objects.waiting().values("loan"))
        .order_by("loan")
        .values_list("loan", "village", "as_of", "days_past_due")
    )
    asked = set(Visit.objects.filter(loan__in=[row[0] for row in rows]).values_list("loan", "late_since"))
    helpers = _assistants({village[:8] for _loan, village, _as_of, _days in rows})
    visits = [
        Visit(
            loan_id=loan,
            late_since=as_of - timedelta(days=days),
            assignee_id=_turn(helpers.get(village[:8], []), loan),
            due_on=on + VISIT_WITHIN,
            created_at=now,
        )
        for loan, village, as_of, days in rows
        if (loan, as_of - timedelta(days=days)) not in asked
    ]
    Visit.objects.bulk_create(visits)
    if visits:
        _tell(visits, on, now)
        transaction.on_commit(partial(visit_asked.send_robust, sender=Visit, office=office, on=on), robust=True)
    return len(visits)


def _assistants(districts: set[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    rows = Assignment.objects.in_force().filter(role=Role.FACILITATOR, region_code__in=districts)
    for code, user in rows.order_by("region_code", "user_id").values_list("region_code", "user_id"):
        found.setdefault(code, []).append(user)
    return found


def _turn(helpers: list[int], key: int) -> int | None:
    return helpers[key % len(helpers)] if helpers else None


def _tell(visits: list[Visit], on: date, now: datetime) -> None:
    """One message for each assistant and day, however many borrowers it is."""
    people = {visit.assignee_id for visit in visits if visit.assignee_id}
    letters = [
        Letter(
            to=Recipient.of_user(user),
            subject=f"fund_visits:{on:%Y-%m-%d}",
            url=Visit.list_url(),
            context={"count": sum(visit.assignee_id == user.pk for visit in visits)},
        )
        for user in User.objects.filter(pk__in=people).prefetch_related("assignments").order_by("pk")
    ]
    outbox.queue_each("fund_visits", letters=letters, now=now)
