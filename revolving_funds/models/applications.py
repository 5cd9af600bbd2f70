"""From wish to decision. Who did which step stands in one row, so the database can keep the hands apart."""

from itertools import combinations, product
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.money import rupiah
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region
from members.models import Business, Person
from revolving_funds.enums import LIVE, ApplicationStatus, Purpose
from revolving_funds.models.groups import GroupApplication
from revolving_funds.models.programme import Pool

# Everybody who has a hand in one loan, by the field that names them.
FIRST = ("borrower", "applied_by", "surveyed_by", "decided_by", "disbursed_by")
LATER = ("checked_by", "handed_by", "answered_by")
HANDS = (*FIRST, *LATER)
STEPS = {
    "submitted_at": "applied_by",
    "checked_at": "checked_by",
    "surveyed_at": "surveyed_by",
    "decided_at": "decided_by",
    "handed_at": "handed_by",
    "answered_at": "answered_by",
    "disbursed_at": "disbursed_by",
}
DONE_BEFORE = {
    "submitted_at": (
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.SURVEYED,
        ApplicationStatus.APPROVED,
        ApplicationStatus.REJECTED,
        ApplicationStatus.DISBURSED,
    ),
    "surveyed_at": (
        ApplicationStatus.SURVEYED,
        ApplicationStatus.APPROVED,
        ApplicationStatus.REJECTED,
        ApplicationStatus.DISBURSED,
    ),
    "decided_at": (ApplicationStatus.APPROVED, ApplicationStatus.REJECTED, ApplicationStatus.DISBURSED),
    "disbursed_at": (ApplicationStatus.DISBURSED,),
}


def separation_of_duties() -> list[models.CheckConstraint]:
    """Nobody does two steps of one loan. Only the owner applies for herself; that is one step, not two.

    Until a version ago the one who looked at the papers could make the visit too: those rows carry `hands_of_before`.
    A trigger lets nobody set it, and keeps apart as well who looked at papers that went back to their owner.
    """
    before = {("checked_by", "surveyed_by"): Q(hands_of_before=True)}
    named_once = {("borrower", "applied_by"), *combinations(LATER, 2)}  # one step; each pair in one order
    pairs = [*combinations(FIRST, 2), *((hand, other) for hand, other in product(LATER, HANDS) if hand != other)]
    return [
        models.CheckConstraint(
            name=f"application_{one}_not_{other}",
            condition=Q(**{f"{one}__isnull": True})
            | Q(**{f"{other}__isnull": True})
            | ~Q(**{one: F(other)})
            | before.get((one, other), Q()),
            violation_error_message=_("Nobody does two steps of one loan."),
        )
        for one, other in pairs
        if (one, other) not in named_once
    ]


def steps_in_order() -> list[models.CheckConstraint]:
    """Each step has its person and its time, both or neither, and a status never runs ahead of its steps."""
    pairs = [
        models.CheckConstraint(
            name=f"application_{at}_pair",
            condition=Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
            | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
            violation_error_message=_("A step has its person and its time."),
        )
        for at, by in STEPS.items()
    ]
    order = [
        models.CheckConstraint(
            name=f"application_{at}_before_status",
            condition=~Q(status__in=[status.value for status in statuses]) | Q(**{f"{at}__isnull": False}),
            violation_error_message=_("A step before this one is missing."),
        )
        for at, statuses in DONE_BEFORE.items()
    ]
    return pairs + order


class ApplicationQuerySet(ScopedQuerySet["Application"]):
    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)

    def live(self) -> "ApplicationQuerySet":
        return self.filter(status__in=LIVE)

    def to_check(self) -> "ApplicationQuerySet":
        return self.filter(status=ApplicationStatus.SUBMITTED, checked_at__isnull=True)

    def to_survey(self) -> "ApplicationQuerySet":
        """Papers complete, not visited yet."""
        return self.filter(status=ApplicationStatus.SUBMITTED, checked_at__isnull=False)

    def to_decide(self) -> "ApplicationQuerySet":
        return self.filter(status=ApplicationStatus.SURVEYED)

    def to_disburse(self) -> "ApplicationQuerySet":
        return self.filter(status=ApplicationStatus.APPROVED)

    def for_lists(self) -> "ApplicationQuerySet":
        return self.select_related("person", "business", "village__parent")


