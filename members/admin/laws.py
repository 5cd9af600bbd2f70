"""Letters, the law of licences and the ways to them, in the office face."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from members.actions import laws, letters, processes
from members.admin.forms import LicenceKindFilter
from members.forms import licensing as forms
from members.models import LicenceProcess, LicenceRule, LicenceTerm, RecommendationLetter


def _user(request: HttpRequest) -> Any:
    return request.user


def words_apart(words: str, most: int | None = None) -> str:
    """A kept list of words (`a,b,c`) as it is read; at `most` so many of them, then dots."""
    every = words.split(",")
    shown = every[:most]
    return ", ".join([*shown, "..."] if len(shown) < len(every) else shown)


# Letters


def _void(request: HttpRequest, letter: RecommendationLetter, cleaned: dict[str, Any]) -> str:
    letters.withdraw(letter=letter, reason=cleaned["reason"], by=_user(request), now=clock.now())
    return _("The letter is void. Its public page says so.")


@admin.register(RecommendationLetter)
class RecommendationLetterAdmin(OfficeModelAdmin):
    list_display = ("number", "applicant", "mark", "goods_class", "issued_at", "valid")
    list_select_related = ("business",)
    search_fields = ("number", "mark", "applicant")
    ordering = ("-issued_at", "-id")
    fields = (
        "number",
        "business",
        "applicant",
        "address",
        "mark",
        "goods",
        "goods_class",
        "signer_name",
        "signer_title",
        "signer_post",
        "issued_at",
        "issued_by",
        "code",
        "valid",
        "withdraw_reason",
        "paper",
    )
    readonly_fields = ("valid", "paper")
    deeds = (
        Deed(
            "cabut",
            gettext_lazy("Withdraw the letter"),
            "members.issue_letter",
            _void,
            form=forms.ReasonForm,
            available=lambda letter: letter.is_valid,
            danger=True,
        ),
    )

    @admin.display(description=gettext_lazy("Valid"), boolean=True)
    def valid(self, letter: RecommendationLetter) -> bool:
        return letter.is_valid

    @admin.display(description=gettext_lazy("Letter"))
    def paper(self, letter: RecommendationLetter) -> str:
        address = reverse("members:letter-download", args=[letter.code])
        return format_html('<a href="{}">{}</a>', address, _("Open as PDF"))


# The law, and the ways


def _rewrite(request: HttpRequest, process: LicenceProcess, cleaned: dict[str, Any]) -> str:
    user = _user(request)
    home = "" if user.is_superuser else user.home_code[:5]
    made = processes.rewrite(process=process, way=cleaned["way"], region_code=home, by=user, now=clock.now())
    return _("Version %(version)s holds for new cases; running cases keep theirs.") % {"version": made.version}


@admin.register(LicenceProcess)
class LicenceProcessAdmin(OfficeModelAdmin):
    """Steps, days, documents and money: everybody's way, or the office's own."""

    whose = gettext_lazy(
        "Steps, days, documents and money are your office's own: change a way, and the new version holds for your office."
    )
    list_display = ("kind", "version", "region_code", "issuer", "money", "made_at")
    list_filter = (LicenceKindFilter,)
    ordering = ("kind", "-region_code", "-version", "id")
    fields = (
        "kind",
        "version",
        "region_code",
        "issuer",
        "money",
        "step_lines",
        "document_lines",
        "legal_basis",
        "source_note",
        "made_at",
        "made_by",
    )
    readonly_fields = ("money", "step_lines", "document_lines")
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change the steps"),
            "members.change_licenceprocess",
            _rewrite,
            form=forms.ProcessForm,
            initial=forms.process_initial,
            primary=True,
            text=gettext_lazy("A new version is made for your office. Running cases go on as they began."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Everybody's, and those of the person's own office."""
        user = _user(request)
        rows = super().get_queryset(request)
        own = {prefix[:5] for prefix in user.region_prefixes("members.view_licenceprocess")}
        return rows if "" in own else rows.filter(region_code__in={"", *own})

    @admin.display(description=gettext_lazy("Official fee"))
    def money(self, process: LicenceProcess) -> str:
        return forms.money_words(process)

    @admin.display(description=gettext_lazy("Steps"))
    def step_lines(self, process: LicenceProcess) -> str:
        rows = process.steps.order_by("number")
        lines = ((row.number, row.title, row.get_who_display(), row.days) for row in rows)
        return format_html_join("", "<div>{}. {} ({}, {} " + _("days") + ")</div>", lines)

    @admin.display(description=gettext_lazy("Documents"))
    def document_lines(self, process: LicenceProcess) -> str:
        rows = process.documents.order_by("number")
        return format_html_join("", "<div>{}{}</div>", ((row.name, "" if row.required else "?") for row in rows))


