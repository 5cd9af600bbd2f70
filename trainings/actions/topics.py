"""Topics that owners ask for: proposing, voting, and what becomes of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import broadcast
from members.models import Person
from trainings import texts
from trainings.enums import TopicState, TrainingStatus
from trainings.models import TopicAnswer, TopicProposal, TopicVote, Training
from trainings.models.topics import VOTES_EACH

# More open wishes of one person than this say that the others' get lost among them.
OPEN_EACH: Final = 5


class NotOpenAnyMore(ActionError):
    message = _("This topic is no longer open for votes.")


class NoVotesLeft(ActionError):
    message = _("You have given all three votes. Take one back to vote for this topic.")


class AlreadyProposed(ActionError):
    message = _("This topic has already been proposed. You can vote for it.")
    field = "title"


class TooManyProposals(ActionError):
    message = _("Five of your topics are still open. Please wait until one of them is answered.")
    field = "title"


class ElsewhereThan(ActionError):
    message = _("This topic belongs to another office.")


class SameTopic(ActionError):
    message = _("Please choose another topic to merge into.")
    field = "into"


class NoReason(ActionError):
    message = _("Please write why: everybody who voted reads it.")
    field = "note"


class NotPlannable(ActionError):
    message = _("A training that is called off answers no topic.")


@transaction.atomic
def propose(*, person: Person, title: str, reason: str, sector: str, by: User | None, now: datetime) -> TopicProposal:
    """Write down a topic for the office of the person's village, with her own vote if she has one left.

    Raises AlreadyProposed (with the way to the topic that is there), TooManyProposals.
    """
    person = Person.objects.locked(person.pk)
    office_code = person.village_id[: len("00.00")]
    title = " ".join(title.split())
    if TopicProposal.objects.open().filter(proposed_by=person).count() >= OPEN_EACH:
        raise TooManyProposals
    try:
        with transaction.atomic():
            topic = TopicProposal.objects.create(
                office_code=office_code,
                title=title,
                reason=reason.strip(),
                sector=sector,
                proposed_by=person,
                proposed_at=now,
                created_at=now,
            )
    except IntegrityError as error:
        if "topicproposal_open_title_once" not in str(error):
            raise
        raise _already(office_code, title) from error
    if _free_slot(person):
        _cast(topic, person, now=now)
    log.record("topic.proposed", topic, by=by, now=now, person=person.pk)
    return topic


def _already(office_code: str, title: str) -> AlreadyProposed:
    there = TopicProposal.objects.open().get(office_code=office_code, title__iexact=title)
    refusal = AlreadyProposed()
    refusal.next_url = path(there)
    refusal.next_label = _("Show the topic")
    return refusal


@transaction.atomic
def vote(*, topic: TopicProposal, person: Person, by: User | None, now: datetime) -> bool:
    """Give one of the person's three votes; False if she had given it already.

    Raises NotOpenAnyMore, ElsewhereThan, NoVotesLeft.
    """
    person = Person.objects.locked(person.pk)  # her three votes are counted under her own lock
    topic = TopicProposal.objects.locked(topic.pk)  # and nobody closes the topic meanwhile
    if topic.state != TopicState.OPEN:
        raise NotOpenAnyMore
    if not person.village_id.startswith(topic.office_code):
        raise ElsewhereThan
    if TopicVote.objects.live().filter(topic=topic, person=person).exists():
        return False
    if not _free_slot(person):
        raise NoVotesLeft
    _cast(topic, person, now=now)
    log.record("topic.voted", topic, by=by, now=now, person=person.pk)
    return True


def _free_slot(person: Person) -> int:
    """The lowest of her votes that is not given, 0 when all are. The caller holds the lock on the person."""
    given = set(TopicVote.objects.live().filter(person=person).values_list("slot", flat=True))
    return next((slot for slot in range(1, VOTES_EACH + 1) if slot not in given), 0)


def _cast(topic: TopicProposal, person: Person, *, now: datetime) -> None:
    TopicVote.objects.create(topic=topic, person=person, slot=_free_slot(person), cast_at=now, created_at=now)


@transaction.atomic
def take_back(*, topic: TopicProposal, person: Person, by: User | None, now: datetime) -> bool:
    """Free the person's vote on this topic; False if there was none."""
    Person.objects.locked(person.pk)
    freed = TopicVote.objects.live().filter(topic=topic, person=person).update(freed_at=now, updated_at=now)
    if freed:
        log.record("topic.vote_taken_back", topic, by=by, now=now, person=person.pk)
    return bool(freed)


