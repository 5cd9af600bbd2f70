"""The plan of the year as a limit: every place taken fits its source's share, counted under the share's lock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from trainings.enums import HOLDING, ProposalSource, TrainingStatus
from trainings.models import Enrolment, PlanShare, Training
from trainings.queries import year_bounds, year_of


@dataclass
class Room:
    """How many places each source may still fill this year; without a binding plan there is no limit.

    `is_released`: the day has come after which unused places belong to the owners' own registration.
    """

    left: dict[str, int] | None = None
    is_released: bool = False

    def fits(self, sources: Sequence[str]) -> bool:
        """Whether one more place for each of `sources` (a group may name one several times) is there."""
        if self.left is None:
            return True
        return all(self.left.get(source, 0) >= wanted for source, wanted in Counter(sources).items())

    def take(self, sources: Sequence[str]) -> None:
        if self.left is not None:
            for source, wanted in Counter(sources).items():
                self.left[source] = self.left.get(source, 0) - wanted


def locked(training: Training, sources: Sequence[str]) -> Room:
    """The room of `sources` in the year of `training`, held until the transaction ends.

    Always after the lock on the training and in the order of the sources, so that no two wait for each other.
    """
    office = training.office_code
    year = year_of(training)
    shares = PlanShare.objects.for_update().filter(
        plan__office_code=office, plan__year=year, plan__is_binding=True, source__in=sources
    )
    rows = list(shares.select_related("plan").order_by("source"))
    if not rows and not _binds(office, year):
        return Room()
    held = {share.source: share.allowed for share in rows}
    for source, taken in holding(office, year, sources).items():
        if source in held:
            held[source] -= taken
    return Room(
        {source: max(held.get(source, 0), 0) for source in sources},
        is_released=any(share.plan.released_at for share in rows),
    )


def _binds(office_code: str, year: int) -> bool:
    return PlanShare.objects.filter(plan__office_code=office_code, plan__year=year, plan__is_binding=True).exists()


def holding(office_code: str, year: int, sources: Sequence[str] = tuple(ProposalSource.values)) -> dict[str, int]:
    """Places of the year that are taken or offered, by source; those of trainings called off do not count."""
    start, end = year_bounds(office_code, year)
    rows = (
        Enrolment.objects.filter(state__in=HOLDING, source__in=sources)
        .filter(training__office_code=office_code, training__starts_at__gte=start, training__starts_at__lt=end)
        .exclude(training__status=TrainingStatus.CANCELLED)
        .values("source")
        .order_by()
        .annotate(n=Count("pk"))
    )
    return {row["source"]: row["n"] for row in rows}