def _revise(request: HttpRequest, row: Any, cleaned: dict[str, Any]) -> str:
    laws.follow(row=row, by=_user(request), now=clock.now(), **cleaned)
    return _("The new row holds from %(day)s.") % {"day": short_date(cleaned["valid_from"])}


def _end_rule(request: HttpRequest, rule: LicenceRule, cleaned: dict[str, Any]) -> str:
    laws.end(row=rule, valid_from=cleaned["valid_from"], by=_user(request), now=clock.now())
    return _("The rule no longer holds from %(day)s.") % {"day": short_date(cleaned["valid_from"])}


def _add_rule(request: HttpRequest, _nobody: None, cleaned: dict[str, Any]) -> str:
    laws.add_rule(by=_user(request), now=clock.now(), **cleaned)
    return _("The new row holds from %(day)s.") % {"day": short_date(cleaned["valid_from"])}


def _holds(row: Any) -> bool:
    return row.valid_to is None


LAW = gettext_lazy(
    "This is law and holds for every office of this installation, so only who runs the installation changes it."
)
FOR_ALL = gettext_lazy("The row holds for every office of this installation.")


@admin.register(LicenceRule)
class LicenceRuleAdmin(OfficeModelAdmin):
    """What applies to whom, by which law, from when to when."""

    whose = LAW

    list_deeds = (
        Deed(
            "baru",
            gettext_lazy("Add a rule"),
            "members.change_licencerule",
            _add_rule,
            form=forms.NewLicenceRuleForm,
            primary=True,
            text=FOR_ALL,
        ),
    )
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change from a day on"),
            "members.change_licencerule",
            _revise,
            form=forms.LicenceRuleForm,
            initial=lambda row: {name: getattr(row, name) for name in ("need", "reason", "legal_basis", "source_note")},
            available=_holds,
            primary=True,
            text=FOR_ALL,
        ),
        Deed(
            "akhiri",
            gettext_lazy("End from a day on"),
            "members.change_licencerule",
            _end_rule,
            form=forms.EndRowForm,
            available=_holds,
            danger=True,
        ),
    )

    list_display = ("kind", "need", "kbli_start", "short_words", "scale", "legal_basis", "valid_from", "valid_to")
    list_filter = (LicenceKindFilter,)
    ordering = ("kind", "kbli_start", "valid_from", "id")
    fields = (
        "kind",
        "need",
        "kbli_start",
        "all_words",
        "scale",
        "reason",
        "legal_basis",
        "source_note",
        "valid_from",
        "valid_to",
    )
    readonly_fields = ("all_words",)

    @admin.display(description=gettext_lazy("product has one of the words"))
    def short_words(self, rule: LicenceRule) -> str:
        return words_apart(rule.words, most=3)

    @admin.display(description=gettext_lazy("product has one of the words"))
    def all_words(self, rule: LicenceRule) -> str:
        return words_apart(rule.words)


@admin.register(LicenceTerm)
class LicenceTermAdmin(OfficeModelAdmin):
    """How long licences hold, and when their end is announced."""

    whose = LAW

    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change from a day on"),
            "members.change_licenceterm",
            _revise,
            form=forms.LicenceTermForm,
            takes_object=True,
            available=_holds,
            primary=True,
            text=FOR_ALL,
        ),
    )

    list_display = ("kind", "rank", "needs", "years", "warn_days", "legal_basis", "valid_from", "valid_to")
    ordering = ("rank", "valid_from", "id")
