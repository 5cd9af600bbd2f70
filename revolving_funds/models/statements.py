"""Files from the banks: what came in, line by line, and where a later file differs."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Office
from revolving_funds.enums import LineState
from revolving_funds.models.layouts import FileLayout
from revolving_funds.models.loans import Loan
from revolving_funds.models.programme import Bank
from revolving_funds.models.repayments import Repayment


class StatementFileQuerySet(ScopedQuerySet["StatementFile"]):
    region_path = "office__region__code"

    def for_lists(self) -> Self:
        return self.select_related("bank", "layout__bank", "office", "received_by").defer("content")

    def with_counts(self) -> Self:
        """`posted` and `pending`: lines booked, and lines that wait."""
        lines = StatementLine.objects.filter(file=models.OuterRef("pk")).order_by().values("file")

        def count(state: str) -> Any:
            rows = lines.filter(state=state).annotate(n=models.Count("pk")).values("n")
            return Coalesce(models.Subquery(rows), 0)

        return self.annotate(posted=count(LineState.POSTED), pending=count(LineState.WAITING))


class StatementFile(Record):
    """A bank's statement as it came, byte by byte. The same bytes come in once."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank"))
    layout = models.ForeignKey(FileLayout, on_delete=models.PROTECT, related_name="+", verbose_name=_("layout"))
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    content = models.BinaryField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("received by")
    )
    worked_at = models.DateTimeField(_("worked off"), null=True, blank=True)
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    known_count = models.PositiveIntegerField(_("known before"), default=0)
    changed_count = models.PositiveIntegerField(_("different from before"), default=0)

    objects = StatementFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                name="statementfile_once",
                violation_error_message=_("This file came in before."),
            ),
        ]
        indexes = [models.Index(fields=["office", "-created_at", "-id"], name="statementfile_latest_idx")]

    def __str__(self) -> str:
        return self.name

    @property
    def region_code(self) -> str:
        return self.office.region_id


class StatementLineQuerySet(ScopedQuerySet["StatementLine"]):
    region_path = "file__office__region__code"

    def waiting(self) -> Self:
        """Lines that a person must look at."""
        return self.filter(state=LineState.WAITING)


