"""What waits for the person at the desk: each queue counted in her regions, sorted by lateness."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forums.models import Report
from foundation.common import clock
from foundation.common.dates import as_date
from members.models import Breach, ClaimRequest, DataRequest, Doubt, DuplicatePair, LicenceCase
from monitoring import queries as monitoring
from revolving_funds import steps
from revolving_funds.enums import CaseStatus
from revolving_funds.models import Difference, Loan, LoanCase, StatementLine, Visit

CACHE_SECONDS = 30


@dataclass(frozen=True)
class Queue:
    """Things that wait: how many, since when, how many past the deadline; `days` is the deadline in calendar days."""

    key: str
    label: str | Promise
    count: int
    oldest: date | None
    days: int
    late: int
    url: str
    verb: str | Promise
    today: date

    @property
    def state(self) -> str:
        """Bad = past the deadline, wait = the oldest is due today, good = in time."""
        if self.late:
            return "bad"
        return "wait" if self.count and self.age >= self.days else "good"

    @property
    def age(self) -> int:
        """Days that the oldest one waits."""
        return (self.today - self.oldest).days if self.oldest else 0


@dataclass(frozen=True)
class Source:
    """Where a queue comes from: who sees it, what is in it, and from which day or moment its age counts."""

    key: str
    label: str | Promise
    verb: str | Promise
    permission: str
    days: int
    since: str
    rows: Callable[[Any, str], Any]
    view: str
    query: str = ""
    by_day: bool = False
    due: str = ""  # the field that names the last day, where each row has its own; else `days` after `since`

    @property
    def url(self) -> str:
        """The list behind the queue."""
        return reverse(self.view) + self.query


# The law's clock runs day and night: three times 24 hours (UU 27/2022 art. 30, 43, 46).
LEGAL_DAYS: Final = 3

SOURCES: Final = (
    Source(
        "breaches",
        _("Leaks of data to tell of"),
        _("Tell"),
        "members.record_breach",
        LEGAL_DAYS,
        "noticed_at",
        lambda user, permission: Breach.objects.waiting().visible_to(user, permission),
        "admin:members_breach_changelist",
    ),
    Source(
        "data_requests",
        _("Requests about personal data"),
        _("Answer"),
        "members.answer_datarequest",
        LEGAL_DAYS,
        "asked_at",
        lambda user, permission: DataRequest.objects.waiting().visible_to(user, permission),
        "admin:members_datarequest_changelist",
        "?state__exact=OPEN",
    ),
    Source(
        "to_check",
        _("Fund applications whose papers are to be checked"),
        _("Check"),
        "revolving_funds.survey_application",
        7,
        "submitted_at",
        lambda user, permission: steps.open_to(user, "check", permission),
        "admin:revolving_funds_application_changelist",
        "?langkah=check",
    ),
    Source(
        "to_survey",
        _("Fund applications to survey"),
        _("Survey"),
        "revolving_funds.survey_application",
        7,
        "submitted_at",
        lambda user, permission: steps.open_to(user, "survey", permission),
        "admin:revolving_funds_application_changelist",
        "?langkah=survey",
    ),
    Source(
        "to_decide",
        _("Fund applications to decide"),
        _("Decide"),
        "revolving_funds.decide_application",
        5,
        "surveyed_at",
        lambda user, permission: steps.open_to(user, "decide", permission),
        "admin:revolving_funds_application_changelist",
        "?langkah=decide",
    ),
    Source(
        "to_disburse",
        _("Approved, waiting for the money"),
        _("Pay out"),
        "revolving_funds.disburse_loan",
        5,
        "decided_at",
        lambda user, permission: steps.open_to(user, "pay", permission),
        "admin:revolving_funds_application_changelist",
        "?langkah=pay",
    ),
    Source(
        "appeals",
        _("Appeals against a refusal to answer"),
        _("Answer"),
        "revolving_funds.decide_appeal",
        14,
        "filed_at",
        steps.appeals_open_to,
        "admin:revolving_funds_appeal_changelist",
        "?langkah=answer",
        due="answer_by",
    ),
    Source(
        "cases",
        _("Proposals about loans to decide"),
        _("Decide"),
        "revolving_funds.decide_case",
        5,
        "proposed_at",
        lambda user, permission: LoanCase.objects.visible_to(user, permission).filter(status=CaseStatus.PROPOSED),
        "admin:revolving_funds_loancase_changelist",
        "?status__exact=PROPOSED",
    ),
    Source(
        "hardship",
        _("Borrowers who cannot pay now, met at a visit"),
        _("Propose"),
        "revolving_funds.propose_case",
        7,
        "done_at",
        lambda user, permission: Visit.objects.visible_to(user, permission).in_hardship(),
        "admin:revolving_funds_visit_changelist",
        "?outcome=to-ease",
    ),
    Source(
        "overdue",
        _("Loans with an overdue instalment"),
        _("Follow up"),
        "revolving_funds.post_repayment",
        30,
        "oldest_due",
        lambda user, permission: Loan.objects.visible_to(user, permission).overdue(clock.today()),
        "admin:revolving_funds_loan_changelist",
        "?state=overdue",
        by_day=True,
    ),
    Source(
        "lines",
        _("Payments in bank statements that wait for a loan"),
        _("Match"),
        "revolving_funds.post_repayment",
        3,
        "created_at",
        lambda user, permission: StatementLine.objects.visible_to(user, permission).waiting(),
        "admin:revolving_funds_statementline_changelist",
        "?state__exact=WAITING",
    ),
    Source(
        "differences",
        _("Loans on which bank and book differ"),
        _("Look into"),
        "revolving_funds.explain_difference",
        14,
        "opened_on",
        lambda user, permission: Difference.objects.visible_to(user, permission).open(),
        "admin:revolving_funds_difference_changelist",
        "?closed_on__isempty=1",
        by_day=True,
    ),
    Source(
        "tasks",
        _("Check-ins without an answer and without an assistant"),
        _("Call"),
        "monitoring.work_task",
        14,
        "opened_at",
        lambda user, _permission: monitoring.waiting_tasks(user),
        "monitoring:task-list",
    ),
    Source(
        "reports",
        _("Reported posts in the forum"),
        _("Judge"),
        "forums.moderate_topic",
        2,
        "reported_at",
        lambda user, permission: Report.objects.waiting().visible_to(user, permission),
        "forums:queue",
    ),
    Source(
        "licences",
        _("Licensing cases without an officer"),
        _("Take"),
        "members.work_case",
        3,
        "opened_at",
        lambda user, permission: LicenceCase.objects.visible_to(user, permission).unassigned(),
        "admin:members_licencecase_changelist",
        "?untuk=belum",
    ),
    Source(
        "licences_late",
        _("Licensing cases past their due date"),
        _("Work on"),
        "members.work_case",
        0,
        "due_on",
        lambda user, permission: LicenceCase.objects.visible_to(user, permission).late(clock.today()),
        "admin:members_licencecase_changelist",
        "?untuk=telat",
        by_day=True,
    ),
    Source(
        "claims",
        _("People who claim a record"),
        _("Decide"),
        "members.decide_claim",
        3,
        "asked_at",
        lambda user, permission: ClaimRequest.objects.visible_to(user, permission).waiting().exclude(reason=""),
        "admin:members_claimrequest_changelist",
    ),
    Source(
        "doubts",
        _("Data in doubt"),
        _("Check"),
        "members.view_doubt",
        90,
        "found_at",
        lambda user, permission: Doubt.objects.visible_to(user, permission).open(),
        "admin:members_doubt_changelist",
    ),
    Source(
        "duplicates",
        _("People who may be registered twice"),
        _("Compare"),
        "members.merge_person",
        30,
        "found_at",
        lambda user, permission: DuplicatePair.objects.visible_to(user, permission).open(),
        "admin:members_duplicatepair_changelist",
    ),
)


Measure = tuple[int, date | None, int]  # how many, since when, how many past the deadline


def run(source: Source, user: Any) -> Measure:
    """The queue now: one query."""
    today, now = clock.today(), clock.now()
    limit: Any = today - timedelta(days=source.days) if source.by_day else now - timedelta(days=source.days)
    found = (
        source.rows(user, source.permission)
        .order_by()
        .aggregate(
            count=Count("pk"),
            oldest=Min(source.since),
            late=Count(
                "pk", filter=Q(**({f"{source.due}__lt": today} if source.due else {f"{source.since}__lt": limit}))
            ),
        )
    )
    oldest: date | datetime | None = found["oldest"]
    return found["count"], as_date(oldest) if oldest else None, found["late"]


def waiting(user: Any) -> list[Queue]:
    """This person's queues that are not empty: late ones first, and among equals in the order of SOURCES (money first)."""
    today, measured = clock.today(), _measured(user)
    found = [
        Queue(source.key, source.label, count, oldest, source.days, late, source.url, source.verb, today)
        for source in SOURCES
        if source.key in measured
        for count, oldest, late in [measured[source.key]]
        if count
    ]
    return sorted(found, key=lambda queue: not queue.late)


def counts(user: Any) -> dict[str, int]:
    """How many wait in each queue, for the side bar of every page."""
    return {key: count for key, (count, _oldest, _late) in _measured(user).items()}


def _measured(user: Any) -> dict[str, Measure]:
    """Each queue of this person, counted twice a minute at most, and anew after each deed of hers (see `forget`)."""
    today = str(clock.today())
    found: tuple[str, dict[str, Measure]] | None = cache.get(_key(user.pk))
    if found is None or found[0] != today:
        found = (today, {source.key: run(source, user) for source in SOURCES if user.has_perm(source.permission)})
        cache.set(_key(user.pk), found, CACHE_SECONDS)
    return found[1]


def forget(user: Any) -> None:
    """Whoever did something sees at once what it changed."""
    cache.delete(_key(user.pk))


def _key(pk: int) -> str:
    return f"office.queues.2.{pk}"
