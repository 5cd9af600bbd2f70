"""Closed sets that several models of the fund share."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class BankKind(models.TextChoices):
    """Decides which scale of loan quality applies."""

    COMMERCIAL = "COMMERCIAL", _("Commercial bank")
    RURAL = "RURAL", _("Rural bank (BPR)")


class Mode(models.TextChoices):
    """Who bears the risk and whose book leads: the bank's (executing), ours through it, or ours alone."""

    EXECUTING = "EXECUTING", _("Executing: the bank lends")
    CHANNELLING = "CHANNELLING", _("Channelling: the bank passes on")
    SELF = "SELF", _("The office lends")


# The others' money passes no bank: a bank sees nothing of it.
THROUGH_BANK: Final = (Mode.EXECUTING, Mode.CHANNELLING)


class SubsidyBasis(models.TextChoices):
    """What the interest is counted on."""

    FLAT = "FLAT", _("The original principal")
    OUTSTANDING = "OUTSTANDING", _("What is still to be returned")


class DayCount(models.TextChoices):
    ACT_365 = "ACT_365", _("Real days of 365")
    ACT_360 = "ACT_360", _("Real days of 360")
    THIRTY_360 = "THIRTY_360", _("Months of 30 days, years of 360")


class SubsidyRounding(models.TextChoices):
    """Half up to whole rupiah: each month, or once for the whole loan."""

    MONTHLY = "MONTHLY", _("Each month")
    ONCE = "ONCE", _("Once, at the end")


class LossBearer(models.TextChoices):
    OFFICE = "OFFICE", _("The office: the fund becomes smaller")
    BANK = "BANK", _("The bank: it owes the money to the office")


class GroupRule(models.TextChoices):
    """What a late fellow of the same group does to an application."""

    IGNORE = "IGNORE", _("Does not matter")
    WARN = "WARN", _("Is shown to the officers")
    BLOCK = "BLOCK", _("Stops the application")


class GroupState(models.TextChoices):
    """How far a group that applies together has come."""

    GATHERING = "GATHERING", _("Gathering")
    SENT = "SENT", _("Sent")
    DISSOLVED = "DISSOLVED", _("Dissolved")


class CheckLine(models.TextChoices):
    """What is looked at before the visit; the wording is what the owner reads when it is missing."""

    KTP = "KTP", _("ID card (KTP), with four corners and readable")
    NAME = "NAME", _("Name and NIK as on the ID card")
    PLACE = "PLACE", _("Photo that shows the business")
    NIB = "NIB", _("NIB in the name of this business")
    NEED = "NEED", _("Amount, purpose and what will be bought")
    SALES = "SALES", _("Sales a month")


class Scale(models.TextChoices):
    """Who measures the quality of a loan."""

    COMMERCIAL = "COMMERCIAL", _("Commercial banks")
    RURAL = "RURAL", _("Rural banks (BPR)")
    OFFICE = "OFFICE", _("The office's own accounts")


class Purpose(models.TextChoices):
    MATERIALS = "MATERIALS", _("Raw materials")
    TOOLS = "TOOLS", _("Tools or machines")
    PACKAGING = "PACKAGING", _("Packaging and labels")
    OTHER = "OTHER", _("Other")


class ApplicationStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Sent, waiting for the survey")
    SURVEYED = "SURVEYED", _("Surveyed, waiting for the decision")
    APPROVED = "APPROVED", _("Approved, waiting for the money")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Taken back")
    DISBURSED = "DISBURSED", _("Disbursed")


# An application that is still under way: one per person.
LIVE: Final = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.SURVEYED,
    ApplicationStatus.APPROVED,
)


class Outcome(models.TextChoices):
    """How a decision ended that no longer holds."""

    APPROVED = "APPROVED", _("Approved")
    REFUSED = "REFUSED", _("Rejected")
    BANK_REFUSED = "BANK", _("Approved, refused by the bank")


class Undone(models.TextChoices):
    """Why a decision no longer holds."""

    BANK_SILENT = "SILENT", _("The bank did not answer while the money was held")
    APPEAL = "APPEAL", _("An appeal was granted")


