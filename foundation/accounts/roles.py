"""Roles and what each may do: a table in code. A permission is `app.verb_noun`."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """Who somebody is in a region. Owners hold no role: being logged in is enough for one's own things."""

    FACILITATOR = "FACILITATOR"
    STAFF = "STAFF"
    VERIFIER = "VERIFIER"
    APPROVER = "APPROVER"
    TREASURER = "TREASURER"
    BANK = "BANK"
    PARTNER = "PARTNER"
    AUDITOR = "AUDITOR"
    OBSERVER = "OBSERVER"


ROLE_LABELS: Final = {
    Role.FACILITATOR: _("MSME assistant"),
    Role.STAFF: _("Office staff"),
    Role.VERIFIER: _("Verification officer"),
    Role.APPROVER: _("Approver"),
    Role.TREASURER: _("Treasurer"),
    Role.BANK: _("Bank officer"),
    Role.PARTNER: _("Partner"),
    Role.AUDITOR: _("Auditor"),
    Role.OBSERVER: _("Observer"),
}

# Roles whose desk is the office face.
OFFICE_ROLES: Final = frozenset(
    {
        Role.STAFF,
        Role.VERIFIER,
        Role.APPROVER,
        Role.TREASURER,
        Role.AUDITOR,
        Role.OBSERVER,
    }
)

_SEE_MEMBERS = frozenset(
    {
        "members.view_person",
        "members.view_business",
        "members.view_licence",
        "members.view_statusperiod",
    }
)
# What owners hand in for a licence is seen by who works on it, and by who audits.
_SEE_CASES = frozenset({"members.view_licencecase", "members.view_recommendationletter"})
_SEE_LAW = frozenset(
    {
        "members.view_licenceprocess",
        "members.view_licencerule",
        "members.view_licenceterm",
        "members.view_scalerule",
        "members.view_kbli",
    }
)
_SEE_TRAININGS = frozenset(
    {
        "trainings.view_training",
        "trainings.view_enrolment",
        "trainings.view_certificate",
        "trainings.view_topicproposal",
    }
)
_SEE_FUND = frozenset(
    {
        "revolving_funds.view_application",
        "revolving_funds.view_appeal",
        "revolving_funds.view_groupapplication",
        "revolving_funds.view_loan",
        "revolving_funds.view_pool",
        "revolving_funds.view_repayment",
        "revolving_funds.view_agreement",
        "revolving_funds.view_agreementterms",
        "revolving_funds.view_tier",
        "revolving_funds.view_policy",
        "revolving_funds.view_qualityscale",
        "revolving_funds.view_loanstanding",
        "revolving_funds.view_loancase",
        "revolving_funds.view_recovery",
        "revolving_funds.view_promise",
        "revolving_funds.view_visit",
        "revolving_funds.view_capitalsource",
        "revolving_funds.view_referral",
    }
)
# What came in from the banks, and where it does not agree with the book.
_SEE_BANKS = frozenset(
    {
        "revolving_funds.view_statementfile",
        "revolving_funds.view_statementline",
        "revolving_funds.view_linedifference",
        "revolving_funds.view_balancereport",
        "revolving_funds.view_difference",
        "revolving_funds.view_filelayout",
        "revolving_funds.view_subsidyclaim",
        "revolving_funds.view_agreementpaper",
        "revolving_funds.view_bankbatch",
        "revolving_funds.view_bankaccess",
        "ledger.view_period",
    }
)
_SEE_FORUMS = frozenset({"forums.view_board", "forums.view_topic", "forums.view_report"})
_SEE_MONITORING = frozenset({"monitoring.view_checkin", "monitoring.view_response", "monitoring.view_task"})
# The desk: figures, and the list of jobs (one's own, and the shared ones of the region).
_FIGURES = frozenset({"office.view_desk", "office.view_figures", "jobs.view_job"})

