"""The money goes out."""

from datetime import date, datetime
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.enums import AccountKind
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from revolving_funds import modes, queries, schedule
from revolving_funds.actions import applications, hands, late_entries, pools
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import Application, Instalment, Loan, Pool
from revolving_funds.signals import loan_disbursed

# In the language of whoever reads it, not of the officer at the desk.
_short_date = lazy(short_date, str)


class RunningLoan(ActionError):
    message = _("This person already has a running loan. It must be paid off first.")


class NoRule(ActionError):
    message = _("The office has no rule of the fund for this day. Enter one before money is paid out.")


class DayOutOfRange(ActionError):
    message = _("The day of payment lies ahead, or before the decision.")
    field = "disbursed_on"


@transaction.atomic
def disburse(
    *,
    application: Application,
    by: User,
    now: datetime,
    on: date,
    pool: Pool | None = None,
    disbursed_on: date | None = None,
) -> Loan:
    """Pay an approved application out of the pool that was reserved for it, or out of `pool` (J3), and plan the
    instalments. `disbursed_on` is the day the bank paid (default: today, `on`), no earlier than the decision by the
    office's own clock. Where the month of that day is closed, the entry stands on the day `on`; the schedule, interest
    and punctuality follow `disbursed_on`.

    Raises WrongStep, SamePersonTwice, PoolEmpty (another pool without the money), RunningLoan. Locks the
    application; a second call finds it disbursed and raises WrongStep.
    """
    application = Application.objects.locked(application.pk)
    if application.status != ApplicationStatus.APPROVED:
        raise applications.WrongStep
    hands.keep_apart(application, by, step="disbursed_by")
    day = disbursed_on or on
    if day > on or (application.decided_at and day < _local_day(application, application.decided_at)):
        raise DayOutOfRange
    _settle_pool(application, pool, by=by, now=now, on=on)
    try:
        with transaction.atomic():
            loan = _create(application, day, by=by, now=now, on=on)
    except IntegrityError as error:
        if "loan_one_open" in str(error):
            raise RunningLoan from error
        raise
    application.status = ApplicationStatus.DISBURSED
    application.disbursed_at, application.disbursed_by = now, by
    application.save(update_fields=["status", "pool", "disbursed_at", "disbursed_by", "updated_at"])
    log.record("loan.disbursed", loan, by=by, now=now, amount=loan.amount, pool=str(loan.pool))
    _tell(loan, now)
    transaction.on_commit(partial(loan_disbursed.send_robust, sender=Loan, loan=loan), robust=True)
    return loan


def _local_day(application: Application, moment: datetime) -> date:
    """The day of a moment at the office."""
    return timezone.localtime(moment, Office.objects.get(region_id=application.office_code).tz).date()


def _settle_pool(application: Application, pool: Pool | None, *, by: User, now: datetime, on: date) -> None:
    """Move the reservation where the treasurer wants the money to come from another pool."""
    assert application.pool is not None  # noqa: S101 -- a constraint of APPROVED
    if pool is None or pool.pk == application.pool_id:
        return
    if pool.agreement.office_id != application.pool.agreement.office_id:
        raise pools.PoolEmpty
    pools.let_go(application, application.pool, by=by, now=now, on=on, why="other pool")
    pools.hold(application, pool, by=by, now=now, on=on)
    application.pool = pool


def _create(application: Application, day: date, *, by: User, now: datetime, on: date) -> Loan:
    amount, pool = application.approved_amount, application.pool
    assert amount is not None and pool is not None  # noqa: S101, PT018 -- a constraint of APPROVED
    book = application.office_code
    dues = plan_for(Office.objects.get(region_id=book), amount, application.tenor_months, day)
    number = next_number(book, day)
    account = accounts.open_account(
        book=book,
        code=f"{modes.loan_head(pool.agreement)}/{number}",
        name=str(application.person),
        kind=AccountKind.ASSET,
        ceiling=amount,
    )
    post = partial(
        journal.post,
        book=book,
        kind="DISBURSED",
        legs=[debit(account, amount), credit(pool.reserved_id, amount)],
        scope="loan.disburse",
        key=str(application.uid),
        by=by,
        now=now,
        checked_by=application.decided_by,
    )
    entry = late_entries.post_on(post, day=day, on=on, memo="")
    loan = Loan.objects.create(
        number=number,
        application=application,
        person_id=application.person_id,
        business_id=application.business_id,
        village_id=application.village_id,
        pool=pool,
        level=application.level,
        amount=amount,
        tenor_months=application.tenor_months,
        account=account,
        disbursement=entry,
        disbursed_on=day,
        booked_on=entry.business_date if entry.business_date != day else None,
        maturity_on=dues[-1].due_on,
        due_from=dues[0].due_on,
    )
    Instalment.objects.bulk_create(
        [
            Instalment(
                loan=loan,
                number=due.number,
                contract_due_on=due.contract_due_on,
                due_on=due.due_on,
                amount=due.amount,
                cumulative=due.cumulative,
            )
            for due in dues
        ]
    )
    return loan


def plan_for(office: Office, amount: int, tenor: int, day: date) -> list[schedule.Due]:
    """The schedule by the office's rule in force on `day`. Raises NoRule."""
    policy = queries.policy_on(office, day)
    if policy is None:
        raise NoRule
    return queries.plan_by(policy, amount=amount, tenor=tenor, on=day)


def next_number(book: str, day: date) -> str:
    """`3204-2026-000042`: office, year and a number that is never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('revolving_funds_application', 'id'))")
        return f"{book.replace('.', '')}-{day.year}-{cursor.fetchone()[0]:06d}"


def _tell(loan: Loan, now: datetime) -> None:
    first = loan.instalments.order_by("number").first()
    assert first is not None  # noqa: S101 -- a schedule has a first row
    outbox.queue(
        "fund_loan_disbursed",
        to=[loan.person.as_recipient()],
        subject=f"loan:{loan.pk}",
        context={"bank": loan.pool.agreement.bank.name, "due": _short_date(first.due_on)},
        url=loan.get_absolute_url(),
        now=now,
    )
