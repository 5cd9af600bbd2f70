"""The office's plan of a fiscal year: places and money by source, budget lines, what was spent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.regions import zones
from foundation.regions.models import Office
from trainings import queries, quotas
from trainings.actions import offers
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models import Enrolment, PlanActivity, PlanShare, Spending, Training, YearPlan

Shares = Mapping[ProposalSource, tuple[int, int]]


class NothingPlanned(ActionError):
    message = _("A plan needs places from at least one source.")


class PlacesTaken(ActionError):
    message = _("%(source)s: %(taken)s places are already taken, so the share cannot be smaller.")


class PlacesReleased(ActionError):
    message = _("%(source)s: %(given)s places are already released, so the share cannot be smaller.")


class ActivityTaken(ActionError):
    message = _(
        "Activity %(code)s: %(taken)s places are taken and %(places)s are planned. Please plan more places for it, or "
        "put some of its trainings under another activity."
    )
    field = "places"


class BudgetSpent(ActionError):
    message = _("Rp%(spent)s of this activity's budget is already spent, so it cannot be smaller.")
    field = "budget"


class AlreadyReleased(ActionError):
    message = _("The unused places of this plan are already released.")


class CodeTaken(ActionError):
    message = _("This budget code already stands in the plan.")
    field = "code"


class DocumentTaken(ActionError):
    message = _("This document is already recorded for the activity.")
    field = "document"


class OtherPlan(ActionError):
    message = _("The training belongs to the plan of another office or year.")


class OverBudget(ActionError):
    message = _("Only Rp%(left)s is left of this activity's budget.")
    field = "amount"


class NotToSpend(ActionError):
    message = _("Please give an amount above zero.")
    field = "amount"


class AlreadyCorrected(ActionError):
    message = _("This line is already taken back.")


def draw_up(
    *,
    office: Office,
    year: int,
    shares: Shares,
    by: User | None,
    now: datetime,
    is_binding: bool = False,
    release_on: date | None = None,
) -> YearPlan:
    """Set places and budget (whole rupiah) by source for the office's fiscal year, new or changed.

    Sources that are not named keep nothing. `is_binding` makes the shares limits of enrolment; `release_on` is the
    day on which unused places go to the owners' own registration. Who waits for a share that has grown rises.
    Raises NothingPlanned, PlacesTaken, PlacesReleased.
    """
    plan = _write_down(
        office=office, year=year, shares=shares, by=by, now=now, is_binding=is_binding, release_on=release_on
    )
    offers.fill(office_code=plan.office_code, year=year, now=now)
    return plan


@transaction.atomic
def _write_down(
    *,
    office: Office,
    year: int,
    shares: Shares,
    by: User | None,
    now: datetime,
    is_binding: bool,
    release_on: date | None,
) -> YearPlan:
    if not any(places for places, _budget in shares.values()):
        raise NothingPlanned
    quotas.alone(office.region_id, year)
    plan, _created = YearPlan.objects.get_or_create(
        office_code=office.region_id, year=year, defaults={"created_at": now}
    )
    plan = YearPlan.objects.locked(plan.pk)
    held = list(PlanShare.objects.for_update().filter(plan=plan).order_by("source"))
    before = {share.source: share.places for share in held}
    _check_given(held, shares)
    if is_binding:
        _check_taken(plan, shares)
    elif plan.is_binding:  # first, so that the database holds the smaller shares to nothing
        YearPlan.objects.filter(pk=plan.pk).update(is_binding=False)
    for source in ProposalSource:
        places, budget = shares.get(source, (0, 0))
        PlanShare.objects.update_or_create(plan=plan, source=source, defaults={"places": places, "budget": budget})
    if plan.released_at is None:
        plan.release_on = release_on
    plan.is_binding = is_binding
    plan.save(update_fields=["is_binding", "release_on", "updated_at"])
    after = {str(source): places for source, (places, _budget) in shares.items()}
    log.record("plan.drawn_up", plan, by=by, now=now, before=before, after=after, binding=is_binding)
    return plan


def _check_given(held: Sequence[PlanShare], shares: Shares) -> None:
    for share in held:
        source = ProposalSource(share.source)
        if share.given > shares.get(source, (0, 0))[0]:
            raise PlacesReleased(PlacesReleased.message % {"source": source.label, "given": share.given})


def _check_taken(plan: YearPlan, shares: Shares) -> None:
    """Nobody loses a place because a share was cut."""
    held = {share.source: share for share in PlanShare.objects.filter(plan=plan)}
    for source, taken in quotas.holding(plan.office_code, plan.year, within=True).items():
        share = held.get(source)
        moved = share.received - share.given if share else 0
        places, _budget = shares.get(ProposalSource(source), (0, 0))
        if taken > places + moved:
            raise PlacesTaken(PlacesTaken.message % {"source": ProposalSource(source).label, "taken": taken})
    lines = list(PlanActivity.objects.for_update().filter(plan=plan, places__gt=0).order_by("pk"))
    _check_lines(lines, quotas.holding_of(lines, within=True))


def _check_lines(lines: Sequence[PlanActivity], taken: Mapping[int, int]) -> None:
    """A target that binds holds at least those who have a place. Raises ActivityTaken."""
    for line in lines:
        held = taken.get(line.pk, 0)
        if held > line.places:
            facts = {"code": line.code, "taken": held, "places": line.places}
            raise ActivityTaken(ActivityTaken.message % facts)


def release(*, plan: YearPlan, by: User | None, now: datetime) -> dict[str, int]:
    """Give the places that no source took to the owners' own registration, once. Returns places by source.

    Who waits on her own registration rises. Raises AlreadyReleased.
    """
    given = _release(plan, by=by, now=now)
    offers.fill(office_code=plan.office_code, year=plan.year, now=now)
    return given


@transaction.atomic
def _release(plan: YearPlan, *, by: User | None, now: datetime) -> dict[str, int]:
    quotas.alone(plan.office_code, plan.year)
    plan = YearPlan.objects.locked(plan.pk)
    if plan.released_at is not None:
        raise AlreadyReleased
    shares = {share.source: share for share in PlanShare.objects.for_update().filter(plan=plan).order_by("source")}
    given = quotas.unused(plan.office_code, plan.year, list(shares.values()))
    for source, places in given.items():
        shares[source].given = places
        shares[source].save(update_fields=["given", "updated_at"])
    own = shares.get(ProposalSource.OWN) or PlanShare.objects.create(plan=plan, source=ProposalSource.OWN, places=0)
    own.received = sum(given.values())
    own.save(update_fields=["received", "updated_at"])
    plan.released_at = now
    plan.release_on = plan.release_on or timezone.localtime(now, zones.of(plan.office_code)).date()
    plan.save(update_fields=["released_at", "release_on", "updated_at"])
    log.record("plan.released", plan, by=by, now=now, places=given)
    return given


def release_due(*, on: date, now: datetime) -> int:
    """The plans whose day of release has come."""
    due = YearPlan.objects.filter(release_on__lte=on, released_at=None, is_binding=True).order_by("pk")
    for plan in due:
        release(plan=plan, by=None, now=now)
    return len(due)


@transaction.atomic
def add_activity(
    *, plan: YearPlan, code: str, title: str, places: int, budget: int, by: User | None, now: datetime
) -> PlanActivity:
    """A budget line (RKA/DPA) of the plan; `budget` in whole rupiah. Raises CodeTaken."""
    try:
        with transaction.atomic():
            activity = PlanActivity.objects.create(
                plan=plan, code=code.strip(), title=title.strip(), places=places, budget=budget, created_at=now
            )
    except IntegrityError as error:
        if "planactivity_code_once" not in str(error):
            raise
        raise CodeTaken from error
    log.record("plan.activity_added", plan, by=by, now=now, code=activity.code, budget=budget, places=places)
    return activity


def change_activity(
    *, activity: PlanActivity, title: str, places: int, budget: int, by: User | None, now: datetime
) -> PlanActivity:
    """Other figures for a budget line (a changed DPA); who waited for its places rises.

    Raises ActivityTaken (in a plan that binds), BudgetSpent.
    """
    activity = _rewrite(activity=activity, title=title.strip(), places=places, budget=budget, by=by, now=now)
    offers.fill(office_code=activity.plan.office_code, year=activity.plan.year, now=now)
    return activity


@transaction.atomic
def _rewrite(
    *, activity: PlanActivity, title: str, places: int, budget: int, by: User | None, now: datetime
) -> PlanActivity:
    quotas.alone(activity.plan.office_code, activity.plan.year)
    activity = PlanActivity.objects.select_related("plan").locked(activity.pk)
    before = {"title": activity.title, "places": activity.places, "budget": activity.budget}
    activity.title, activity.places, activity.budget = title or activity.title, places, budget
    if places and activity.plan.is_binding:
        _check_lines([activity], quotas.holding_of([activity], within=True))
    if budget < (spent := spent_of(activity)):
        raise BudgetSpent(BudgetSpent.message % {"spent": f"{spent:,}".replace(",", ".")})
    activity.save(update_fields=["title", "places", "budget", "updated_at"])
    log.record("plan.activity_changed", activity.plan, by=by, now=now, code=activity.code, before=before)
    return activity


@transaction.atomic
def put_under(*, training: Training, activity: PlanActivity | None, by: User | None, now: datetime) -> Training:
    """Say from which budget line a training is paid, or from none.

    Its places count on the line then; who waited because the old one was full rises. Raises OtherPlan, ActivityTaken.
    """
    training = Training.objects.locked(training.pk)
    if activity is not None and not _same_plan(training, activity):
        raise OtherPlan
    quotas.locked(training, [])
    if activity is not None and activity.pk != training.activity_id:
        _check_line_for(training, PlanActivity.objects.select_related("plan").locked(activity.pk))
    training.activity = activity
    training.save(update_fields=["activity", "updated_at"])
    if training.starts_at > now:
        offers.promote(training=training, now=now)
    log.record("training.put_under", training, by=by, now=now, activity=activity.code if activity else "")
    return training


def _check_line_for(training: Training, line: PlanActivity) -> None:
    """That who has a place in `training` fits the activity too. Raises ActivityTaken."""
    if line.places and line.plan.is_binding and training.status != TrainingStatus.CANCELLED:
        here = Enrolment.objects.filter(training=training, beyond_plan=False).holding().count()
        _check_lines([line], {line.pk: quotas.holding_of([line], within=True).get(line.pk, 0) + here})


def _same_plan(training: Training, activity: PlanActivity) -> bool:
    return training.office_code == activity.plan.office_code and queries.year_of(training) == activity.plan.year


@transaction.atomic
def spend(
    *,
    activity: PlanActivity,
    amount: int,
    spent_on: date,
    document: str,
    by: User | None,
    now: datetime,
    training: Training | None = None,
    note: str = "",
) -> Spending:
    """Record money spent on an activity (whole rupiah), by the number of its paper.

    Raises NotToSpend, OverBudget, DocumentTaken, OtherPlan.
    """
    if amount <= 0:
        raise NotToSpend
    activity = PlanActivity.objects.select_related("plan").locked(activity.pk)
    if training is not None and (training.status == TrainingStatus.CANCELLED or not _same_plan(training, activity)):
        raise OtherPlan
    left = activity.budget - spent_of(activity)
    if amount > left:
        raise OverBudget(OverBudget.message % {"left": f"{left:,}".replace(",", ".")})
    line = _write(
        activity=activity,
        training=training,
        amount=amount,
        spent_on=spent_on,
        document=document.strip(),
        note=note.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    log.record("plan.spent", activity.plan, by=by, now=now, code=activity.code, amount=amount, document=line.document)
    return line


def _write(**values: Any) -> Spending:
    try:
        with transaction.atomic():
            line: Spending = Spending.objects.create(**values, created_at=values["recorded_at"])
    except IntegrityError as error:
        if "spending_document_once" not in str(error):
            raise
        raise DocumentTaken from error
    return line


@transaction.atomic
def take_back(*, line: Spending, note: str, by: User | None, now: datetime) -> Spending:
    """Undo a recorded spending by its negative. Raises AlreadyCorrected."""
    PlanActivity.objects.locked(line.activity_id)
    if line.amount < 0 or Spending.objects.filter(corrects=line).exists():
        raise AlreadyCorrected
    undone = _write(
        activity=line.activity,
        training=line.training,
        amount=-line.amount,
        spent_on=line.spent_on,
        document=line.document,
        note=note.strip(),
        corrects=line,
        recorded_by=by,
        recorded_at=now,
    )
    log.record("plan.spending_taken_back", line.activity.plan, by=by, now=now, document=line.document)
    return undone


def spent_of(activity: PlanActivity) -> int:
    """Whole rupiah spent on the activity so far."""
    total = Spending.objects.filter(activity=activity).aggregate(total=Sum("amount"))["total"]
    return int(total or 0)
