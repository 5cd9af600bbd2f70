"""What happens to a loan besides being paid: eased, written off, its borrower dies; and what still comes back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.models import Transaction
from revolving_funds.enums import CaseKind, CaseStatus, LoanStatus, VisitOutcome
from revolving_funds.models.loans import Loan
from revolving_funds.models.repayments import Repayment

USER = settings.AUTH_USER_MODEL


def apart(name: str, one: str, other: str) -> models.CheckConstraint:
    """Two steps, two people."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True}) | ~Q(**{one: F(other)}),
        violation_error_message=_("Nobody does two steps of one loan."),
    )


class OfLoanQuerySet(ScopedQuerySet[Any]):
    region_path = "loan__village__code"

    def own(self, user: Any) -> Q:
        return Q(loan__person__user_id=user.pk)


class LoanCase(Record):
    """A proposal about one loan and its decision. Who proposed, who decided and who owes are three people."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="cases", verbose_name=_("loan"))
    kind = models.CharField(_("kind"), max_length=11, choices=CaseKind.choices)
    status = models.CharField(
        _("status"), max_length=8, choices=CaseStatus.choices, default=CaseStatus.PROPOSED, db_index=False
    )
    reason = models.TextField(_("reason"), max_length=1000)
    borrower = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    effective_on = models.DateField(_("holds from"), null=True, blank=True)
    tenor_months = models.PositiveSmallIntegerField(_("new term in months"), null=True, blank=True)
    decree_number = models.CharField(_("number of the decree"), max_length=80, blank=True)
    decree_on = models.DateField(_("date of the decree"), null=True, blank=True)
    died_on = models.DateField(_("died on"), null=True, blank=True)
    certificate_number = models.CharField(_("number of the death certificate"), max_length=80, blank=True)
    heir_name = models.CharField(_("heir"), max_length=120, blank=True)
    # What was still to be returned when it was decided, and the entry that says so.
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ledger entry")
    )
    document_hash = models.CharField(_("fingerprint of the document"), max_length=64, blank=True)

    objects = OfLoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of a loan")
        verbose_name_plural = _("cases of loans")
        constraints = [
            apart("case_proposed_by_not_decided_by", "proposed_by", "decided_by"),
            apart("case_borrower_not_proposed_by", "borrower", "proposed_by"),
            apart("case_borrower_not_decided_by", "borrower", "decided_by"),
            models.UniqueConstraint(
                fields=["loan", "kind"],
                condition=Q(status="PROPOSED"),
                name="case_one_proposed",
                violation_error_message=_("The same was already proposed for this loan."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CaseKind.values, status__in=CaseStatus.values), name="case_words_known"
            ),
            models.CheckConstraint(
                name="case_decision_pair",
                condition=Q(status="PROPOSED", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["APPROVED", "REJECTED"], decided_at__isnull=False, decided_by__isnull=False),
                violation_error_message=_("A step has its person and its time."),
            ),
            models.CheckConstraint(
                name="case_approval_stands_in_the_book",
                condition=~Q(status="APPROVED")
                | Q(transaction__isnull=False, amount__isnull=False, amount__gt=0, effective_on__isnull=False),
                violation_error_message=_("A decision names its amount, its day and its entry in the book."),
            ),
            models.CheckConstraint(
                name="case_says_what_it_needs",
                condition=(~Q(kind="RESTRUCTURE") | Q(tenor_months__isnull=False, tenor_months__range=(1, 120)))
                & (~Q(kind="DEATH") | (Q(died_on__isnull=False) & ~Q(certificate_number="")))
                & (~Q(kind="WRITE_OFF", status="APPROVED") | (Q(decree_on__isnull=False) & ~Q(decree_number=""))),
                violation_error_message=_("Something that this case needs is missing."),
            ),
        ]
        indexes = [models.Index(fields=["status", "proposed_at", "id"], name="case_queue_idx")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.loan}"

    @property
    def village_id(self) -> str:
        return self.loan.village_id


class RecoveryQuerySet(OfLoanQuerySet):
    def standing(self) -> "RecoveryQuerySet":
        """What was not taken back."""
        return self.filter(reversal__isnull=True)


class Recovery(Record):
    """Money that came back after a loan was written off. One that was entered wrongly stays, with who took it back and why."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="recoveries", verbose_name=_("loan"))
    request_uid = models.UUIDField(unique=True, editable=False)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", verbose_name=_("ledger entry")
    )
    paid_on = models.DateField(_("paid on"))
    amount = models.BigIntegerField(_("amount"))
    reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    written_off_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reversal = models.OneToOneField(
        Transaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry that took it back"),
    )
    reversed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )
    reverse_reason = models.CharField(_("why it was taken back"), max_length=200, blank=True, default="", db_default="")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount_positive"),
            apart("recovery_recorded_by_not_written_off_by", "recorded_by", "written_off_by"),
            apart("recovery_reversed_by_not_recorded_by", "reversed_by", "recorded_by"),
            models.CheckConstraint(
                name="recovery_reversal_whole",
                condition=Q(reversal__isnull=True, reversed_by__isnull=True, reverse_reason="")
                | Q(reversal__isnull=False, reversed_by__isnull=False) & ~Q(reverse_reason=""),
                violation_error_message=_("Taking a payment back needs a person, a day and a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan}, {rupiah(self.amount)}"

    @property
    def village_id(self) -> str:
        return self.loan.village_id


class PromiseQuerySet(OfLoanQuerySet):
    def with_paid(self) -> "PromiseQuerySet":
        """`paid`: rupiah of the loan returned from the day of the promise up to the promised day."""
        came = Repayment.objects.standing().filter(
            loan=OuterRef("loan"), paid_on__range=(OuterRef("made_on"), OuterRef("promised_on"))
        )
        total = came.order_by().values("loan").annotate(total=Sum(F("amount") - F("excess"))).values("total")
        found: PromiseQuerySet = self.annotate(paid=Coalesce(Subquery(total), 0))
        return found


class Promise(Record):
    """What a borrower who is late promised: how much, by when. Whether it was kept is what the book says."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="promises", verbose_name=_("loan"))
    made_on = models.DateField(_("made on"))
    promised_on = models.DateField(_("to be paid by"))
    amount = models.BigIntegerField(_("amount"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    taken_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_amount_positive"),
            models.CheckConstraint(condition=Q(promised_on__gte=F("made_on")), name="promise_lies_ahead"),
        ]
        indexes = [models.Index(fields=["promised_on", "id"], name="promise_day_idx")]

    def __str__(self) -> str:
        return f"{self.loan}, {short_date(self.promised_on)}"

    @property
    def village_id(self) -> str:
        return self.loan.village_id


class VisitQuerySet(OfLoanQuerySet):
    def waiting(self) -> "VisitQuerySet":
        return self.filter(done_at__isnull=True)

    def in_hardship(self) -> "VisitQuerySet":
        """The borrower cannot pay now, and nobody has proposed an easier schedule since."""
        since = LoanCase.objects.filter(
            loan=OuterRef("loan"), kind=CaseKind.RESTRUCTURE, proposed_at__gte=OuterRef("done_at")
        )
        return self.filter(~Exists(since), outcome=VisitOutcome.HARDSHIP, loan__status=LoanStatus.OPEN)

    def own(self, user: Any) -> Q:
        return Q(assignee_id=user.pk)


class Visit(Record):
    """Somebody goes and sees a borrower whom the reminders did not reach. Once per instalment that is late.

    No assignee = the office's own queue.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="visits", verbose_name=_("loan"))
    late_since = models.DateField(_("overdue since"))
    assignee = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assistant")
    )
    due_on = models.DateField(_("visit by"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    outcome = models.CharField(_("outcome"), max_length=11, choices=VisitOutcome.choices, blank=True)
    note = models.TextField(_("what was said"), max_length=600, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit to a borrower")
        verbose_name_plural = _("visits to borrowers")
        constraints = [
            models.UniqueConstraint(fields=["loan", "late_since"], name="visit_once"),
            models.CheckConstraint(
                name="visit_done_has_outcome",
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=VisitOutcome.values),
                violation_error_message=_("A finished visit says how it ended."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_on", "id"], condition=Q(done_at__isnull=True), name="visit_waiting_idx"
            )
        ]

    def __str__(self) -> str:
        return f"{self.loan}, {short_date(self.late_since)}"

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:visit", args=[self.uid])

    @staticmethod
    def list_url() -> str:
        """Where an assistant finds what waits for her."""
        return reverse("revolving_funds:visits")

    @property
    def village_id(self) -> str:
        return self.loan.village_id