# Held by no role, so by the system's own administrator alone: `accounts.give_role`, `accounts.change_user`, and the rows
# of law that hold for every office: `members.change_licencerule`, `members.change_licenceterm`, `members.change_scalerule`,
# `members.change_retentionrule`. `revolving_funds.change_filelayout` reaches the layouts of one's own office.
PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.FACILITATOR: _SEE_MEMBERS
    | _SEE_CASES
    | _SEE_TRAININGS
    | _SEE_FORUMS
    | _SEE_MONITORING
    | {
        "members.register_person",
        "members.change_person",
        "members.change_business",
        "members.change_licence",
        "members.work_case",
        "trainings.schedule_training",
        "trainings.change_training",
        "trainings.take_attendance",
        "trainings.work_step",
        "monitoring.answer_checkin",
        "monitoring.work_task",
        "forums.write_post",
        "forums.moderate_topic",
    },
    Role.STAFF: _SEE_MEMBERS
    | _SEE_CASES
    | _SEE_LAW
    | _SEE_TRAININGS
    | _SEE_FORUMS
    | _SEE_MONITORING
    | _FIGURES
    | {
        "members.register_person",
        "members.change_person",
        "members.change_business",
        "members.change_licence",
        "members.work_case",
        "members.issue_letter",
        "members.change_licenceprocess",
        "members.show_nik",
        "members.merge_person",
        "members.view_duplicatepair",
        "members.view_merge",
        "members.view_doubt",
        "members.view_claimrequest",
        "members.decide_claim",
        "members.view_stagerule",
        "members.change_stagerule",
        "members.import_members",
        "members.view_importrun",
        "members.export_members",
        "trainings.schedule_training",
        "trainings.change_training",
        "trainings.take_attendance",
        "trainings.work_step",
        "trainings.change_plan",
        "trainings.change_topic",
        "trainings.change_certificate",
        "trainings.view_plan",
        "trainings.view_yearplan",
        "monitoring.answer_checkin",
        "monitoring.work_task",
        "monitoring.assign_task",
        "forums.write_post",
        "forums.moderate_topic",
        "notifications.view_message",
        "notifications.send_message",
        "revolving_funds.view_capitalsource",
        "revolving_funds.view_referral",
        "revolving_funds.change_capital",
        "revolving_funds.refer_owner",
        "accounts.view_assignment",
        "accounts.view_user",
        "accounts.appoint_facilitator",
        "clients.view_client",
        "clients.change_client",
        "members.view_datarequest",
        "members.answer_datarequest",
        "members.view_breach",
        "members.record_breach",
        "members.view_retentionrule",
    },
    Role.VERIFIER: _SEE_MEMBERS
    | _SEE_FUND
    | _FIGURES
    | {
        "members.show_nik",
        "revolving_funds.survey_application",
        "revolving_funds.enter_appeal",
        "revolving_funds.propose_case",
        "revolving_funds.take_promise",
        "revolving_funds.refer_owner",
    },
    Role.APPROVER: _SEE_MEMBERS
    | _SEE_FUND
    | _SEE_BANKS
    | _FIGURES
    | {
        "revolving_funds.decide_application",
        "revolving_funds.decide_appeal",
        "revolving_funds.reverse_repayment",
        "revolving_funds.decide_case",
        "revolving_funds.change_programme",
        "revolving_funds.approve_claim",
    },
    Role.TREASURER: _SEE_MEMBERS
    | _SEE_FUND
    | _SEE_BANKS
    | _FIGURES
    | {
        "revolving_funds.import_statement",
        "revolving_funds.change_filelayout",
        "revolving_funds.explain_difference",
        "revolving_funds.make_claim",
        "revolving_funds.give_bankaccess",
        "revolving_funds.report_as_bank",
        "ledger.close_period",
        "revolving_funds.disburse_loan",
        "revolving_funds.post_repayment",
        "revolving_funds.reverse_repayment",
        "revolving_funds.change_pool",
        "clients.view_client",
        "clients.change_client",
    },
    # Its own loans alone: `revolving_funds.actions.bank_access` says which bank an account speaks for.
    Role.BANK: frozenset({"revolving_funds.report_as_bank"}),
    Role.PARTNER: frozenset(),
    Role.AUDITOR: _SEE_MEMBERS
    | _SEE_CASES
    | _SEE_LAW
    | _SEE_TRAININGS
    | _SEE_FUND
    | _SEE_BANKS
    | _SEE_FORUMS
    | _SEE_MONITORING
    | _FIGURES
    | {
        "members.view_merge",
        "audit.view_event",
        "ledger.view_account",
        "ledger.view_transaction",
        "ledger.view_leg",
        "ledger.view_period",
        "notifications.view_message",
        "accounts.view_assignment",
        "accounts.view_user",
        "clients.view_client",
        "members.view_datarequest",
        "members.view_breach",
        "members.view_retentionrule",
        "trainings.view_plan",
        "trainings.view_yearplan",
    },
    Role.OBSERVER: _FIGURES,
}


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that hold `permission`."""
    return frozenset(role for role, held in PERMISSIONS.items() if permission in held)
