"""The side bar of the office face: grouped by work, only what the person may see, with what waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from foundation.common.templatetags.guyub import icon
from msme_platform.office import queues


@dataclass(frozen=True)
class Item:
    """A list of the office: its words, its drawing, the model it lists and the queues whose counts it carries."""

    title: str | Promise
    icon: str
    model: str
    queues: tuple[str, ...] = ()
    # Where it is a page of the portal rather than the list of the model: its name and who may open it.
    page: str = ""
    permission: str = ""

    @property
    def url(self) -> str:
        """The page, or the list of the model, or '' where the office has none."""
        return reverse(self.page) if self.page else list_url(self.model)


# The work of the day first; rules and reference data, which change once a year, at the end.
GROUPS: tuple[tuple[str | Promise, tuple[Item, ...]], ...] = (
    (
        _("Members"),
        (
            Item(_("Business owners"), "people", "members.person"),
            Item(_("Businesses"), "shop", "members.business"),
            Item(_("Possible duplicates"), "people", "members.duplicatepair", ("duplicates",)),
            Item(_("Data in doubt"), "alert", "members.doubt", ("doubts",)),
            Item(_("Claims of records"), "person", "members.claimrequest", ("claims",)),
            Item(_("Merged records"), "people", "members.merge"),
            Item(_("Data imports"), "download", "members.importrun"),
        ),
    ),
    (
        _("Licensing"),
        (
            Item(_("Licensing cases"), "document", "members.licencecase", ("licences", "licences_late")),
            Item(_("Licences"), "check", "members.licence"),
            Item(_("Letters of recommendation"), "document", "members.recommendationletter"),
        ),
    ),
    (
        _("Training"),
        (
            Item(_("Proposed topics"), "forum", "trainings.topicproposal"),
            Item(_("Yearly plan"), "calendar", "trainings.yearplan"),
            Item(_("Training schedule"), "training", "trainings.training"),
            Item(_("Enrolments"), "people", "trainings.enrolment"),
            Item(_("Certificates"), "star", "trainings.certificate"),
        ),
    ),
    (
        _("Revolving fund"),
        (
            Item(
                _("Applications"),
                "document",
                "revolving_funds.application",
                ("to_check", "to_survey", "to_decide", "to_disburse"),
            ),
            Item(
                _("Surveys on the phone"),
                "camera",
                "revolving_funds.application",
                page="revolving_funds:surveys",
                permission="revolving_funds.survey_application",
            ),
            Item(_("Appeals"), "forum", "revolving_funds.appeal", ("appeals",)),
            Item(_("Group applications"), "people", "revolving_funds.groupapplication"),
            Item(_("Loans"), "fund", "revolving_funds.loan", ("overdue",)),
            Item(_("Late loans"), "alert", "revolving_funds.loanstanding"),
            Item(_("Visits to borrowers"), "person", "revolving_funds.visit", ("hardship",)),
            Item(_("Promises to pay"), "clock", "revolving_funds.promise"),
            Item(_("Repayments"), "check", "revolving_funds.repayment"),
            Item(_("Proposals about loans"), "document", "revolving_funds.loancase", ("cases",)),
            Item(_("Recoveries"), "check", "revolving_funds.recovery"),
            Item(_("Referrals"), "people", "revolving_funds.referral"),
        ),
    ),
    (
        _("Banks and book"),
        (
            Item(_("Pools"), "lock", "revolving_funds.pool"),
            Item(_("Agreements with borrowers"), "document", "revolving_funds.agreementpaper"),
            Item(_("Batches for the banks"), "download", "revolving_funds.bankbatch"),
            Item(_("Bank statements"), "download", "revolving_funds.statementfile"),
            Item(_("Lines of statements"), "check", "revolving_funds.statementline", ("lines",)),
            Item(_("Lines that changed"), "alert", "revolving_funds.linedifference"),
            Item(_("Balances of the banks"), "fund", "revolving_funds.balancereport"),
            Item(_("Differences with banks"), "alert", "revolving_funds.difference", ("differences",)),
            Item(_("Interest subsidy"), "fund", "revolving_funds.subsidyclaim"),
            Item(_("Months of the book"), "lock", "ledger.period"),
            Item(_("General ledger"), "document", "ledger.transaction"),
            Item(_("Ledger accounts"), "document", "ledger.account"),
        ),
    ),
    (
        _("Forum"),
        (
            Item(_("Reports"), "alert", "forums.report", ("reports",)),
            Item(_("Topics"), "forum", "forums.topic"),
            Item(_("Boards"), "forum", "forums.board"),
        ),
    ),
    (
        _("Monitoring"),
        (
            Item(_("Follow-up tasks"), "person", "monitoring.task", ("tasks",)),
            Item(_("Check-ins"), "shop", "monitoring.checkin"),
            Item(_("Check-in answers"), "check", "monitoring.response"),
        ),
    ),
    (
        _("Personal data"),
        (
            Item(_("Requests about data"), "person", "members.datarequest", ("data_requests",)),
            Item(_("Leaks of data"), "alert", "members.breach", ("breaches",)),
            Item(_("Retention rules"), "clock", "members.retentionrule"),
        ),
    ),
    (
        _("Rules and reference"),
        (
            Item(_("Ways to licences"), "document", "members.licenceprocess"),
            Item(_("Licence rules"), "document", "members.licencerule"),
            Item(_("Terms of licences"), "calendar", "members.licenceterm"),
            Item(_("Rules of the stages"), "star", "members.stagerule"),
            Item(_("Bounds of the sizes"), "document", "members.scalerule"),
            Item(_("Lines of business (KBLI)"), "shop", "members.kbli"),
            Item(_("Loan tiers"), "fund", "revolving_funds.tier"),
            Item(_("Rules of the fund"), "document", "revolving_funds.policy"),
            Item(_("Scales of loan quality"), "document", "revolving_funds.qualityscale"),
            Item(_("Agreements with banks"), "document", "revolving_funds.agreement"),
            Item(_("Terms with the banks"), "document", "revolving_funds.agreementterms"),
            Item(_("Layouts of bank files"), "document", "revolving_funds.filelayout"),
            Item(_("Accesses of banks"), "person", "revolving_funds.bankaccess"),
            Item(_("Sources of capital"), "star", "revolving_funds.capitalsource"),
        ),
    ),
    (
        _("System"),
        (
            Item(_("Accounts"), "person", "accounts.user"),
            Item(_("Roles"), "people", "accounts.assignment"),
            Item(_("Offices"), "home", "regions.office"),
            Item(_("Messages"), "whatsapp", "notifications.message"),
            Item(_("Tokens of systems"), "lock", "clients.client"),
            Item(_("Jobs"), "clock", "jobs.job"),
            Item(_("Audit trail"), "search", "audit.event"),
        ),
    ),
)


@dataclass(frozen=True)
class Shown:
    """A line of the side bar as it is drawn."""

    title: str
    url: str
    drawing: SafeString
    queues: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Lines under one heading."""

    title: str
    items: tuple[Shown, ...]


