"""The plan of the year as a limit: a place fits its source's share and its activity, counted under their locks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from foundation.common import batch
from trainings.enums import HOLDING, ProposalSource, TrainingStatus
from trainings.models import Enrolment, PlanActivity, PlanShare, Training
from trainings.models.limits import PLAN_LOCK
from trainings.queries import year_bounds, year_of

# Asked under the lock on a training, behind which hundreds may wait. Whether a plan binds holds until the transaction
# ends: who changes the plan waits, and is waited for (`alone`).
PLANNED = "SELECT EXISTS (SELECT 1 FROM trainings_yearplan WHERE office_code = %s AND year = %s AND is_binding)"
_KEY = PLAN_LOCK.format(office="%s::text", year="%s::int")
BESIDE = f"SELECT pg_advisory_xact_lock_shared({_KEY})"  # its own statement: what follows sees what it waited for
ALONE = f"SELECT pg_advisory_xact_lock({_KEY})::text"


@dataclass
class Room:
    """How many places each source may still fill this year; without a binding plan there is no limit.

    `is_released`: the day has come after which unused places belong to the owners' own registration.
    `of_activity`: what is left of the budget line that pays for the training, whatever the source; None = no limit.
    """

    left: dict[str, int] | None = None
    is_released: bool = False
    of_activity: int | None = None

    def fits(self, sources: Sequence[str]) -> bool:
        """Whether one more place for each of `sources` (a group may name one several times) is there."""
        if self.of_activity is not None and len(sources) > self.of_activity:
            return False
        if self.left is None:
            return True
        return all(self.left.get(source, 0) >= wanted for source, wanted in Counter(sources).items())

    def take(self, sources: Sequence[str]) -> None:
        if self.of_activity is not None:
            self.of_activity -= len(sources)
        if self.left is not None:
            for source, wanted in Counter(sources).items():
                self.left[source] = self.left.get(source, 0) - wanted


def locked(training: Training, sources: Sequence[str]) -> Room:
    """The room of `sources` in the year of `training`, held until the transaction ends.

    Always after the lock on the training, then the plan beside others, its shares in the order of the sources, then the
    activity, so that no two wait for each other. A training under an activity costs one query more.
    """
    return _room(training, sources, PlanShare.objects.for_update(), PlanActivity.objects.for_update(), beside=True)


def hold(office_code: str, years: Iterable[int]) -> None:
    """Hold the shares of all `years` for a training that moves between them: the earlier year first, as the database's own
    guard does, so that of two trainings that pass each other one waits for the other.
    """
    for year in sorted(years):
        batch.ask(f"{BESIDE};{PLANNED}", [office_code, year] * 2)
    plans = {"plan__office_code": office_code, "plan__year__in": list(years), "plan__is_binding": True}
    list(PlanShare.objects.for_update().filter(**plans).order_by("plan__year", "source"))


def alone(office_code: str, year: int) -> None:
    """Nobody registers in the office's year until the transaction ends: a plan is being changed."""
    batch.ask(ALONE, [office_code, year])


def seen(training: Training, sources: Sequence[str]) -> Room:
    """The same to be read, without a lock."""
    return _room(training, sources, PlanShare.objects.all(), PlanActivity.objects.all(), beside=False)


def _room(
    training: Training,
    sources: Sequence[str],
    shares: QuerySet[PlanShare],
    activities: QuerySet[PlanActivity],
    *,
    beside: bool,
) -> Room:
    office, year = training.office_code, year_of(training)
    asked, values = (f"{BESIDE};{PLANNED}", [office, year] * 2) if beside else (PLANNED, [office, year])
    is_binding = batch.ask(asked, values)[0][0]
    if training.activity_id is None and not is_binding:
        return Room()
    shares = shares.filter(plan__office_code=office, plan__year=year, plan__is_binding=True)
    rows = [share for share in shares.select_related("plan").order_by("source") if share.source in sources]
    activity = _limit(training, activities)
    if not is_binding and activity is None:
        return Room()
    taken, of_activity = _taken(office, year, sources, activity)
    held = {share.source: share.allowed - taken.get(share.source, 0) for share in rows}
    return Room(
        {source: max(held.get(source, 0), 0) for source in sources} if is_binding else None,
        is_released=any(share.plan.released_at for share in rows),
        of_activity=None if activity is None else max(activity.places - of_activity, 0),
    )


def _limit(training: Training, activities: QuerySet[PlanActivity]) -> PlanActivity | None:
    """The activity of the training where it is a limit: it names a target, and its plan binds."""
    if training.activity_id is None:
        return None
    return activities.filter(pk=training.activity_id, places__gt=0, plan__is_binding=True).first()


def _taken(
    office_code: str, year: int, sources: Sequence[str], activity: PlanActivity | None
) -> tuple[dict[str, int], int]:
    """What `holding` counts, and the places of `activity`, in one query."""
    if activity is None:
        return holding(office_code, year, sources), 0
    of_year, of_activity = _of_year(office_code, year), Q(training__activity=activity.pk)
    asked = {source: Count("pk", filter=of_year & Q(source=source)) for source in sources}
    counts = _held().filter(of_year | of_activity).aggregate(**asked, activity=Count("pk", filter=of_activity))
    return {source: counts[source] for source in sources}, counts["activity"]


def holding(
    office_code: str, year: int, sources: Sequence[str] = tuple(ProposalSource.values), *, within: bool = False
) -> dict[str, int]:
    """Places of the year that are taken or offered, by source; those of trainings called off do not count.

    `within`: without those whom the door let in beyond the plan, as the database counts them.
    """
    rows = (
        _held(within=within)
        .filter(_of_year(office_code, year), source__in=sources)
        .values("source")
        .annotate(n=Count("pk"))
    )
    return {row["source"]: row["n"] for row in rows}


def holding_of(activities: Sequence[PlanActivity], *, within: bool = False) -> dict[int, int]:
    """The same by activity (its key), in one query."""
    rows = (
        _held(within=within)
        .filter(training__activity__in=activities)
        .values("training__activity")
        .annotate(n=Count("pk"))
    )
    return {row["training__activity"]: row["n"] for row in rows}


def unused(office_code: str, year: int, shares: Sequence[PlanShare]) -> dict[str, int]:
    """What each source would release: the places of its own that nobody has taken."""
    taken = holding(office_code, year)
    left = {share.source: min(share.allowed - taken.get(share.source, 0), share.places) for share in shares}
    return {source: places for source, places in left.items() if source != ProposalSource.OWN and places > 0}


def _held(*, within: bool = False) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(state__in=HOLDING).exclude(training__status=TrainingStatus.CANCELLED)
    rows = rows.filter(beyond_plan=False) if within else rows
    return rows.order_by()


def _of_year(office_code: str, year: int) -> Q:
    start, end = year_bounds(office_code, year)
    return Q(training__office_code=office_code, training__starts_at__gte=start, training__starts_at__lt=end)