class StatementLine(Record):
    """One line as the bank reports it: a payment, or below zero what the bank took back. What the bank wrote never changes; what
    we made of it is `state`.
    """

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="lines", verbose_name=_("file"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank"))
    line_no = models.PositiveIntegerField(_("line"))
    reference = models.CharField(_("bank reference"), max_length=60)
    paid_on = models.DateField(_("paid on"))
    amount = models.BigIntegerField(_("amount"))
    loan_ref = models.CharField(_("loan number, as the bank writes it"), max_length=60, blank=True)
    payer = models.CharField(_("payer"), max_length=150, blank=True)
    note = models.CharField(_("text"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=LineState.choices, default=LineState.WAITING)
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    why = models.CharField(_("why it waits"), max_length=12, blank=True)
    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("loan")
    )
    repayment = models.OneToOneField(
        Repayment, on_delete=models.PROTECT, null=True, blank=True, related_name="line", verbose_name=_("repayment")
    )
    taken_back = models.OneToOneField(
        Repayment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_back_by_line",
        verbose_name=_("repayment that was taken back"),
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    handled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    reason = models.CharField(_("why it was set aside"), max_length=200, blank=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "reference"],
                name="statementline_once",
                violation_error_message=_("The bank sent this line before."),
            ),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="statementline_state_known"),
            models.CheckConstraint(condition=~Q(amount=0), name="statementline_amount_not_zero"),
            models.CheckConstraint(
                name="statementline_posted_came_in",
                condition=Q(amount__gt=0) | ~Q(state="POSTED") & Q(loan__isnull=True),
            ),
            models.CheckConstraint(
                name="statementline_back_has_repayment",
                condition=Q(state="BACK", amount__lt=0, taken_back__isnull=False, handled_by__isnull=False)
                | ~Q(state="BACK") & Q(taken_back__isnull=True),
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="statementline_score_bounded"),
            models.CheckConstraint(
                name="statementline_posted_has_repayment",
                condition=Q(state="POSTED", repayment__isnull=False, loan__isnull=False)
                | ~Q(state="POSTED") & Q(repayment__isnull=True),
            ),
            models.CheckConstraint(
                name="statementline_aside_has_reason",
                condition=~Q(state="ASIDE") | Q(handled_by__isnull=False, handled_at__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["paid_on", "id"], condition=Q(state="WAITING"), name="statementline_waiting_idx"),
            models.Index(fields=["file", "line_no"], name="statementline_file_idx"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def region_code(self) -> str:
        return self.file.office.region_id


class LineDifferenceQuerySet(ScopedQuerySet["LineDifference"]):
    region_path = "file__office__region__code"


class LineDifference(Record):
    """A later file writes a known line otherwise. Nothing changed by itself; a person says what was done."""

    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="differences", verbose_name=_("line")
    )
    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("later file"))
    paid_on = models.DateField(_("paid on, by the later file"))
    amount = models.BigIntegerField(_("amount, by the later file"))
    loan_ref = models.CharField(_("loan number, by the later file"), max_length=60, blank=True)
    payer = models.CharField(_("payer, by the later file"), max_length=150, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    answer = models.CharField(_("what was done"), max_length=200, blank=True)

    objects = LineDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("line that changed")
        verbose_name_plural = _("lines that changed")
        constraints = [
            models.UniqueConstraint(fields=["line", "file"], name="linedifference_once"),
            models.CheckConstraint(
                name="linedifference_settled_whole",
                condition=Q(settled_by__isnull=True, settled_at__isnull=True, answer="")
                | Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}"

    @property
    def region_code(self) -> str:
        return self.file.office.region_id


class BalanceReportQuerySet(ScopedQuerySet["BalanceReport"]):
    region_path = "office__region__code"


class BalanceReport(Record):
    """What the bank says is left of each loan on a day."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank"))
    as_of = models.DateField(_("as of"))
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("received by")
    )
    row_count = models.PositiveIntegerField(_("loans"), default=0)
    difference_count = models.PositiveIntegerField(_("differences"), default=0)

    objects = BalanceReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("balances reported by a bank")
        verbose_name_plural = _("balances reported by banks")
        constraints = [models.UniqueConstraint(fields=["sha256"], name="balancereport_once")]
        indexes = [models.Index(fields=["office", "-as_of", "-id"], name="balancereport_latest_idx")]

    def __str__(self) -> str:
        return f"{self.bank} {self.as_of}"

    @property
    def region_code(self) -> str:
        return self.office.region_id


class ReportedBalance(models.Model):
    """One loan in a bank's report, under the number the bank gave."""

    report = models.ForeignKey(BalanceReport, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.CharField(_("loan number"), max_length=60)
    balance = models.BigIntegerField(_("balance"))

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported balance")
        verbose_name_plural = _("reported balances")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="reportedbalance_once"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="reportedbalance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.balance}"


class DifferenceQuerySet(ScopedQuerySet["Difference"]):
    region_path = "office__region__code"

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class Difference(Record):
    """Our schedule, our book and the bank do not say the same of a loan. It has an age and somebody who sees to it."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank"))
    number = models.CharField(_("loan number"), max_length=60)
    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("loan")
    )
    scheduled = models.BigIntegerField(_("left by the schedule"), null=True, blank=True)
    mirror = models.BigIntegerField(_("left in our book"), null=True, blank=True)
    reported = models.BigIntegerField(_("left by the bank"), null=True, blank=True)
    opened_on = models.DateField(_("first seen"))
    seen_on = models.DateField(_("last seen"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who sees to it"),
    )
    closed_on = models.DateField(_("gone"), null=True, blank=True)
    note = models.CharField(_("what was found"), max_length=300, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference with a bank")
        verbose_name_plural = _("differences with banks")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "bank", "number"], condition=Q(closed_on__isnull=True), name="difference_one_open"
            ),
            models.CheckConstraint(
                name="difference_two_sides",
                condition=Q(mirror__isnull=False) | Q(reported__isnull=False),
            ),
            models.CheckConstraint(
                name="difference_dates_in_order",
                condition=Q(seen_on__gte=F("opened_on"))
                & (Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on"))),
            ),
        ]
        indexes = [
            models.Index(fields=["opened_on", "id"], condition=Q(closed_on__isnull=True), name="difference_age_idx")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def region_code(self) -> str:
        return self.office.region_id