def list_url(model: str) -> str:
    """The list of a model, or '' where the office has none."""
    app, name = model.split(".")
    try:
        return reverse(f"admin:{app}_{name}_changelist")
    except NoReverseMatch:
        return ""


_SIDES: dict[tuple[Any, ...], tuple[Group, ...]] = {}  # what a set of roles sees, in one language
MOST_SIDES = 500


def side(user: Any) -> tuple[dict[str, int], tuple[Group, ...]]:
    """What waits in each queue, and the groups of the side bar that this person sees.

    The groups follow from the person's roles alone, so they are put together once for each set of roles and language.
    """
    key = (get_language(), user.is_superuser, tuple(sorted(user.scopes)))
    found = _SIDES.get(key)
    if found is None:
        if len(_SIDES) >= MOST_SIDES:
            _SIDES.clear()
        found = _SIDES[key] = tuple(_groups(user))
    return queues.counts(user), found


def _groups(user: Any) -> Iterator[Group]:
    yield Group("", (Shown(gettext("Working desk"), reverse("admin:index"), icon("home", "s"), ()),))
    for title, items in GROUPS:
        seen = [item for item in items if user.has_perm(item.permission or _permission(item.model)) and item.url]
        if seen:
            yield Group(
                str(title),
                tuple(Shown(str(item.title), item.url, icon(item.icon, "s"), item.queues) for item in seen),
            )


def _permission(model: str) -> str:
    app, name = model.split(".")
    return f"{app}.view_{name}"
