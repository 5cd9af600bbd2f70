"""What owners ask for, in the office: duplicates are merged, and what is not planned is said."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from trainings.actions import topics
from trainings.enums import TopicState
from trainings.models import TopicAnswer, TopicProposal
from trainings.topic_forms import DeclineForm, MergeForm


def _merge(request: HttpRequest, topic: TopicProposal, cleaned: dict[str, Any]) -> str:
    into = topics.merge(topic=topic, into=cleaned["into"], by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("Merged into %(topic)s. The votes moved along.") % {"topic": into.title}


def _decline(request: HttpRequest, topic: TopicProposal, cleaned: dict[str, Any]) -> str:
    topics.decline(topic=topic, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("Who voted is told, and has the vote back.")


def _is_open(topic: TopicProposal) -> bool:
    return topic.state == TopicState.OPEN


class AnswerInline(ReadonlyInline):
    model = TopicAnswer
    fields = ("training",)
    readonly_fields = fields
    ordering = ("id",)


@admin.register(TopicProposal)
class TopicProposalAdmin(OfficeModelAdmin):
    list_display = ("title", "votes", "line", "status", "proposed_at")
    list_filter = ("state", "sector")
    search_fields = ("title",)
    ordering = ("-proposed_at", "-id")
    fields = ("title", "reason", "line", "votes", "demand", "status", "proposed_at", "merged_into", "closed_at", "note")
    inlines = (AnswerInline,)
    deeds = (
        Deed(
            name="merge",
            label=gettext_lazy("Merge into a similar topic"),
            permission="trainings.change_topic",
            perform=_merge,
            form=MergeForm,
            available=_is_open,
            takes_object=True,
            text=gettext_lazy("The votes move. Who voted for both has one of them back."),
        ),
        Deed(
            name="decline",
            label=gettext_lazy("Say that it is not planned"),
            permission="trainings.change_topic",
            perform=_decline,
            form=DeclineForm,
            available=_is_open,
            danger=True,
            text=gettext_lazy("Everybody who voted reads the reason and has the vote back."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_votes()  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Votes"))
    def votes(self, obj: Any) -> int:
        return int(obj.votes_now)

    @admin.display(description=gettext_lazy("Who asks for it"))
    def demand(self, obj: TopicProposal) -> SafeString:
        """To the page with its voters by district, line of business and stage, and what its trainings achieved."""
        return format_html('<a href="{}">{}</a>', topics.path(obj), _("By district, line of business and stage"))

    @admin.display(description=gettext_lazy("Line of business"), ordering="sector")
    def line(self, obj: TopicProposal) -> str:
        return obj.get_sector_display() or _("For all")

    @admin.display(description=gettext_lazy("Status"), ordering="state")
    def status(self, obj: TopicProposal) -> str:
        return obj.get_state_display()
