"""The duties of the office about personal data: requests with their clock, leaks, retention rules."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import moment, short_date
from foundation.common.numbers import grouped
from foundation.common.widgets import DateInput, DateTimeInput
from members.actions import breaches, data_requests, laws
from members.enums import RequestKind
from members.models import Breach, DataRequest, RetentionRule
from members.privacy import registry

ANSWER, LEAK = "members.answer_datarequest", "members.record_breach"


class ReasonForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Answer to the person"), max_length=300, widget=forms.Textarea({"rows": 3})
    )


class AnswerForm(ReasonForm):
    answer = forms.CharField(
        label=gettext_lazy("What was corrected"), max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )


class LimitForm(ReasonForm):
    answer = forms.CharField(
        label=gettext_lazy("Word to the person"), max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )


def _done(request: HttpRequest, row: DataRequest, data: dict[str, Any]) -> str:
    by: Any = request.user
    data_requests.answer(request=row, accepted=True, answer=data["answer"], by=by, now=clock.now())
    return _("The answer is recorded and the person is told.")


def _refuse(request: HttpRequest, row: DataRequest, data: dict[str, Any]) -> str:
    by: Any = request.user
    data_requests.answer(request=row, accepted=False, answer=data["answer"], by=by, now=clock.now())
    return _("The answer is recorded and the person is told.")


def _carry_out(request: HttpRequest, row: DataRequest, _data: dict[str, Any]) -> str:
    by: Any = request.user
    row = data_requests.carry_out(request=row, by=by, now=clock.now())
    if row.is_open:
        return _("The law keeps the data for now: %(reason)s It is deleted by itself afterwards.") % {
            "reason": row.hold_reason
        }
    return _("The data is deleted.")


def left(due: Any) -> str:
    """`2 hari, 3 jam`, or that the time is over."""
    now = clock.now()
    return str(timeuntil(due, now)) if due > now else _("time is over")


@admin.register(DataRequest)
class DataRequestAdmin(OfficeModelAdmin):
    """The longest waiting first: the law gives three times 24 hours."""

    list_display = ("kind", "owner_name", "state", "asked_at", "time_left", "decided_by")
    list_filter = ("state", "kind")
    list_select_related = ("person", "decided_by")
    ordering = ("asked_at", "id")
    fields = ("kind", "owner_name", "text", "state", "asked_at", "due_at", "time_left", "answer", "hold_reason")
    readonly_fields = ("owner_name", "time_left")
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "dibetulkan",
            gettext_lazy("It is corrected"),
            ANSWER,
            _done,
            form=AnswerForm,
            primary=True,
            available=lambda row: row.is_open and row.kind == RequestKind.CORRECTION,
            text=gettext_lazy("First correct the record on the page of the person, then say here what you did."),
        ),
        Deed(
            "batasi",
            gettext_lazy("Limit the use from now on"),
            ANSWER,
            _done,
            form=LimitForm,
            primary=True,
            available=lambda row: row.is_open and row.kind == RequestKind.LIMIT,
            text=gettext_lazy(
                "She is left out of announcements and of every list of people, businesses and licences that leaves the "
                "office. What the law asks for, her own loans, trainings and licences, and figures without names go on."
            ),
        ),
        Deed(
            "hormati",
            gettext_lazy("Heed the objection from now on"),
            ANSWER,
            _done,
            form=LimitForm,
            primary=True,
            available=lambda row: row.is_open and row.kind == RequestKind.OBJECTION,
            text=gettext_lazy("The rules no longer move her stage; from now on a person in the office sets it."),
        ),
        Deed(
            "hapus",
            gettext_lazy("Delete the data"),
            ANSWER,
            _carry_out,
            available=lambda row: row.is_open and row.kind == RequestKind.ERASURE,
            danger=True,
            text=gettext_lazy(
                "Make sure that it is really this person. Name, NIK, phone, address, papers and messages go and do not "
                "come back. Where a loan runs or a law keeps the papers, it waits and goes on by itself."
            ),
        ),
        Deed(
            "tolak",
            gettext_lazy("Refuse with a reason"),
            ANSWER,
            _refuse,
            form=ReasonForm,
            available=lambda row: row.is_open,
            text=gettext_lazy("The person reads your words."),
        ),
    )

    @admin.display(description=gettext_lazy("Owner"))
    def owner_name(self, row: DataRequest) -> str:
        return row.person.full_name

    @admin.display(description=gettext_lazy("Time left"))
    def time_left(self, row: DataRequest) -> str:
        return left(row.due_at) if not row.decided_at else "-"


class BreachForm(forms.Form):
    """What the law wants to know (art. 46): which data, when and how, what is done."""

    title = forms.CharField(label=gettext_lazy("What leaked, in one line"), max_length=120)
    noticed_at = forms.DateTimeField(label=gettext_lazy("When did you notice it?"), widget=DateTimeInput)
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When did it happen?"),
        widget=DateTimeInput,
        required=False,
        help_text=gettext_lazy("Empty if unknown."),
    )
    what = forms.CharField(label=gettext_lazy("Which data"), max_length=500, widget=forms.Textarea({"rows": 2}))
    how = forms.CharField(label=gettext_lazy("How it happened"), max_length=500, widget=forms.Textarea({"rows": 2}))
    done = forms.CharField(
        label=gettext_lazy("What the office does about it"), max_length=500, widget=forms.Textarea({"rows": 2})
    )
    criterion = forms.ChoiceField(
        label=gettext_lazy("Who is touched"),
        choices=lazy(lambda: [(each.name, each.label) for each in registry.criteria()], list),
    )


def _record(request: HttpRequest, _nobody: None, data: dict[str, Any]) -> str:
    by: Any = request.user
    code = next(iter(by.region_prefixes(LEAK)), "")
    breaches.record(**data, region_code=code, by=by, now=clock.now())
    return _("The leak is recorded. The people and the authority are told within three times 24 hours.")


def _tell(request: HttpRequest, breach: Breach, _data: dict[str, Any]) -> str:
    by: Any = request.user
    breach = breaches.tell_people(breach=breach, by=by, now=clock.now())
    return _("%(n)s people are told.") % {"n": grouped(breach.told_count)}


def _authority(request: HttpRequest, breach: Breach, _data: dict[str, Any]) -> str:
    by: Any = request.user
    breaches.authority_told(breach=breach, by=by, now=clock.now())
    return _("Recorded.")


def _close(request: HttpRequest, breach: Breach, _data: dict[str, Any]) -> str:
    by: Any = request.user
    breaches.close(breach=breach, by=by, now=clock.now())
    return _("The leak is closed.")


@admin.register(Breach)
class BreachAdmin(OfficeModelAdmin):
    """Leaks with their clock, who is touched, and the notice as it goes out."""

    list_display = ("title", "noticed_at", "time_left", "told_at", "authority_told_at", "closed_at")
    ordering = ("-noticed_at", "-id")
    fields = (
        "title",
        "noticed_at",
        "due_at",
        "time_left",
        "who",
        "people",
        "notice",
        "told_at",
        "told_people",
        "authority_told_at",
        "closed_at",
        "recorded_by",
    )
    readonly_fields = ("time_left", "who", "people", "notice", "told_people")
    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "catat",
            gettext_lazy("Record a leak"),
            LEAK,
            _record,
            form=BreachForm,
            primary=True,
            text=gettext_lazy(
                "The clock of three times 24 hours runs from when it was noticed. Do not wait to know everything."
            ),
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "beritahu",
            gettext_lazy("Send the notice to the people"),
            LEAK,
            _tell,
            primary=True,
            available=lambda breach: breach.told_at is None,
            text=gettext_lazy("It goes once to everybody who is touched, in the app, by WhatsApp and by email."),
        ),
        Deed(
            "lembaga",
            gettext_lazy("The authority is told"),
            LEAK,
            _authority,
            available=lambda breach: breach.authority_told_at is None,
            text=gettext_lazy("Copy the notice from this page into the letter to the authority, then record it here."),
        ),
        Deed(
            "tutup",
            gettext_lazy("Close the leak"),
            LEAK,
            _close,
            available=lambda breach: breach.closed_at is None and bool(breach.told_at and breach.authority_told_at),
        ),
    )

    @admin.display(description=gettext_lazy("Time left"))
    def time_left(self, breach: Breach) -> str:
        return left(breach.due_at) if not (breach.told_at and breach.authority_told_at) else "-"

    @admin.display(description=gettext_lazy("Who is touched"))
    def who(self, breach: Breach) -> str:
        return str(registry.criterion(breach.criterion).label)

    @admin.display(description=gettext_lazy("How many were told"))
    def told_people(self, breach: Breach) -> str:
        return grouped(breach.told_count) if breach.told_at else "-"

    @admin.display(description=gettext_lazy("How many are touched"))
    def people(self, breach: Breach) -> str:
        return grouped(breaches.touched(breach).count())

    @admin.display(description=gettext_lazy("Draft of the notice"))
    def notice(self, breach: Breach) -> str:
        """What art. 46 wants said: which data, when and how, what is done."""
        lines = (
            (_("Noticed"), moment(breach.noticed_at)),
            (_("Which data"), breach.what),
            (_("How it happened"), breach.how),
            (_("What the office does about it"), breach.done),
        )
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)


class RetentionForm(forms.Form):
    """A new number of days for something that is kept, from a day on, by which law."""

    key = forms.ChoiceField(label=gettext_lazy("What is kept"), widget=forms.RadioSelect)
    days = forms.IntegerField(label=gettext_lazy("Days kept"), min_value=1, max_value=36_525)
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=200)
    is_confirmed = forms.BooleanField(
        label=gettext_lazy("The office has confirmed it by its archive schedule."), required=False
    )
    valid_from = forms.DateField(label=gettext_lazy("Holds from"), widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RetentionRule.objects.filter(valid_to__isnull=True).order_by("key")
        choice: Any = self.fields["key"]
        choice.choices = [
            (row.key, _("%(what)s: %(n)s days now") % {"what": retention_title(row.key), "n": row.days}) for row in rows
        ]


def retention_title(key: str) -> str:
    """What the rule is about, in words; some rules are holds, which sweep nothing."""
    titles = {each.key: each.title for each in registry.retentions()}
    return str(titles.get(key, _("Papers of loans") if key == "loans" else key))


def _change_retention(request: HttpRequest, _nobody: None, data: dict[str, Any]) -> str:
    by: Any = request.user
    row = RetentionRule.objects.get(key=data.pop("key"), valid_to__isnull=True)
    laws.follow(row=row, by=by, now=clock.now(), **data)
    return _("The new row holds from %(day)s.") % {"day": short_date(data["valid_from"])}


@admin.register(RetentionRule)
class RetentionRuleAdmin(OfficeModelAdmin):
    """How long what is kept, and by which law; changed from a day on."""

    whose = gettext_lazy(
        "The years follow the law and the archive schedule (JRA). They hold for every office of this installation, so only "
        "who runs the installation changes them. Tell her where the schedule of your office says otherwise."
    )

    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "ubah",
            gettext_lazy("Change how long something is kept"),
            "members.change_retentionrule",
            _change_retention,
            form=RetentionForm,
            primary=True,
            text=gettext_lazy(
                "By the archive schedule of the office (JRA). The row holds for every office of this installation."
            ),
        ),
    )

    list_display = ("what", "days", "valid_from", "valid_to", "legal_basis", "is_confirmed")
    fields = list_display
    readonly_fields = ("what",)
    ordering = ("key", "-valid_from", "pk")

    @admin.display(description=gettext_lazy("What is kept"), ordering="key")
    def what(self, rule: RetentionRule) -> str:
        return retention_title(rule.key)
