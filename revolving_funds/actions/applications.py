"""From wish to decision: draft, send, withdraw, survey, approve, reject."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.common.money import rupiah
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from members.models import Person
from revolving_funds import eligibility, queries
from revolving_funds.actions import documents, hands, pools
from revolving_funds.actions.pools import PoolEmpty
from revolving_funds.enums import LIVE, ApplicationStatus, Outcome
from revolving_funds.models import Application, Pool, Survey


class NotEligible(ActionError):
    message = _("A condition for a loan is not met yet.")


class WrongStep(ActionError):
    message = _("This application has moved on. Open it again to see where it stands.")


class SentTogether(ActionError):
    message = _("Your group sends its applications together. Say that yours is ready instead.")


class LeaderStays(ActionError):
    message = _("You speak for a group that is gathering. Dissolve the group first.")


class FellowLate(ActionError):
    message = _(
        "Somebody of the same group is late with a loan, and the rule of the fund stops an approval until that is paid."
    )


class PapersNotChecked(ActionError):
    message = _("Look at the papers first: whether they are complete is written down before the visit.")


class AmountTooHigh(ActionError):
    field = "amount"


class AmountMissing(ActionError):
    message = _("Write the amount that you need.")
    field = "amount"


class PurposeMissing(ActionError):
    message = _("Choose what the money is for.")
    field = "purpose"


class ReasonMissing(ActionError):
    message = _("Say why, so that the owner knows what to do.")
    field = "reason"


class RefusedBefore(ActionError):
    message = _(
        "You refused this application before, and the appeal against it was granted. You may approve it now; another officer decides if it is to be refused again."
    )


class VisitInFuture(ActionError):
    message = _("The visit cannot lie ahead.")
    field = "visited_on"


def _advance(application: Application, *, expect: tuple[str, ...]) -> Application:
    """The row, locked and fresh, in a status from which the step can be taken."""
    application = Application.objects.locked(application.pk)
    if application.status not in expect:
        raise WrongStep
    return application


@transaction.atomic
def start(*, person: Person, by: User, now: datetime, on: date) -> Application:
    """A draft for the step that is open to `person`; the draft that is there, if it is. Raises NotEligible."""
    draft = Application.objects.filter(person=person, status=ApplicationStatus.DRAFT).first()
    if draft is not None:
        return draft
    answer = eligibility.of(person, on=on)
    _refuse_unless_eligible(answer)
    assert answer.standing is not None and answer.business is not None  # noqa: S101, PT018 -- told by the conditions
    step = answer.standing.step(answer.standing.unlocked)
    try:
        with transaction.atomic():
            application = Application.objects.create(
                person=person,
                business=answer.business,
                village_id=answer.business.village_id,
                level=step.level,
                tenor_months=step.tenor,
            )
    except IntegrityError:  # two taps at once: the other one made it
        return Application.objects.get(person=person, status__in=LIVE)
    log.record("application.started", application, by=by, now=now, level=step.level)
    return application


def _refuse_unless_eligible(answer: eligibility.Eligibility) -> None:
    for condition in answer.missing:
        raise NotEligible(condition.text, next_url=condition.url, next_label=condition.link)


@transaction.atomic
def fill(*, application: Application, by: User, now: datetime, **fields: Any) -> Application:
    """Keep what was typed in a draft: amount, purpose, details, monthly_sales. Refuses more than the step allows."""
    application = _advance(application, expect=(ApplicationStatus.DRAFT,))
    amount = fields.get("amount")
    if amount:
        _within_tier(application, amount, timezone.localdate(now))
    if application.ready_at:  # what changes is read over once more
        application.ready_at = None
        application.save(update_fields=["ready_at", "updated_at"])
    for name, value in fields.items():
        if name not in {"amount", "purpose", "details", "monthly_sales"}:
            raise TypeError(name)
        setattr(application, name, value)
    application.save(update_fields=[*fields, "updated_at"])
    log.record("application.filled", application, by=by, now=now, fields=sorted(fields))
    return application


def _within_tier(application: Application, amount: int, day: date, field: str = "amount") -> None:
    office = Office.objects.get(region_id=application.office_code)
    tier = next((tier for tier in queries.tiers_on(office, day) if tier.level == application.level), None)
    if tier is None or amount > tier.amount:
        top = rupiah(tier.amount) if tier else "Rp0"
        raise AmountTooHigh(
            _("Write at most %(top)s; that is the ceiling of step %(level)d.")
            % {"top": top, "level": application.level},
            field=field,
        )
    smallest = application.tenor_months * 10_000
    if amount < smallest:
        raise AmountTooHigh(_("Write at least %(least)s.") % {"least": rupiah(smallest)}, field=field)


@transaction.atomic
def submit(*, application: Application, by: User, now: datetime, on: date) -> Application:
    """Send the draft. The conditions are looked at once more. Raises NotEligible, AmountMissing, PurposeMissing,
    DocumentMissing, SentTogether (in a group that is still gathering).
    """
    application = _advance(application, expect=(ApplicationStatus.DRAFT,))
    if gathering(application):
        raise SentTogether
    refuse_unless_whole(application, on=on)
    return send(application=application, applied_by=by, by=by, now=now)


def gathering(application: Application) -> bool:
    """It waits for the fellows of a group that has not sent its file yet."""
    return application.group is not None and application.group.is_gathering


def refuse_unless_whole(application: Application, *, on: date) -> None:
    """Could it be sent now? Raises what `submit` raises."""
    _refuse_unless_eligible(eligibility.of(application.person, on=on))
    if not application.amount:
        raise AmountMissing
    if not application.purpose:
        raise PurposeMissing
    documents.refuse_unless_complete(application)
    _within_tier(application, application.amount, on)


def send(*, application: Application, applied_by: User | None, by: User, now: datetime) -> Application:
    """The row of a whole application goes on its way; for `submit` and for the leader of a group."""
    application.status, application.return_reason = ApplicationStatus.SUBMITTED, ""
    application.submitted_at, application.applied_by = now, applied_by
    application.borrower_id = application.person.user_id
    application.save(update_fields=["status", "return_reason", "submitted_at", "applied_by", "borrower", "updated_at"])
    log.record("application.submitted", application, by=by, now=now, amount=application.amount)
    _tell("fund_application_sent", application, now)
    return application


@transaction.atomic
def withdraw(*, application: Application, by: User, now: datetime, on: date) -> Application:
    """Take an application back before the money is paid; what was reserved for it goes back into the pool."""
    application = _advance(application, expect=tuple(LIVE))
    if gathering(application):
        if application.group is not None and application.group.leader_id == application.person_id:
            raise LeaderStays
        application.group = application.ready_at = None
    if application.status == ApplicationStatus.APPROVED:
        assert application.pool is not None and application.approved_amount is not None  # noqa: S101, PT018 -- a constraint
        pools.let_go(application, application.pool, by=by, now=now, on=on, why="withdrawn")
    application.status = ApplicationStatus.WITHDRAWN
    application.save(update_fields=["status", "group", "ready_at", "updated_at"])
    log.record("application.withdrawn", application, by=by, now=now)
    return application


@transaction.atomic
def send_back(*, application: Application, reason: str, by: User, now: datetime) -> Application:
    """Give a sent application back to be mended: the owner reads what, and sends it again. Raises ReasonMissing,
    WrongStep, SamePersonTwice.
    """
    if not reason.strip():
        raise ReasonMissing
    application = _advance(application, expect=(ApplicationStatus.SUBMITTED,))
    hands.keep_apart(application, by, step="checked_by")
    sent_by, sent_at = application.applied_by_id, application.submitted_at
    application.status, application.return_reason = ApplicationStatus.DRAFT, reason.strip()
    application.submitted_at = application.applied_by = application.checked_at = application.checked_by = None
    application.save(
        update_fields=[
            "status",
            "return_reason",
            "submitted_at",
            "applied_by",
            "checked_at",
            "checked_by",
            "updated_at",
        ]
    )
    log.record(
        "application.sent_back",
        application,
        by=by,
        now=now,
        reason=reason.strip(),
        sent_by=sent_by,
        sent_at=str(sent_at),
    )
    _tell("fund_application_returned", application, now, subject=f"application:{application.pk}/{now.timestamp():.0f}")
    return application


@transaction.atomic
def lapse(*, person: Person, by: User | None, now: datetime, on: date) -> None:
    """A payment was taken back and the loan before runs again: what was asked for on top of it falls away."""
    for application in Application.objects.live().filter(person=person).order_by("pk"):
        application = Application.objects.locked(application.pk)  # noqa: PLW2901 -- the same row, locked and fresh
        if application.status == ApplicationStatus.APPROVED:
            assert application.pool is not None  # noqa: S101 -- a constraint
            pools.let_go(application, application.pool, by=by, now=now, on=on, why="loan reopened")
        application.status = ApplicationStatus.WITHDRAWN
        application.save(update_fields=["status", "updated_at"])
        log.record("application.lapsed", application, by=by, now=now)


@transaction.atomic
def survey(
    *,
    application: Application,
    by: User,
    now: datetime,
    on: date,
    visited_on: date,
    is_operating: bool,
    place_matches: bool,
    monthly_sales: int,
    monthly_costs: int,
    other_debts: int,
    is_recommended: bool,
    notes: str,
    recommended_amount: int | None = None,
    place: tuple[Decimal, Decimal] | None = None,
    on_paper: bool = False,
) -> Survey:
    """What the verifier saw, and her recommendation. Raises PapersNotChecked, SamePersonTwice, AmountTooHigh,
    VisitInFuture.
    """
    application = _advance(application, expect=(ApplicationStatus.SUBMITTED,))
    if application.checked_at is None:
        raise PapersNotChecked
    hands.keep_apart(application, by, step="surveyed_by")
    if visited_on > on:
        raise VisitInFuture
    if is_recommended:
        recommended_amount = recommended_amount or application.amount or 0
        _within_tier(application, recommended_amount, on, field="recommended_amount")
    found = Survey.objects.create(
        application=application,
        visited_on=visited_on,
        is_operating=is_operating,
        place_matches=place_matches,
        monthly_sales=monthly_sales,
        monthly_costs=monthly_costs,
        other_debts=other_debts,
        is_recommended=is_recommended,
        recommended_amount=recommended_amount if is_recommended else None,
        notes=notes,
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        on_paper=on_paper,
    )
    application.status = ApplicationStatus.SURVEYED
    application.surveyed_at, application.surveyed_by = now, by
    application.save(update_fields=["status", "surveyed_at", "surveyed_by", "updated_at"])
    log.record("application.surveyed", application, by=by, now=now, recommended=is_recommended)
    return found


@transaction.atomic
def approve(
    *,
    application: Application,
    by: User,
    now: datetime,
    on: date,
    amount: int | None = None,
    pool: Pool | None = None,
    reason: str = "",
) -> Application:
    """Approve a surveyed application and reserve the money for it (J2). Nobody approves what they surveyed.

    Without `amount` the recommended one; without `pool` the fullest of the newest year that has it. Raises WrongStep, SamePersonTwice,
    AmountTooHigh, PoolEmpty, SubsidyBudgetEmpty.
    """
    application = _advance(application, expect=(ApplicationStatus.SURVEYED,))
    hands.keep_apart(application, by, step="decided_by")
    found = application.survey
    amount = amount or found.recommended_amount or application.amount or 0
    _within_tier(application, amount, on)
    office = Office.objects.get(region_id=application.office_code)
    if queries.stopped_by_fellows(application, office, on):
        raise FellowLate
    tenor = application.tenor_months
    pool = pool or queries.pool_with(office, amount, on=on, tenor=tenor) or queries.pool_with(office, amount, on=on)
    if pool is None or pool.agreement.office_id != office.pk:
        raise PoolEmpty
    application.approved_amount, application.pool = amount, pool
    application.reserved_until = pools.hold_until(application, on)
    pools.hold(application, pool, by=by, now=now, on=on)
    application.status, application.decision_reason = ApplicationStatus.APPROVED, reason
    application.decided_at, application.decided_by = now, by
    application.save(
        update_fields=[
            "status",
            "approved_amount",
            "pool",
            "reserved_until",
            "decision_reason",
            "decided_at",
            "decided_by",
            "updated_at",
        ]
    )
    log.record("application.approved", application, by=by, now=now, amount=amount, pool=str(pool))
    _tell("fund_application_approved", application, now, bank=pool.agreement.bank.name)
    return application


@transaction.atomic
def reject(*, application: Application, by: User, now: datetime, reason: str) -> Application:
    """Refuse a surveyed application, with the reason the owner will read. Raises WrongStep, SamePersonTwice,
    RefusedBefore.
    """
    if not reason.strip():
        raise ReasonMissing
    application = _advance(application, expect=(ApplicationStatus.SURVEYED,))
    hands.keep_apart(application, by, step="decided_by")
    if refused_before(application, by):
        raise RefusedBefore
    application.status, application.decision_reason = ApplicationStatus.REJECTED, reason.strip()
    application.decided_at, application.decided_by = now, by
    application.save(update_fields=["status", "decision_reason", "decided_at", "decided_by", "updated_at"])
    log.record("application.rejected", application, by=by, now=now, reason=reason)
    _tell("fund_application_rejected", application, now)
    return application


def refused_before(application: Application, user: User) -> bool:
    """Did `user` refuse it once, and the appeal against that was granted?"""
    return application.past_decisions.filter(outcome=Outcome.REFUSED, decided_by=user).exists()


def _tell(kind: str, application: Application, now: datetime, subject: str = "", **context: str) -> None:
    outbox.queue(
        kind,
        to=[application.person.as_recipient()],
        subject=subject or f"application:{application.pk}",
        context=context,
        url=application.get_absolute_url(),
        now=now,
    )
