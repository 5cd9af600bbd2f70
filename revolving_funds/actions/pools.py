"""Money of a pool held, let go, carried over; and the budget for the subsidy, which binds as the principal does."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import NotEnough
from foundation.ledger.models import Account, Leg, Transaction
from revolving_funds import queries
from revolving_funds.actions import mirrors, past
from revolving_funds.enums import ApplicationStatus, Undone
from revolving_funds.models import AgreementPaper, Application, BatchRow, Pool

RESERVE = "loan.reserve"
CARRY = "pool.carry"
ENTERED = ("pool.place", "pool.subsidy")
DEFAULT_HOLD = timedelta(days=30)


class AmountNotPositive(ActionError):
    message = _("The amount is above zero.")
    field = "amount"


class PoolEmpty(ActionError):
    message = _("No pool holds enough money. Ask the treasurer to place some, or approve less.")
    field = "pool"


class SubsidyBudgetEmpty(ActionError):
    message = _(
        "The subsidy budget of this year does not cover the interest of this loan. Ask the treasurer to enter the budget of the bank."
    )
    field = "pool"


class NotThisEntry(ActionError):
    message = _("This entry did not bring money or budget into this pool, or it was taken back before.")
    field = "entry"


class SameHand(ActionError):
    message = _("You entered this yourself. Another officer takes it back.")


class MoneyIsOut(ActionError):
    message = _("Part of this is set aside, promised or lent already, so it cannot be taken back whole.")
    field = "entry"


class YearNotOver(ActionError):
    message = _("The year of this pool is not over yet.")


class NotTheNextPool(ActionError):
    message = _("Money is carried over to the same bank's pool of the next year. Open that pool first.")
    field = "into"


def appropriation(book: str) -> Account:
    """Where subsidy budgets come from: what the council granted, counted against what was handed to the pools."""
    return accounts.open_account(
        book=book, code="subsidy.appropriation", name="Anggaran subsidi bunga", kind=AccountKind.EQUITY, floor=None
    )


@transaction.atomic
def budget_subsidy(
    *, pool: Pool, amount: int, reference: str, on: date, key: str, by: User | None, now: datetime
) -> Pool:
    """Enter `amount` rupiah of the year's budget for interest subsidy. The same `key` again enters nothing."""
    if amount <= 0:
        raise AmountNotPositive
    book = pool.available.book
    journal.post(
        book=book,
        kind="SUBSIDY_BUDGETED",
        business_date=on,
        legs=[debit(pool.subsidy_budget_id, amount), credit(appropriation(book), amount)],
        scope="pool.subsidy",
        key=key,
        by=by,
        now=now,
        memo=reference,
    )
    log.record("fund.subsidy_budgeted", pool, by=by, now=now, amount=amount, reference=reference)
    return pool


@transaction.atomic
def take_back(*, pool: Pool, entry: Transaction, reason: str, by: User, now: datetime, on: date) -> Transaction:
    """Take back money that was placed, or a budget that was entered, by mistake: the mirror of its entry (J12), by another
    hand than entered it. Raises ReasonMissing, NotThisEntry, SameHand, MoneyIsOut, AlreadyReversed.
    """
    if not entered(pool).filter(pk=entry.pk).exists():
        raise NotThisEntry
    if by.pk == entry.maker_id:
        raise SameHand
    mirror = mirrors.mirror(entry, key=str(entry.uid), reason=reason, by=by, now=now, on=on, gone=MoneyIsOut)
    log.record("fund.entry_taken_back", pool, by=by, now=now, entry=str(entry.uid), reason=reason.strip())
    return mirror


def entered(pool: Pool) -> QuerySet[Transaction]:
    """What was placed in `pool` or entered as its budget, and still stands, the latest first."""
    accounts_of = (pool.available_id, pool.subsidy_budget_id)
    rows = Transaction.objects.filter(idem_scope__in=ENTERED, reversed_by=None)
    return rows.filter(Exists(Leg.objects.filter(transaction=OuterRef("pk"), account__in=accounts_of))).order_by("-pk")


def hold(application: Application, pool: Pool, *, by: User | None, now: datetime, on: date) -> Transaction:
    """J2 and J9: principal of the pool and subsidy of this year's budget set aside for an approved application.

    The floors of the accounts decide, whoever else asks at the same moment. Raises PoolEmpty, SubsidyBudgetEmpty.
    """
    amount = application.approved_amount or 0
    legs: list[Entry] = [debit(pool.reserved_id, amount), credit(pool.available_id, amount)]
    cost = queries.expected_subsidy(pool, amount, application.tenor_months, on=on)
    if cost:
        budget = queries.budget_of(pool, on.year)
        if budget is None:
            raise SubsidyBudgetEmpty
        legs += [debit(budget.subsidy_committed_id, cost), credit(budget.subsidy_budget_id, cost)]
    try:
        return journal.post(
            book=application.office_code,
            kind="RESERVED",
            business_date=on,
            legs=legs,
            scope=RESERVE,
            key=f"{application.uid}/{pool.pk}/{int(now.timestamp() * 1_000_000)}",
            by=by,
            now=now,
        )
    except NotEnough as error:
        short = Account.objects.get(pk=pool.available_id).balance < amount
        raise (PoolEmpty if short else SubsidyBudgetEmpty) from error