class Application(Record):
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="applications", verbose_name=_("business")
    )
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("village/urban ward")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.DRAFT
    )
    level = models.PositiveSmallIntegerField(_("tier"))
    amount = models.BigIntegerField(_("amount asked for"), null=True, blank=True)
    tenor_months = models.PositiveSmallIntegerField(_("term in months"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices, blank=True)
    details = models.TextField(_("what will be bought"), blank=True, max_length=500)
    monthly_sales = models.BigIntegerField(_("sales a month"), null=True, blank=True)
    approved_amount = models.BigIntegerField(_("amount approved"), null=True, blank=True)
    pool = models.ForeignKey(
        Pool, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pool")
    )
    reserved_until = models.DateField(_("money held until"), null=True, blank=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    # What the office asked the owner to mend, while it lies with her again.
    return_reason = models.CharField(_("to be mended"), max_length=300, blank=True, default="", db_default="")
    # The joint file, where she asks together with others; `ready_at` = hers may be sent with it.
    group = models.ForeignKey(
        GroupApplication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("group"),
    )
    ready_at = models.DateTimeField(_("ready to be sent with the group"), null=True, blank=True)
    # The account of the person who gets the money, as it was when she applied.
    borrower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    # The latest look at the papers that found them complete; taken away when the application is given back.
    checked_at = models.DateTimeField(_("papers complete"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("papers checked by"),
    )
    hands_of_before = models.BooleanField(default=False, db_default=False, editable=False)
    surveyed_at = models.DateTimeField(_("surveyed"), null=True, blank=True)
    surveyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("surveyed by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    # Who put it into the file for the bank; who writes down the bank's answer is somebody else.
    handed_at = models.DateTimeField(_("handed to the bank"), null=True, blank=True)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed to the bank by"),
    )
    # Who wrote down that the bank refuses what was approved; a payout is written down by `disbursed_by`.
    answered_at = models.DateTimeField(_("refused by the bank"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("refusal of the bank written down by"),
    )
    disbursed_at = models.DateTimeField(_("disbursed"), null=True, blank=True)
    disbursed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("disbursed by"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan application")
        verbose_name_plural = _("loan applications")
        constraints = [
            *separation_of_duties(),
            *steps_in_order(),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=[status.value for status in LIVE]),
                name="application_one_live",
                violation_error_message=_("An application of this person is already under way."),
            ),
            models.CheckConstraint(condition=Q(status__in=ApplicationStatus.values), name="application_status_known"),
            models.CheckConstraint(condition=Q(purpose__in=["", *Purpose.values]), name="application_purpose_known"),
            models.CheckConstraint(
                name="application_amounts_positive",
                condition=(Q(amount__isnull=True) | Q(amount__gt=0))
                & (Q(approved_amount__isnull=True) | Q(approved_amount__gt=0))
                & (Q(monthly_sales__isnull=True) | Q(monthly_sales__gte=0)),
                violation_error_message=_("Amounts are above zero."),
            ),
            models.CheckConstraint(
                name="application_sent_is_complete",
                condition=Q(status__in=["DRAFT", "WITHDRAWN"]) | (Q(amount__isnull=False) & ~Q(purpose="")),
                violation_error_message=_("Amount and purpose are needed before it is sent."),
            ),
            models.CheckConstraint(
                name="application_refusal_has_reason",
                condition=~Q(status="REJECTED") | ~Q(decision_reason=""),
                violation_error_message=_("Say why, so that the owner knows what to do."),
            ),
            models.CheckConstraint(
                name="application_answer_is_a_refusal", condition=Q(answered_at__isnull=True) | Q(status="REJECTED")
            ),
            models.CheckConstraint(
                name="application_ready_in_group", condition=Q(ready_at__isnull=True) | Q(group__isnull=False)
            ),
            models.CheckConstraint(
                name="application_approval_has_money",
                condition=~Q(status__in=["APPROVED", "DISBURSED"])
                | Q(approved_amount__isnull=False, pool__isnull=False),
                violation_error_message=_("An approval names the amount and the pool."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "village", "submitted_at", "id"], name="application_queue_idx"),
            models.Index(fields=["village", "submitted_at", "id"], name="application_village_idx"),
            models.Index(fields=["submitted_at", "id"], name="application_date_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {rupiah(self.amount)}" if self.amount else str(self.person)

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:application-detail", args=[self.uid])

    @property
    def paper(self) -> Any:
        """The agreement that holds for it, if one was printed."""
        return self.papers.filter(voided_at__isnull=True).first()

    @property
    def office_code(self) -> str:
        return self.village_id[:5]

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class Survey(Record):
    """What the verifier saw on the spot, and what she recommends."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="survey")
    visited_on = models.DateField(_("day of the visit"))
    is_operating = models.BooleanField(_("the business is running"))
    place_matches = models.BooleanField(_("place and goods are as stated"))
    monthly_sales = models.BigIntegerField(_("sales a month"))
    monthly_costs = models.BigIntegerField(_("costs a month"))
    other_debts = models.BigIntegerField(_("other debts"), default=0)
    is_recommended = models.BooleanField(_("recommended"))
    recommended_amount = models.BigIntegerField(_("recommended amount"), null=True, blank=True)
    notes = models.TextField(_("what was seen"), max_length=1000)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    on_paper = models.BooleanField(_("written on paper at the visit"), default=False, db_default=False)
    # Drawn when the form is opened, on a phone perhaps without signal: sent twice, it is one survey.
    request_uid = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("field survey")
        verbose_name_plural = _("field surveys")
        constraints = [
            models.CheckConstraint(
                name="survey_amounts_not_negative",
                condition=Q(monthly_sales__gte=0, monthly_costs__gte=0, other_debts__gte=0),
                violation_error_message=_("Amounts cannot be negative."),
            ),
            models.CheckConstraint(
                name="survey_place_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message=_("A place has latitude and longitude."),
            ),
            models.CheckConstraint(
                name="survey_recommendation_has_amount",
                condition=Q(is_recommended=False, recommended_amount__isnull=True)
                | Q(is_recommended=True, recommended_amount__isnull=False, recommended_amount__gt=0),
                violation_error_message=_("A recommendation names an amount."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.visited_on}"
