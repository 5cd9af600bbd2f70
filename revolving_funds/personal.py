"""What the fund keeps of people, and how long the law wants it (see members.privacy.registry)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.privacy.registry import AT_WORK, Criterion, Hold, Part, Subject, Table, register
from members.privacy.rules import rule_on
from revolving_funds.enums import ApplicationStatus, LoanStatus
from revolving_funds.models import Appeal, Application, Loan

MONEY = _("Public money: the paper trail is kept, without a name, as the law on financial documents wants it.")
UNDER_WAY = (ApplicationStatus.SUBMITTED, ApplicationStatus.SURVEYED, ApplicationStatus.APPROVED)


def _holds(subject: Subject, on: date) -> Iterator[Hold]:
    for application in Application.objects.filter(person=subject.person, status__in=UNDER_WAY).order_by("pk"):
        yield Hold(gettext("Your application of %(day)s is being decided.") % {"day": _day(application)}, None)
    for appeal in Appeal.objects.waiting().filter(application__person=subject.person).order_by("pk"):
        yield Hold(gettext("Your appeal of %(day)s is being looked at.") % {"day": f"{appeal.filed_on:%d.%m.%Y}"}, None)
    rule = rule_on("loans", on)
    for loan in Loan.objects.filter(person=subject.person).order_by("pk"):
        if loan.status == LoanStatus.OPEN:
            yield Hold(gettext("Your loan %(number)s is running.") % {"number": loan.number}, None)
        elif rule and (end := (loan.closed_on or loan.maturity_on) + timedelta(days=rule.days)) > on:
            told = gettext("The papers of your loan %(number)s are kept by law: %(basis)s.")
            yield Hold(told % {"number": loan.number, "basis": rule.legal_basis}, end)


def _day(application: Application) -> str:
    return f"{application.submitted_at:%d.%m.%Y}" if application.submitted_at else ""


def _of_loan(subject: Subject) -> Q:
    return Q(loan__person=subject.person)


FUND = Part(
    name="revolving_funds",
    title=_("Revolving fund"),
    tables=(
        Table(
            "revolving_funds.Application",
            _("My applications"),
            (
                "level",
                "amount",
                "tenor_months",
                "purpose",
                "details",
                "monthly_sales",
                "status",
                "submitted_at",
                "surveyed_at",
                "decided_at",
                "approved_amount",
                "decision_reason",
            ),
            lambda s: Q(person=s.person),
            keys=("person", "business", "borrower"),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Survey",
            _("What was seen at my business"),
            ("visited_on", "monthly_sales", "monthly_costs", "other_debts", "is_recommended", "notes"),
            lambda s: Q(application__person=s.person),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.PapersCheck",
            _("Checks of my papers"),
            ("checked_at", "missing", "note"),
            lambda s: Q(application__person=s.person),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Appeal",
            _("My appeals"),
            ("reason", "letter_on", "filed_at", "answer_by", "status", "decided_at", "decision_reason"),
            lambda s: Q(application__person=s.person),
            keys=("filed_by",),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.PastDecision",
            _("Decisions on my applications that no longer hold"),
            ("outcome", "amount", "reason", "decided_at", "ended_at", "why"),
            lambda s: Q(application__person=s.person),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.GroupApplication",
            _("Groups that I speak for"),
            ("name", "state", "size", "sent_at"),
            lambda s: Q(leader=s.person),
            keys=("leader",),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Referral",
            _("What I was referred to"),
            ("source__name", "status", "amount", "note", "created_at"),
            lambda s: Q(person=s.person),
            keys=("person",),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Loan",
            _("My loans"),
            ("number", "level", "amount", "tenor_months", "disbursed_on", "maturity_on", "status", "closed_on"),
            lambda s: Q(person=s.person),
            keys=("person", "business"),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Instalment",
            _("My instalments"),
            ("loan__number", "number", "due_on", "amount"),
            _of_loan,
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Repayment",
            _("My payments"),
            ("loan__number", "paid_on", "amount", "reference", "reversed_on"),
            _of_loan,
            keys=("borrower",),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.ApplicationDocument",
            _("Photos and papers of my applications"),
            ("kind", "created_at"),
            lambda s: Q(application__person=s.person),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.AgreementPaper",
            _("My loan agreements"),
            ("year", "serial", "sha256"),
            lambda s: Q(application__person=s.person),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.StatementLine",
            _("My payments as the bank wrote them"),
            ("reference", "paid_on", "amount", "payer", "note"),
            _of_loan,
            keep=MONEY,
        ),
        Table(
            "revolving_funds.LoanCase",
            _("Changes to my loans"),
            ("loan__number", "kind", "status", "reason", "proposed_at", "decided_at"),
            _of_loan,
            keys=("borrower",),
            keep=MONEY,
        ),
        Table(
            "revolving_funds.Promise",
            _("My promises to pay"),
            ("loan__number", "made_on", "promised_on", "amount", "note"),
            _of_loan,
            keep=MONEY,
        ),
    ),
    exempt={
        "revolving_funds.Difference.owner": AT_WORK,
        "revolving_funds.BankAccess.user": AT_WORK,
        "revolving_funds.Visit.assignee": AT_WORK,
    },
    holds=_holds,
)


def hook_in() -> None:
    """Called when the app starts."""
    register(
        FUND,
        criteria=(
            Criterion(
                "borrowers", _("Members who asked for a loan"), lambda: Q(pk__in=Application.objects.values("person"))
            ),
        ),
    )