def let_go(
    application: Application, pool: Pool, *, by: User | None, now: datetime, on: date, why: str
) -> Transaction | None:
    """Take back what `hold` set aside, leg by leg; None where nothing is held any more. The agreement that was printed
    for it no longer holds, and the bank need not answer.
    """
    AgreementPaper.objects.holding().filter(application=application).update(voided_at=now)
    BatchRow.objects.filter(application=application, answered=False).update(answered=True)
    held = (
        Transaction.objects.filter(idem_scope=RESERVE, idem_key__startswith=f"{application.uid}/{pool.pk}")
        .order_by("-pk")
        .first()
    )
    if held is None or Transaction.objects.filter(idem_scope="loan.release", idem_key=str(held.uid)).exists():
        return None
    return journal.post(
        book=application.office_code,
        kind="RELEASED",
        business_date=on,
        legs=_mirror(held),
        scope="loan.release",
        key=str(held.uid),
        by=by,
        now=now,
        memo=why,
    )


def _mirror(held: Transaction) -> list[Entry]:
    """The legs turned round. A promise of interest that was carried over since goes back to the budget of the year it is in."""
    rows = Leg.objects.filter(transaction=held).order_by("leg_no").values_list("account_id", "amount")
    back = {account: -amount for account, amount in rows}
    pool = Pool.objects.filter(subsidy_committed__in=back).first()
    into = carried_into(pool) if pool else None
    if pool is not None and into is not None:
        back[into.subsidy_committed_id] = back.pop(pool.subsidy_committed_id)
        back[into.subsidy_budget_id] = back.pop(pool.subsidy_budget_id)
    return [Entry(account, amount) for account, amount in back.items()]


def carried_into(pool: Pool) -> Pool | None:
    """The pool in which the promises of `pool` stand by now, through however many years; None where they never moved."""
    found = None
    while entry := Transaction.objects.filter(idem_scope=CARRY, idem_key__startswith=f"{(found or pool).uid}/").last():
        legs = Leg.objects.filter(transaction=entry).values("account")
        after = Pool.objects.filter(year=(found or pool).year + 1, subsidy_committed__in=legs).first()
        if after is None:
            break
        found = after
    return found


def hold_until(application: Application, on: date) -> date:
    """The last day on which the money is held while the bank is silent."""
    office = queries.office_of(application.office_code)
    policy = queries.policy_on(office, on) if office else None
    return on + (timedelta(days=policy.reservation_days) if policy else DEFAULT_HOLD)


@transaction.atomic
def expire(*, on: date, now: datetime, limit: int = 500) -> int:
    """Let go what is held longer than the rule allows: the bank did not answer. Back to the approver, who decides
    again; nobody has to apply anew, and what was decided is kept (PastDecision). Returns how many; a second run finds nothing.
    """
    rows = (
        Application.objects.for_update(skip_locked=True)
        .filter(status=ApplicationStatus.APPROVED, reserved_until__lt=on)
        .order_by("reserved_until", "pk")
        .select_related("pool", "decided_by")[:limit]
    )
    done = 0
    for application in rows:
        assert application.pool is not None  # noqa: S101 -- a constraint of APPROVED
        let_go(application, application.pool, by=None, now=now, on=on, why="bank silent")
        log.record(
            "application.reservation_expired",
            application,
            by=None,
            now=now,
            decided_by=str(application.decided_by_id),
            until=str(application.reserved_until),
        )
        past.put_aside(application, why=Undone.BANK_SILENT, by=None, now=now)
        done += 1
    return done


@transaction.atomic
def carry_over(*, pool: Pool, into: Pool, on: date, by: User | None, now: datetime) -> Transaction | None:
    """At the end of the year: what is available and the subsidy promised but not yet paid go to the bank's pool of
    the next year; what is left of the subsidy budget lapses. What is reserved or lent stays where it is: it comes
    back to its own pool and may be carried over then. None where there is nothing to carry.

    Raises YearNotOver, NotTheNextPool.
    """
    if on.year <= pool.year:
        raise YearNotOver
    same_bank = into.agreement.bank_id == pool.agreement.bank_id
    if into.year != pool.year + 1 or not same_bank or into.agreement.office_id != pool.agreement.office_id:
        raise NotTheNextPool
    book = pool.available.book
    ids = (pool.available_id, pool.subsidy_committed_id, pool.subsidy_budget_id)
    left = {row.pk: row.balance for row in Account.objects.for_update().filter(pk__in=ids).order_by("pk")}
    legs: list[Entry] = []
    for source, target in zip(ids, (into.available_id, into.subsidy_committed_id, appropriation(book).pk), strict=True):
        if left[source]:
            legs += [debit(target, left[source]), credit(source, left[source])]
    if not legs:
        return None
    entry = journal.post(
        book=book,
        kind="CARRIED_OVER",
        business_date=on,
        legs=legs,
        scope=CARRY,
        key=f"{pool.uid}/{int(now.timestamp() * 1_000_000)}",
        by=by,
        now=now,
        memo=f"{pool.year} -> {into.year}",
    )
    log.record("fund.carried_over", pool, by=by, now=now, into=str(into), available=left[pool.available_id])
    return entry