class AppealStatus(models.TextChoices):
    WAITING = "WAITING", _("Waiting for the answer")
    GRANTED = "GRANTED", _("Granted")
    REFUSED = "REFUSED", _("Refused, the decision stands")
    WITHDRAWN = "WITHDRAWN", _("Taken back")


class LoanStatus(models.TextChoices):
    OPEN = "OPEN", _("Running")
    CLOSED = "CLOSED", _("Paid off")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")


class Dimension(models.TextChoices):
    """What the portfolio of a day is cut by."""

    ALL = "ALL", _("Everything")
    TIER = "TIER", _("Tier")
    BANK = "BANK", _("Bank")
    DISTRICT = "DISTRICT", _("District")
    COHORT = "COHORT", _("Quarter of payout")
    OFFICER = "OFFICER", _("Verification officer")


class CaseKind(models.TextChoices):
    """What may happen to a loan besides being paid; each is proposed by one person and decided by another."""

    RESTRUCTURE = "RESTRUCTURE", _("Easier schedule")
    WRITE_OFF = "WRITE_OFF", _("Write-off by decree")
    DEATH = "DEATH", _("Death of the borrower")


class CaseStatus(models.TextChoices):
    PROPOSED = "PROPOSED", _("Proposed, waiting for the decision")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


class VisitOutcome(models.TextChoices):
    """How a visit to a late borrower ended."""

    PROMISE = "PROMISE", _("Promises to pay")
    HARDSHIP = "HARDSHIP", _("Cannot pay now, needs an easier schedule")
    PAID = "PAID", _("Says it was paid")
    UNREACHABLE = "UNREACHABLE", _("Was not met")
    LAPSED = "LAPSED", _("Not needed any more")


class SourceKind(models.TextChoices):
    """Capital from elsewhere."""

    KUR = "KUR", _("People's business credit (KUR)")
    BANK = "BANK", _("Bank")
    CSR = "CSR", _("Partnership programme of a company (CSR)")
    ZAKAT = "ZAKAT", _("Zakat body")
    GROUP = "GROUP", _("Savings group or cooperative")


class ReferralStatus(models.TextChoices):
    SENT = "SENT", _("Referred, waiting for the answer")
    GRANTED = "GRANTED", _("Granted")
    REFUSED = "REFUSED", _("Not granted")
    DROPPED = "DROPPED", _("The owner decided otherwise")


class FilePurpose(models.TextChoices):
    STATEMENT = "STATEMENT", _("Payments")
    BALANCES = "BALANCES", _("Balances of loans")
    BATCH = "BATCH", _("Approved loans, to the bank")
    CONFIRMATION = "CONFIRMATION", _("Answers of the bank to approved loans")
    BILL = "BILL", _("Bill for interest")


class FileFormat(models.TextChoices):
    CSV = "CSV", _("CSV")
    XLSX = "XLSX", _("Excel")
    FIXED = "FIXED", _("Text of fixed width")


class LineState(models.TextChoices):
    WAITING = "WAITING", _("Waits for a person")
    POSTED = "POSTED", _("Booked")
    ASIDE = "ASIDE", _("Set aside: not a repayment")
    BACK = "BACK", _("Taken back, as the bank did")


class ClaimStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Computed, waiting for approval")
    APPROVED = "APPROVED", _("Approved, waiting for payment")
    PAID = "PAID", _("Paid")
    REFUSED = "REFUSED", _("Not accepted")


class DocumentKind(models.TextChoices):
    """What is shown with an application; the first two are needed."""

    PLACE = "PLACE", _("Photo of the business")
    KTP = "KTP", _("Photo of the ID card (KTP)")
    NOTE = "NOTE", _("Notes of sales or purchases")
    SURVEY = "SURVEY", _("Photo taken at the visit")
    GOODS = "GOODS", _("Goods or tools, seen at the visit")


# Taken by the verifier at the visit.
VISIT_PHOTOS: Final = (DocumentKind.SURVEY, DocumentKind.GOODS)

# The controls of the survey form that take them.
VISIT_FIELDS: Final = {"photo": DocumentKind.SURVEY, "goods": DocumentKind.GOODS}

# Without these an application is not complete.
NEEDED_DOCUMENTS: Final = (DocumentKind.PLACE, DocumentKind.KTP)
