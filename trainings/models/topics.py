"""What owners ask for: topics they propose and vote for, and the trainings that answered them."""

from typing import Any, Final, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Left, Length, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.models import Person
from members.sectors import Sector
from trainings.enums import TopicState
from trainings.models.trainings import Training

# Few enough that each one counts; a vote comes back when its topic is answered, declined or merged away.
VOTES_EACH: Final = 3


class TopicProposalQuerySet(ScopedQuerySet["TopicProposal"]):
    region_path = "office_code"

    def visible_to(self, user: Any, permission: str | None = None) -> Self:
        """The topics of the offices a person belongs to: an owner's and an assistant's own city, a desk's regions."""
        prefixes = user.region_prefixes(permission or self.view_permission())
        if user.works_in_office:
            return self.filter(self.scope(prefixes)) if "" not in prefixes else self
        home = Person.objects.filter(user_id=user.pk).values(code=Left("village_id", len("00.00")))
        return self.filter(Q(office_code__in={code[: len("00.00")] for code in prefixes}) | Q(office_code__in=home))

    def open(self) -> Self:
        return self.filter(state=TopicState.OPEN)

    def with_votes(self, among: Q | None = None) -> Self:
        """`votes_now`: live votes, only of the voters who meet `among` (a condition on TopicVote) where given."""
        live = TopicVote.objects.live().filter(topic=models.OuterRef("pk"))
        if among is not None:
            live = live.filter(among)
        counted = live.order_by().values("topic").annotate(n=models.Count("pk")).values("n")
        return self.annotate(votes_now=Coalesce(models.Subquery(counted), 0))

    def with_mine(self, person: Person | None) -> Self:
        """`is_mine`: whether `person` has a live vote here."""
        if person is None:
            return self.annotate(is_mine=models.Value(value=False))
        return self.annotate(
            is_mine=models.Exists(TopicVote.objects.live().filter(topic=models.OuterRef("pk"), person=person))
        )


class TopicProposal(Record):
    """A topic that an owner wishes for, open to the votes of all owners of the office."""

    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    title = models.CharField(_("topic"), max_length=120)
    reason = models.CharField(_("what for"), max_length=300, blank=True)
    sector = models.CharField(_("sector"), max_length=10, choices=Sector.choices, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=TopicState.choices, default=TopicState.OPEN)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("answer of the office"), max_length=300, blank=True)
    trainings: Any = models.ManyToManyField(
        Training, through="TopicAnswer", related_name="topics", verbose_name=_("trainings that answer it")
    )

    objects = TopicProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed topic")
        verbose_name_plural = _("proposed topics")
        constraints = [
            models.UniqueConstraint(
                Lower("title"),
                "office_code",
                condition=Q(state="OPEN"),
                name="topicproposal_open_title_once",
                violation_error_message=_("This topic has already been proposed."),
            ),
            models.CheckConstraint(
                name="topicproposal_office_is_regency",
                condition=Exact(Length("office_code"), len("00.00")),
                violation_error_message=_("An office serves one regency or city."),
            ),
            models.CheckConstraint(
                name="topicproposal_sector_known",
                condition=Q(sector__in=["", *Sector.values]),
                violation_error_message=_("This sector is not known."),
            ),
            models.CheckConstraint(
                name="topicproposal_state_has_its_facts",
                condition=Q(state="OPEN", closed_at__isnull=True, merged_into__isnull=True)
                | Q(state="ANSWERED", closed_at__isnull=False, merged_into__isnull=True)
                | (Q(state="DECLINED", closed_at__isnull=False, merged_into__isnull=True) & ~Q(note=""))
                | Q(state="MERGED", closed_at__isnull=False, merged_into__isnull=False),
                violation_error_message=_("The status and its dates do not fit together."),
            ),
            models.CheckConstraint(
                name="topicproposal_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                violation_error_message=_("A topic cannot be merged into itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["office_code", "state", "-proposed_at"], name="topicproposal_office_idx"),
            GinIndex(fields=["title"], name="topicproposal_title_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def region_code(self) -> str:
        return self.office_code


class TopicVoteQuerySet(BaseQuerySet["TopicVote"]):
    def live(self) -> Self:
        return self.filter(freed_at__isnull=True)


class TopicVote(Record):
    """One of the three votes of a person, on one topic, until it is freed."""

    topic = models.ForeignKey(TopicProposal, on_delete=models.PROTECT, related_name="votes", verbose_name=_("topic"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("voter"))
    # Which of her three votes it is: the number makes "at most three" a plain unique key.
    slot = models.PositiveSmallIntegerField(_("vote number"))
    cast_at = models.DateTimeField(_("cast"))
    freed_at = models.DateTimeField(_("freed"), null=True, blank=True)

    objects = TopicVoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote for a topic")
        verbose_name_plural = _("votes for topics")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "slot"],
                condition=Q(freed_at__isnull=True),
                name="topicvote_slot_once",
                violation_error_message=_("This vote is already given."),
            ),
            models.UniqueConstraint(
                fields=["topic", "person"],
                condition=Q(freed_at__isnull=True),
                name="topicvote_topic_once",
                violation_error_message=_("You have already voted for this topic."),
            ),
            models.CheckConstraint(
                name="topicvote_slot_in_bounds",
                condition=Q(slot__gte=1, slot__lte=VOTES_EACH),
                violation_error_message=_("Everybody has three votes."),
            ),
        ]
        indexes = [
            models.Index(fields=["topic"], condition=Q(freed_at__isnull=True), name="topicvote_live_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic_id}"


class TopicAnswer(Record):
    """This training answers this topic."""

    topic = models.ForeignKey(TopicProposal, on_delete=models.PROTECT, related_name="answers", verbose_name=_("topic"))
    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="answers", verbose_name=_("training"))

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("topic answered by a training")
        verbose_name_plural = _("topics answered by trainings")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "training"],
                name="topicanswer_once",
                violation_error_message=_("This training already stands under the topic."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_id} {self.topic_id}"
