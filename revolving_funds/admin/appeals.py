"""Appeals against a refusal: what the owner says, what was refused and by whom, and the answer."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from revolving_funds import appealing, forms, steps, told
from revolving_funds.actions import appeals, hands
from revolving_funds.admin.parts import person_of
from revolving_funds.enums import AppealStatus
from revolving_funds.models import Appeal


def _grant(request: HttpRequest, appeal: Appeal, cleaned: dict[str, Any]) -> str:
    appeals.grant(appeal=appeal, by=person_of(request), now=clock.now(), **cleaned)
    return _("Granted. The application waits for a new decision.")


def _refuse(request: HttpRequest, appeal: Appeal, cleaned: dict[str, Any]) -> str:
    appeals.refuse(appeal=appeal, by=person_of(request), now=clock.now(), **cleaned)
    return _("Refused. The owner reads the reason.")


def _waits(appeal: Appeal) -> bool:
    return appeal.status == AppealStatus.WAITING


def _may_judge(user: Any, appeal: Appeal) -> bool:
    return appeal.filed_by_id != user.pk and hands.may(appeal.application, user, step=hands.JUDGED)


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("Waits for me")
    parameter_name = "langkah"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        judges = request.user.has_perm("revolving_funds.decide_appeal")
        return [("answer", gettext_lazy("To answer"))] if judges else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return steps.only_hers(queryset.waiting(), request.user) if self.value() == "answer" else queryset


class DeadlineFilter(admin.SimpleListFilter):
    title = gettext_lazy("Deadline")
    parameter_name = "tenggat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("lewat", gettext_lazy("Past, no answer yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.waiting().filter(answer_by__lt=clock.today()) if self.value() == "lewat" else queryset


@admin.register(Appeal)
class AppealAdmin(OfficeModelAdmin):
    list_display = ("owner", "district", "filed", "until", "status")
    list_filter = (MineFilter, DeadlineFilter, "status")
    search_fields = ("application__person__full_name__icontains",)
    search_help_text = gettext_lazy("Search by name")
    ordering = ("-filed_at", "-id")
    sortable_by = ()
    fieldsets = (
        (
            gettext_lazy("Appeal"),
            {"fields": ("owner", "about", "filed", "came", "within", "until", "by_law", "reason", "paper", "status")},
        ),
        (gettext_lazy("What was refused"), {"fields": ("refusal", "not_again")}),
        (gettext_lazy("Answer to the appeal"), {"fields": ("decided_by", "decided_at", "decision_reason")}),
    )
    readonly_fields = (
        "owner",
        "about",
        "filed",
        "came",
        "within",
        "until",
        "by_law",
        "paper",
        "refusal",
        "not_again",
    )
    deeds = (
        Deed(
            "kabulkan",
            gettext_lazy("Grant the appeal"),
            "revolving_funds.decide_appeal",
            _grant,
            forms.AppealAnswerForm,
            available=_waits,
            open_to=_may_judge,
            primary=True,
            text=gettext_lazy("The refusal falls, papers and visit stand: the application waits for a new decision."),
        ),
        Deed(
            "tolak",
            gettext_lazy("Refuse the appeal"),
            "revolving_funds.decide_appeal",
            _refuse,
            forms.AppealAnswerForm,
            available=_waits,
            open_to=_may_judge,
            danger=True,
            text=gettext_lazy("The refusal stands, for good."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.select_related(
            "application__person",
            "application__village__parent",
            "application__checked_by",
            "application__surveyed_by",
            "application__decided_by",
            "application__handed_by",
            "application__answered_by",
            "application__applied_by",
            "application__pool__agreement__bank",
            "decided_by",
            "filed_by",
            "document",
        )

    @admin.display(description=gettext_lazy("Owner"))
    def owner(self, row: Appeal) -> str:
        return str(row.application.person)

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Appeal) -> str:
        parent = row.application.village.parent
        return parent.name if parent else ""

    @admin.display(description=gettext_lazy("Application"))
    def about(self, row: Appeal) -> str:
        url = reverse("admin:revolving_funds_application_change", args=[row.application.uid])
        return format_html('<a href="{}">{}</a>', url, row.application)

    @admin.display(description=gettext_lazy("Filed"))
    def filed(self, row: Appeal) -> str:
        return short_date(row.filed_on).replace(" ", "\u00a0")

    @admin.display(description=gettext_lazy("To be answered by"))
    def until(self, row: Appeal) -> str:
        day = short_date(row.answer_by).replace(" ", "\u00a0")
        silence = appealing.silence(row, on=clock.today())
        if silence and silence.passed:
            decide_by = short_date(silence.decide_by).replace(" ", "\u00a0")
            return str(_("%(day)s, past: granted by the law, decide by %(by)s") % {"day": day, "by": decide_by})
        late = row.status == AppealStatus.WAITING and row.answer_by < clock.today()
        return str(_("%(day)s, past") % {"day": day}) if late else day

    @admin.display(description=gettext_lazy("How it came"))
    def came(self, row: Appeal) -> str:
        return told.came(row)

    @admin.display(description=gettext_lazy("Without an answer"))
    def by_law(self, row: Appeal) -> str:
        """What follows from silence; empty once it is answered, and where the bank refused."""
        return told.silence(row, on=clock.today())

    @admin.display(description=gettext_lazy("Could be filed until"))
    def within(self, row: Appeal) -> str:
        return short_date(row.open_until)

    @admin.display(description=gettext_lazy("Paper"))
    def paper(self, row: Appeal) -> str:
        """Opens for who may see the appeal; the look is written down."""
        if row.document is None:
            return str(_("none"))
        return format_html(
            '<a href="{}">{}</a>', reverse("files:read", args=[row.document.uid]), _("Open the paper of the appeal")
        )

    @admin.display(description=gettext_lazy("Refusal"))
    def refusal(self, row: Appeal) -> str:
        """As it stands in the application, or in its history once the appeal was granted."""
        lines = [(line,) for line in told.refusals(row.application)]
        return format_html_join(mark_safe("<br>"), "{}", lines)

    @admin.display(description=gettext_lazy("Who answers"))
    def not_again(self, row: Appeal) -> str:
        if row.status != AppealStatus.WAITING:
            return ""
        entered = [str(row.filed_by)] if row.letter_on else []
        names = ", ".join(dict.fromkeys([*hands.names(row.application), *entered]))
        return str(_("Somebody who did none of the steps so far, so not: %(names)s") % {"names": names})
