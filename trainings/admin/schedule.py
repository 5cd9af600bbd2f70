"""The schedule in the office: trainings announced, called off, finished."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import clock_time
from trainings import inviting
from trainings.actions import trainings
from trainings.admin.filters import AheadFilter, DistrictFilter, YearFilter, on_day
from trainings.enums import AHEAD, TrainingStatus
from trainings.forms import ReasonForm
from trainings.models import Certificate, Session, Training


class SessionInline(ReadonlyInline):
    model = Session
    fields = ("number", "title", "starts_at", "ends_at")
    readonly_fields = fields
    ordering = ("starts_at", "id")


def _publish(request: HttpRequest, training: Training, _cleaned: dict[str, Any]) -> str:
    told = trainings.publish(training=training, by=request.user, now=clock.now())  # type: ignore[arg-type]
    text = ngettext("Announced. %(n)d message is on its way.", "Announced. %(n)d messages are on their way.", told)
    return text % {"n": told}


def _call_off(request: HttpRequest, training: Training, cleaned: dict[str, Any]) -> str:
    trainings.cancel(training=training, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The training is called off. Everybody registered is told.")


def _finish(request: HttpRequest, training: Training, _cleaned: dict[str, Any]) -> str:
    trainings.finish(training=training, by=request.user, now=clock.now())  # type: ignore[arg-type]
    count = Certificate.objects.filter(enrolment__training=training).count()
    text = ngettext("Finished. %(n)d certificate is issued.", "Finished. %(n)d certificates are issued.", count)
    return text % {"n": count}


@admin.register(Training)
class TrainingAdmin(OfficeModelAdmin):
    list_display = ("title", "district", "starts", "state", "from_source", "places_taken", "on_waiting_list")
    list_filter = (AheadFilter, "status", "source", YearFilter, DistrictFilter)
    search_fields = ("title",)
    ordering = ("-starts_at", "-id")
    fields = (
        "title",
        "summary",
        "region",
        "for_whom",
        "state",
        "from_source",
        "capacity",
        "places_taken",
        "on_waiting_list",
        "venue",
        "address",
        "online_link",
        "bring",
        "organiser",
        "facilitator",
        "enrol_until",
        "published_at",
        "finished_at",
        "cancelled_at",
        "cancel_reason",
    )
    inlines = (SessionInline,)
    deeds = (
        Deed(
            name="publish",
            label=gettext_lazy("Announce"),
            permission="trainings.change_training",
            perform=_publish,
            available=lambda training: training.status == TrainingStatus.PLANNED,
            primary=True,
            text=gettext_lazy("Registration opens, and the owners of the region get a message. Each is told once."),
        ),
        Deed(
            name="finish",
            label=gettext_lazy("Finish and issue certificates"),
            permission="trainings.change_training",
            perform=_finish,
            primary=True,
            available=lambda training: training.status in AHEAD and training.ends_at <= clock.now(),
            text=gettext_lazy("Attendance can no longer be taken afterwards."),
        ),
        Deed(
            name="call-off",
            label=gettext_lazy("Call the training off"),
            permission="trainings.change_training",
            perform=_call_off,
            form=ReasonForm,
            danger=True,
            available=lambda training: training.status in {TrainingStatus.PLANNED, *AHEAD},
            text=gettext_lazy(
                "Everybody with a place or on the waiting list is told, with the reason that you write. "
                "This cannot be undone."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_counts().select_related("region", "facilitator")  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Who is invited"), ordering="region")
    def district(self, obj: Training) -> str:
        return obj.region.label

    @admin.display(description=gettext_lazy("Only for"))
    def for_whom(self, obj: Training) -> str:
        return "; ".join(inviting.words(obj))

    @admin.display(description=gettext_lazy("Starts"), ordering="starts_at")
    def starts(self, obj: Training) -> str:
        return f"{on_day(obj.starts_at)}, {clock_time(obj.starts_at)}"

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def state(self, obj: Training) -> str:
        return obj.get_status_display()

    @admin.display(description=gettext_lazy("Source of proposal"), ordering="source")
    def from_source(self, obj: Training) -> str:
        return obj.get_source_display()

    @admin.display(description=gettext_lazy("Taken"))
    def places_taken(self, obj: Any) -> str:
        return f"{obj.taken} / {obj.capacity}"

    @admin.display(description=gettext_lazy("Waiting"))
    def on_waiting_list(self, obj: Any) -> int:
        return int(obj.waiting)
