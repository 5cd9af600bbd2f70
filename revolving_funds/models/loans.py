"""A loan and its schedule. How much is left, what is overdue and by how many days is derived
from the ledger and the schedule; the one stored state is whether it is closed.
"""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.models import Account, Transaction
from foundation.regions.models import Region
from members.models import Business, Person
from revolving_funds.enums import THROUGH_BANK, LoanStatus
from revolving_funds.models.applications import Application
from revolving_funds.models.programme import Pool


class LoanQuerySet(ScopedQuerySet["Loan"]):
    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)

    def open(self) -> Self:
        return self.filter(status=LoanStatus.OPEN)

    def of_bank(self, bank: Any) -> Self:
        """The bank's own loans, and those that it passes on; not what the office lends itself."""
        return self.filter(pool__agreement__bank=bank, pool__agreement__mode__in=THROUGH_BANK)

    def with_standing(self, on: date) -> Self:
        """Annotated as it stands now, seen from the day `on`: `outstanding`, `arrears` (rupiah due before `on` and
        not paid), `oldest_due` (date of the oldest instalment not fully paid). The due day itself is not late.
        """
        rows = Instalment.objects.filter(loan=OuterRef("pk"), replaced_on__isnull=True)
        due = rows.filter(due_on__lt=on).order_by("-cumulative").values("cumulative")[:1]
        oldest = rows.filter(cumulative__gt=OuterRef("amount") - OuterRef("account__balance"))
        return self.annotate(
            outstanding=F("account__balance"),
            arrears=Greatest(Coalesce(Subquery(due), 0) - F("amount") + F("account__balance"), 0),
            oldest_due=Subquery(oldest.order_by("due_on").values("due_on")[:1]),
        )

    def overdue(self, on: date) -> Self:
        """Running loans with rupiah that were due before `on`. What `due_from` says follows from the rest: it spares a look at
        the schedules of those who are not late.
        """
        return self.open().with_standing(on).filter(oldest_due__lt=on, due_from__lt=on)

    def for_lists(self) -> Self:
        return self.select_related("person", "business", "village__parent", "pool__agreement__bank", "account")


class Loan(Record):
    number = models.CharField(_("number"), max_length=30, unique=True)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="loan", verbose_name=_("application")
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="loans", verbose_name=_("borrower"))
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="loans", verbose_name=_("business"))
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("village/urban ward")
    )
    pool = models.ForeignKey(
        Pool, on_delete=models.PROTECT, related_name="loans", db_index=False, verbose_name=_("pool")
    )
    level = models.PositiveSmallIntegerField(_("tier"))
    amount = models.BigIntegerField(_("principal"))
    tenor_months = models.PositiveSmallIntegerField(_("term in months"))
    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("ledger account")
    )
    disbursement = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", verbose_name=_("disbursement")
    )
    disbursed_on = models.DateField(_("disbursed"))
    # Only where the month of the payout was closed when it was entered: the day on which the entry stands.
    booked_on = models.DateField(_("entered in the book"), null=True, blank=True)
    maturity_on = models.DateField(_("final due date"))
    status = models.CharField(_("status"), max_length=11, choices=LoanStatus.choices, default=LoanStatus.OPEN)
    closed_on = models.DateField(_("paid off"), null=True, blank=True)
    # Of a running loan: nothing that is open was due before this day, so no list of late loans need look at it earlier. The
    # database lowers it where something falls due again (a payment taken back, another schedule); the daily job raises it.
    due_from = models.DateField(editable=False, default=date.min, db_default=date.min)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status="OPEN"),
                name="loan_one_open",
                violation_error_message=_("This person already has a running loan."),
            ),
            models.CheckConstraint(condition=Q(status__in=LoanStatus.values), name="loan_status_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loan_amount_positive"),
            models.CheckConstraint(
                name="loan_closed_pair",
                condition=Q(status="OPEN", closed_on__isnull=True)
                | Q(status__in=["CLOSED", "WRITTEN_OFF"], closed_on__isnull=False),
                violation_error_message=_("A loan that is paid off has the day of it."),
            ),
            models.CheckConstraint(
                name="loan_dates_in_order",
                condition=Q(maturity_on__gt=F("disbursed_on"))
                & (Q(closed_on__isnull=True) | Q(closed_on__gte=F("disbursed_on"))),
                violation_error_message=_("A loan cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="loan_booked_after_payout",
                condition=Q(booked_on__isnull=True) | Q(booked_on__gt=F("disbursed_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["village", "disbursed_on", "id"], name="loan_village_idx"),
            models.Index(fields=["disbursed_on", "id"], name="loan_date_idx"),
            models.Index(fields=["status", "disbursed_on", "id"], name="loan_status_idx"),
            models.Index(fields=["village", "id"], condition=Q(status="OPEN"), name="loan_open_idx"),
            models.Index(fields=["disbursed_on", "id", "due_from"], condition=Q(status="OPEN"), name="loan_due_idx"),
            models.Index(fields=["pool", "disbursed_on", "id"], name="loan_pool_idx"),
            models.Index(
                fields=["pool", "disbursed_on", "id", "due_from"], condition=Q(status="OPEN"), name="loan_pool_due_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:loan-detail", args=[self.uid])

    @property
    def office_code(self) -> str:
        return self.village_id[:5]


class InstalmentQuerySet(BaseQuerySet["Instalment"]):
    def in_force(self) -> Self:
        """The rows of the schedules as they hold now."""
        return self.filter(replaced_on__isnull=True)


class Instalment(models.Model):
    """A row of the schedule. `cumulative` is what must be returned by then, so that any day's arrears need no sum.

    A schedule that is eased stays as a version: its rows carry the day they were replaced on, the new ones the day
    they were made on. The schedule of a past day is therefore still there; the one in force has `replaced_on` empty.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="instalments", db_index=False)
    number = models.PositiveSmallIntegerField(_("number"))
    contract_due_on = models.DateField(_("due by contract"))
    due_on = models.DateField(_("due"))
    amount = models.BigIntegerField(_("amount"))
    cumulative = models.BigIntegerField(_("sum so far"))
    version = models.PositiveSmallIntegerField(_("version of the schedule"), default=1, db_default=1)
    made_on = models.DateField(_("holds from"), null=True, blank=True)
    replaced_on = models.DateField(_("replaced on"), null=True, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "version", "number"], name="instalment_number", include=["due_on", "cumulative"]
            ),
            models.CheckConstraint(
                name="instalment_versions_in_order",
                condition=(Q(version=1, made_on__isnull=True) | Q(version__gt=1, made_on__isnull=False))
                & (Q(made_on__isnull=True) | Q(replaced_on__isnull=True) | Q(replaced_on__gte=F("made_on"))),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, cumulative__gte=F("amount"), number__gte=1), name="instalment_amount_positive"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("contract_due_on")), name="instalment_never_earlier"),
        ]
        indexes = [
            models.Index(fields=["due_on", "loan"], name="instalment_due_idx"),
            # The oldest row that is not paid is the first one beyond what was paid: `cumulative` rises with every number.
            models.Index(
                fields=["loan", "cumulative"],
                include=["due_on"],
                condition=Q(replaced_on__isnull=True),
                name="instalment_in_force_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}/{self.number}"
