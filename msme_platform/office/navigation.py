"""The side bar of the office face: grouped by work, only what the person may see, with what waits."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from msme_platform.office import queues


@dataclass(frozen=True)
class Item:
    """A list of the office: its words, its drawing, the model it lists and the queues whose counts it carries."""

    title: str | Promise
    icon: str
    model: str
    queues: tuple[str, ...] = ()


GROUPS: tuple[tuple[str | Promise, tuple[Item, ...]], ...] = (
    (
        _("Members"),
        (
            Item(_("Business owners"), "people", "members.person"),
            Item(_("Businesses"), "shop", "members.business"),
            Item(_("Licences"), "document", "members.licence", ("licences",)),
            Item(_("Data imports"), "download", "members.importrun"),
        ),
    ),
    (
        _("Training"),
        (
            Item(_("Topics that owners ask for"), "forum", "trainings.topicproposal"),
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
                _("Applications"), "document", "revolving_funds.application", ("to_survey", "to_decide", "to_disburse")
            ),
            Item(_("Loans"), "fund", "revolving_funds.loan", ("overdue",)),
            Item(_("Repayments"), "check", "revolving_funds.repayment"),
            Item(_("Pools"), "lock", "revolving_funds.pool"),
            Item(_("Agreements with banks"), "document", "revolving_funds.agreement"),
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
        _("System"),
        (
            Item(_("Accounts"), "person", "accounts.user"),
            Item(_("Roles"), "people", "accounts.assignment"),
            Item(_("Offices"), "home", "regions.office"),
            Item(_("Messages"), "whatsapp", "notifications.message"),
            Item(_("Tokens of systems"), "lock", "clients.client"),
            Item(_("Jobs"), "clock", "jobs.job"),
            Item(_("Audit trail"), "search", "audit.event"),
            Item(_("General ledger"), "document", "ledger.transaction"),
            Item(_("Ledger accounts"), "document", "ledger.account"),
        ),
    ),
)


def list_url(model: str) -> str:
    """The list of a model, or '' where the office has none."""
    app, name = model.split(".")
    try:
        return reverse(f"admin:{app}_{name}_changelist")
    except NoReverseMatch:
        return ""


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation (settings.UNFOLD)."""
    user: Any = request.user
    waiting = queues.counts(user)
    groups: list[dict[str, Any]] = [
        {
            "title": "",
            "items": [
                {"title": _("Working desk"), "icon": "home", "link": reverse("admin:index"), "count": ""},
            ],
        }
    ]
    for title, items in GROUPS:
        shown = [
            _entry(item, waiting) for item in items if user.has_perm(_permission(item.model)) and list_url(item.model)
        ]
        if shown:
            groups.append({"title": title, "items": shown})
    return groups


def _permission(model: str) -> str:
    app, name = model.split(".")
    return f"{app}.view_{name}"


def _entry(item: Item, waiting: dict[str, int]) -> dict[str, Any]:
    count = sum(waiting.get(key, 0) for key in item.queues)
    return {"title": item.title, "icon": item.icon, "link": list_url(item.model), "count": count or ""}


def account(request: HttpRequest) -> list[dict[str, Any]]:
    """Links beside the person's name."""
    del request
    return [{"title": _("Guyub for owners and assistants"), "link": reverse("portal:home")}]
