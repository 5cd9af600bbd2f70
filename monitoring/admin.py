"""Monitoring in the office face: check-ins, answers, and the tasks that wait."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyAdmin, ReadonlyInline
from foundation.regions.models import Region
from monitoring.actions import checkins, tasks
from monitoring.enums import Cause, Informant, Operating, State, Wave, Way
from monitoring.forms import AssignForm, GiveUpForm, PhoneAnswerForm
from monitoring.models import Attempt, CheckIn, Response, Task


class DistrictFilter(admin.SimpleListFilter):
    """Districts of the person's own regions; the address takes the code: `?district=16.71.04`."""

    title = gettext_lazy("District")
    parameter_name = "district"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        user: Any = request.user
        prefixes = user.region_prefixes(f"monitoring.view_{model_admin.opts.model_name}")
        scope = Q(pk__in=[])
        for prefix in filter(None, prefixes):
            scope |= Q(code__startswith=prefix)
        rows = Region.objects.filter(scope, level=Region.Level.DISTRICT).order_by("name", "code")[:60]
        return [(row.code, row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.inside(self.value() or "")

    def has_output(self) -> bool:
        return True


class Chosen(admin.SimpleListFilter):
    """A closed set under a plain name in the address: `?state=OPEN`."""

    path = ""
    choice_set: Any = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in self.choice_set.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{self.path: self.value()}) if self.value() in self._values() else queryset

    def _values(self) -> set[str]:
        return {str(value) for value in self.choice_set.values}


class StateFilter(Chosen):
    title, parameter_name, path, choice_set = gettext_lazy("State"), "state", "state", State


class CauseFilter(Chosen):
    title, parameter_name, path, choice_set = gettext_lazy("After"), "cause", "cause", Cause


class WaveFilter(Chosen):
    title, parameter_name, path, choice_set = gettext_lazy("Month"), "wave", "wave", Wave


class OperatingFilter(Chosen):
    title, parameter_name, path = gettext_lazy("Still running"), "operating", "operating"
    choice_set = Operating


class ByDay(admin.SimpleListFilter):
    """A day in the address, `?due_by=2026-11-21`; today is offered."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(clock.today()), gettext_lazy("By today"))]

    def day(self) -> date | None:
        """The day asked for. Raises ValidationError for what is no day."""
        return forms.DateField().clean(self.value()) if self.value() else None


class LatestFilter(ByDay):
    """The last answer of each business up to a day: what the share still operating counts."""

    title = gettext_lazy("Latest answer")
    parameter_name = "latest"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        try:
            day = self.day()
        except forms.ValidationError:
            return queryset.none()
        if day is None:
            return queryset
        if day == date.max:  # there is no day after it
            return queryset.none()
        return queryset.latest_before(timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)))


class DueFilter(ByDay):
    """Check-ins that count in the desk's share: due by a day, and not covered by another."""

    title = gettext_lazy("Due")
    parameter_name = "due_by"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        try:
            day = self.day()
        except forms.ValidationError:
            return queryset.none()
        return queryset.filter(due_on__lte=day).exclude(state=State.MERGED) if day else queryset


class TaskStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", gettext_lazy("Waiting")),
            ("late", gettext_lazy("Late")),
            ("office", gettext_lazy("Without an assistant")),
            ("done", gettext_lazy("Done")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = {
            "waiting": Q(done_at__isnull=True),
            "late": Q(done_at__isnull=True, due_on__lt=clock.today()),
            "office": Q(done_at__isnull=True, assignee__isnull=True),
            "done": Q(done_at__isnull=False),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class ResponseInline(ReadonlyInline):
    model = Response
    fields = ("operating", "change", "band", "workers", "help_wanted", "note", "way", "informant", "answered_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("help needed"))
    def help_wanted(self, response: Response) -> str:
        return ", ".join(response.need_labels)


@admin.register(CheckIn)
class CheckInAdmin(ReadonlyAdmin):
    list_display = ("business", "person", "cause_label", "wave", "due_on", "state", "answered_at")
    list_filter = (StateFilter, CauseFilter, WaveFilter, DueFilter, DistrictFilter)
    list_select_related = ("business", "person")
    search_fields = ("business__name",)
    search_help_text = gettext_lazy("Search by business")
    ordering = ("-due_on", "-id")
    fields = (
        "business",
        "person",
        "cause",
        "cause_label",
        "anchor_on",
        "wave",
        "due_on",
        "state",
        "opened_on",
        "expires_on",
        "invited_at",
        "reminders",
        "escalated_at",
        "answered_at",
        "merged_into",
    )
    inlines = (ResponseInline,)


@admin.register(Response)
class ResponseAdmin(ReadonlyAdmin):
    list_display = ("business", "after", "operating", "change", "band", "workers", "way", "answered_at")
    list_filter = (OperatingFilter, LatestFilter, DistrictFilter)
    list_select_related = ("checkin__business",)
    search_fields = ("checkin__business__name",)
    search_help_text = gettext_lazy("Search by business")
    ordering = ("-answered_at", "-id")
    fields = (
        "business",
        "after",
        "operating",
        "change",
        "band",
        "workers",
        "help_wanted",
        "note",
        "way",
        "informant",
        "recorded_by",
        "answered_at",
        "form_version",
    )
    readonly_fields = ("business", "after", "help_wanted")

    @admin.display(description=gettext_lazy("business"))
    def business(self, response: Response) -> str:
        return str(response.checkin.business)

    @admin.display(description=gettext_lazy("after"))
    def after(self, response: Response) -> str:
        return f"{response.checkin.cause_label}, +{response.checkin.wave}"

    @admin.display(description=gettext_lazy("help needed"))
    def help_wanted(self, response: Response) -> str:
        return ", ".join(response.need_labels)


class AttemptInline(ReadonlyInline):
    model = Attempt
    fields = ("at", "by", "contact", "result", "note")
    readonly_fields = fields
    ordering = ("-at", "-pk")


def _answer(request: HttpRequest, task: Task, data: dict[str, Any]) -> str:
    form_answers = checkins.Answers(
        operating=Operating(data["operating"]),
        change=data["change"],
        band=data["band"],
        workers=data["workers"],
        needs=data["needs"],
        note=data["note"],
    )
    checkins.answer(
        checkin=task.checkin,
        answers=form_answers,
        way=Way(data["way"]),
        informant=Informant(data["informant"]),
        by=_user(request),
        now=clock.now(),
        on=clock.today(),
    )
    return _("The answer of %(business)s is saved.") % {"business": task.checkin.business}


def _give_up(request: HttpRequest, task: Task, data: dict[str, Any]) -> str:
    tasks.give_up(task=task, reason=data["reason"], by=_user(request), now=clock.now())
    return _("%(business)s is marked as not reachable.") % {"business": task.checkin.business}


def _assign(request: HttpRequest, task: Task, data: dict[str, Any]) -> str:
    tasks.assign(task=task, assignee=data["assignee"], by=_user(request), now=clock.now())
    return _("The task is handed over.")


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _waits(task: Task | None) -> bool:
    return task is not None and not task.is_done


@admin.register(Task)
class TaskAdmin(OfficeModelAdmin):
    list_display = ("person", "business", "assignee", "opened_at", "due_on", "outcome")
    list_filter = (TaskStateFilter, DistrictFilter)
    list_select_related = ("checkin__business", "checkin__person", "assignee")
    search_fields = ("checkin__business__name", "checkin__person__full_name")
    search_help_text = gettext_lazy("Search by name")
    ordering = ("due_on", "id")
    fields = (
        "person",
        "business",
        "checkin",
        "assignee",
        "opened_at",
        "due_on",
        "outcome",
        "reason",
        "done_at",
        "done_by",
    )
    readonly_fields = ("person", "business")
    inlines = (AttemptInline,)
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="jawaban",
            label=gettext_lazy("Enter the answer"),
            permission="monitoring.work_task",
            perform=_answer,
            form=PhoneAnswerForm,
            available=_waits,
            primary=True,
        ),
        Deed(
            name="serahkan",
            label=gettext_lazy("Hand over"),
            permission="monitoring.assign_task",
            perform=_assign,
            form=AssignForm,
            available=_waits,
            takes_object=True,
        ),
        Deed(
            name="tidak-terhubung",
            label=gettext_lazy("Mark as not reachable"),
            permission="monitoring.work_task",
            perform=_give_up,
            form=GiveUpForm,
            available=_waits,
            danger=True,
        ),
    )

    @admin.display(description=gettext_lazy("owner"))
    def person(self, task: Task) -> str:
        return str(task.checkin.person)

    @admin.display(description=gettext_lazy("business"))
    def business(self, task: Task) -> str:
        return str(task.checkin.business)
