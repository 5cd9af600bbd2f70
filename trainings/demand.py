"""Reads of what owners ask for: by votes, by who asks, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Left

from foundation.regions.models import Region
from members.models import Business, Person, Stage
from members.sectors import Sector, sector_case
from trainings import results
from trainings.enums import PUBLISHED, TopicState
from trainings.models import TopicAnswer, TopicProposal, TopicVote, Training
from trainings.models.topics import VOTES_EACH
from trainings.stages import stage_now, standing_in

SIMILAR: Final = 5
LIKE_ENOUGH: Final = 0.5
DISTRICT: Final = len("00.00.00")


def voters_in(*, district: str = "", sector: str = "", stage: str = "") -> Q | None:
    """The condition on votes: of people who live in `district`, have a business in `sector`, stand in `stage`; None: all."""
    condition: Any = Q()
    if district:
        condition &= Q(person__village__code__startswith=district)
    if sector:
        condition &= Exists(_businesses().filter(owner=OuterRef("person"), sector=sector))
    if stage:
        condition &= standing_in([stage], "person")
    return condition or None


def _businesses() -> Any:
    return Business.objects.annotate(sector=sector_case("kbli__code"))


def by_demand(rows: Any, *, person: Person | None, among: Q | None = None) -> Any:
    """The open topics with `votes_now` (only of the voters `among`) and `is_mine`."""
    found = rows.open().with_votes(among).with_mine(person)
    return found if among is None else found.filter(votes_now__gt=0)


@dataclass(frozen=True)
class Line:
    """How many of a topic's voters are of one kind."""

    label: str
    votes: int


def by_district(topic: TopicProposal) -> list[Line]:
    """The live votes of a topic by the district where the voter lives, most first."""
    rows = (
        TopicVote.objects.live()
        .filter(topic=topic)
        .annotate(code=Left("person__village_id", DISTRICT))
        .values("code")
        .annotate(n=Count("pk"))
        .order_by("-n", "code")
    )
    found = list(rows)
    names = dict(Region.objects.filter(code__in=[row["code"] for row in found]).values_list("code", "name"))
    return [Line(names.get(row["code"], row["code"]), row["n"]) for row in found]


def by_sector(topic: TopicProposal) -> list[Line]:
    """The same by the sector of the voter's first business; people without one stand last, under an empty name."""
    first = _businesses().filter(owner=OuterRef("person")).order_by("pk").values("sector")[:1]
    rows = (
        TopicVote.objects.live()
        .filter(topic=topic)
        .annotate(sector=Subquery(first))
        .values("sector")
        .annotate(n=Count("pk"))
        .order_by(F("n").desc(), "sector")
    )
    lines = [(row["sector"] or "", row["n"]) for row in rows]
    return [Line(str(Sector(sector).label) if sector else "", votes) for sector, votes in lines]


def by_stage(topic: TopicProposal) -> list[Line]:
    """The live votes of a topic by the stage in which the voter stands now, in the order of the stages."""
    rows = TopicVote.objects.live().filter(topic=topic).annotate(stage=stage_now()).values("stage")
    votes = dict(rows.order_by().annotate(n=Count("pk")).values_list("stage", "n"))
    return [Line(str(stage.label), votes[stage.value]) for stage in Stage if stage.value in votes]


def votes_left(person: Person | None) -> int:
    """How many of her three votes a person has still to give."""
    if person is None:
        return 0
    return VOTES_EACH - TopicVote.objects.live().filter(person=person).count()


def similar(rows: Any, title: str) -> list[TopicProposal]:
    """Open topics that may mean the same, nearest first."""
    likeness = TrigramWordSimilarity(title, "title")
    found = rows.open().filter(title__trigram_word_similar=title).annotate(likeness=likeness)
    return list(found.filter(likeness__gte=LIKE_ENOUGH).order_by("-likeness", "pk")[:SIMILAR])


def answers_of(topic: TopicProposal) -> list[Training]:
    """The announced trainings that answer a topic, the nearest first, each with its `outcome` (results.Outcome)."""
    found = list(topic.trainings.filter(status__in=PUBLISHED).order_by("-starts_at", "-pk")[:SIMILAR])
    outcomes = results.outcomes({training.pk: [training.pk] for training in found})
    for training in found:
        training.outcome = outcomes[training.pk]
    return found


def with_outcomes(topics: Sequence[Any]) -> Sequence[Any]:
    """The same topics, each with the `outcome` of the trainings that answered it, a wish merged into it, or an
    earlier wish of the same words. Three queries.
    """
    same: Any = Q()
    for topic in topics:
        same |= Q(topic__office_code=topic.office_code, topic__title__iexact=topic.title)
    named = [topic.pk for topic in topics]
    asked = TopicAnswer.objects.filter(Q(topic__in=named) | Q(topic__merged_into__in=named) | same)
    rows = asked.filter(training__status__in=PUBLISHED).values_list(
        "topic_id", "topic__merged_into_id", "topic__office_code", "topic__title", "training_id"
    )
    of_topic: dict[int, set[int]] = {topic.pk: set() for topic in topics}
    for pk, merged, office, title, training in rows if topics else []:
        for topic in topics:
            words = (topic.office_code, topic.title.casefold())
            if topic.pk in {pk, merged} or words == (office, title.casefold()):
                of_topic[topic.pk].add(training)
    outcomes = results.outcomes(of_topic)
    for topic in topics:
        topic.outcome = outcomes.get(topic.pk, results.Outcome())
    return topics


def label(topic: Any) -> str:
    """A topic as it is ticked by who plans: title, votes, and what came of earlier trainings."""
    return " · ".join(filter(None, [f"{topic.title} ({topic.votes_now})", str(getattr(topic, "outcome", ""))]))


def settled(rows: Any) -> Any:
    """What became of earlier wishes: answered or declined, the latest first."""
    return rows.filter(state__in=[TopicState.ANSWERED, TopicState.DECLINED])