@transaction.atomic
def merge(*, topic: TopicProposal, into: TopicProposal, by: User, now: datetime) -> TopicProposal:
    """Join a duplicate to another topic: its votes move, except of those who voted for both; answers move too.

    Raises SameTopic, ElsewhereThan, NotOpenAnyMore.
    """
    if topic.pk == into.pk:
        raise SameTopic
    first, second = sorted((topic.pk, into.pk))
    held = {pk: TopicProposal.objects.locked(pk) for pk in (first, second)}
    topic, into = held[topic.pk], held[into.pk]
    if topic.office_code != into.office_code:
        raise ElsewhereThan
    if topic.state != TopicState.OPEN or into.state != TopicState.OPEN:
        raise NotOpenAnyMore
    both = TopicVote.objects.live().filter(topic=into).values("person")
    votes = TopicVote.objects.live().filter(topic=topic)
    votes.filter(person__in=both).update(freed_at=now, updated_at=now)
    moved = votes.update(topic=into, updated_at=now)
    there = TopicAnswer.objects.filter(topic=into).values("training")
    TopicAnswer.objects.filter(topic=topic).exclude(training__in=there).update(topic=into)
    _close(topic, TopicState.MERGED, by=by, now=now, merged_into=into)
    log.record("topic.merged", topic, by=by, now=now, into=into.pk, votes=moved)
    return into


@transaction.atomic
def decline(*, topic: TopicProposal, note: str, by: User, now: datetime) -> TopicProposal:
    """Say that the office will not plan this, and why; the votes come back and their givers are told.

    Raises NotOpenAnyMore, NoReason.
    """
    topic = TopicProposal.objects.locked(topic.pk)
    if topic.state != TopicState.OPEN:
        raise NotOpenAnyMore
    if not note.strip():
        raise NoReason
    voters = _voters([topic.pk])
    topic.note = note.strip()
    _close(topic, TopicState.DECLINED, by=by, now=now)
    broadcast.queue(
        "topic_declined",
        to=voters,
        subject=f"topic:{topic.pk}",
        context={"topic": topic.title, "reason": topic.note},
        url=path(topic),
        now=now,
    )
    _free([topic.pk], now=now)
    log.record("topic.declined", topic, by=by, now=now, note=topic.note)
    return topic


def _close(topic: TopicProposal, state: TopicState, *, by: User | None, now: datetime, **facts: Any) -> None:
    for name, value in {"state": state, "closed_at": now, "closed_by": by, **facts}.items():
        setattr(topic, name, value)
    topic.save(update_fields=["state", "closed_at", "closed_by", "merged_into", "note", "updated_at"])


def _voters(topics: Iterable[int]) -> Any:
    votes = TopicVote.objects.live().filter(topic__in=list(topics))
    return Person.objects.filter(pk__in=list(votes.values_list("person", flat=True))).as_recipients()


def _free(topics: Iterable[int], *, now: datetime) -> None:
    TopicVote.objects.live().filter(topic__in=list(topics)).update(freed_at=now, updated_at=now)


@transaction.atomic
def answer_with(
    *, training: Training, topics: Sequence[TopicProposal], by: User | None, now: datetime
) -> list[TopicProposal]:
    """Say which topics a training answers: exactly these, of the training's own office.

    Who voted is told when the training is announced, at once where it already is. Raises ElsewhereThan, NotPlannable,
    NotOpenAnyMore (a topic that is newly named must be open).
    """
    training = Training.objects.locked(training.pk)
    if training.status == TrainingStatus.CANCELLED:
        raise NotPlannable
    if any(topic.office_code != training.office_code for topic in topics):
        raise ElsewhereThan
    there = set(TopicAnswer.objects.filter(training=training).values_list("topic", flat=True))
    added = [topic for topic in topics if topic.pk not in there]
    if any(topic.state != TopicState.OPEN for topic in added):
        raise NotOpenAnyMore
    TopicAnswer.objects.filter(training=training).exclude(topic__in=[topic.pk for topic in topics]).delete()
    TopicAnswer.objects.bulk_create(TopicAnswer(topic=topic, training=training, created_at=now) for topic in added)
    log.record("training.answers", training, by=by, now=now, topics=[topic.pk for topic in topics])
    if training.published_at:
        tell_voters(training=training, now=now)
    if training.status == TrainingStatus.DONE:
        settle(training=training, now=now)
    return list(topics)


def tell_voters(*, training: Training, now: datetime) -> int:
    """Everybody whose live vote a training answers hears of it, once per training and topic."""
    told = 0
    with timezone.override(texts.zone_of(training)):
        for topic in TopicProposal.objects.open().filter(answers__training=training).order_by("pk"):
            told += broadcast.queue(
                "topic_scheduled",
                to=_voters([topic.pk]),
                subject=f"topic:{topic.pk}:training:{training.pk}",
                context=texts.message(training) | {"topic": topic.title},
                url=texts.path(training),
                now=now,
            )
    return told


def settle(*, training: Training, now: datetime) -> int:
    """A training that took place has answered its open topics: their votes are free again."""
    answered = list(TopicProposal.objects.for_update().open().filter(answers__training=training).order_by("pk"))
    for topic in answered:
        _close(topic, TopicState.ANSWERED, by=None, now=now)
        log.record("topic.answered", topic, by=None, now=now, training=training.pk)
    _free([topic.pk for topic in answered], now=now)
    return len(answered)


def path(topic: TopicProposal) -> str:
    return reverse("trainings:topic-detail", args=[topic.uid])
