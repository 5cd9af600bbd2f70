"""Who owned a business when, and who moved from where: dated, never overlapping, with reason and who wrote it down."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.crypto import EncryptedField, keyed_hash
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region
from members.models.businesses import Business
from members.models.people import Person


class Ownership(Record):
    """From `start_on` (none: since the beginning) until `end_on` (exclusive; none: still) the business is a person's.

    A business that never changed hands has no row: its owner has had it since it was registered.
    """

    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="ownerships", verbose_name=_("business")
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ownerships", verbose_name=_("owner"))
    start_on = models.DateField(_("from"), null=True, blank=True)
    end_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        constraints = [
            ExclusionConstraint(
                name="ownership_no_overlap",
                expressions=[
                    ("business", RangeOperators.EQUAL),
                    (
                        Func("start_on", "end_on", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The business already has an owner at that time."),
            ),
            models.CheckConstraint(
                name="ownership_ends_after_start",
                condition=Q(end_on__isnull=True) | Q(start_on__isnull=True) | Q(end_on__gt=F("start_on")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.person_id}"


class Relocation(Record):
    """A person or a business went from one village to another; from then on the assistant and office there see it."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="relocations", verbose_name=_("owner")
    )
    business = models.ForeignKey(
        Business,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="relocations",
        verbose_name=_("business"),
    )
    from_village = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("from"))
    to_village = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    moved_at = models.DateTimeField(_("moved"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            models.CheckConstraint(
                name="relocation_of_one",
                condition=Q(person__isnull=False, business__isnull=True)
                | Q(person__isnull=True, business__isnull=False),
                violation_error_message=_("A move is that of a person or of a business."),
            ),
            models.CheckConstraint(
                name="relocation_goes_somewhere",
                condition=~Q(from_village=F("to_village")),
                violation_error_message=_("A move ends in another village."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_village_id} → {self.to_village_id}"


class NumberKind(models.TextChoices):
    KK = "KK", _("Family card number (KK)")
    NPWP = "NPWP", _("Tax number (NPWP)")


class IdentityNumber(Record):
    """Another number of a person: encrypted, found by keyed hash, shown masked. A family shares one KK."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("owner"))
    kind = models.CharField(_("kind"), max_length=4, choices=NumberKind.choices)
    number = EncryptedField(_("number"))
    number_hash = models.CharField(max_length=64, editable=False, db_index=True)
    tail = models.CharField(max_length=4, editable=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity number")
        verbose_name_plural = _("identity numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                name="identitynumber_once_per_kind",
                violation_error_message=_("This number is already recorded."),
            ),
            models.CheckConstraint(
                name="identitynumber_kind_known",
                condition=Q(kind__in=NumberKind.values),
                violation_error_message=_("This kind of number is not known."),
            ),
            models.CheckConstraint(
                name="identitynumber_whole",
                condition=~Q(number="") & ~Q(number_hash="") & Q(tail__regex=r"^[0-9]{4}$"),
                violation_error_message=_("An identity number is stored with its hash or not at all."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"

    @property
    def masked(self) -> str:
        return f"•••• {self.tail}"

    def put(self, number: str) -> None:
        """Store a checked number (digits only) with its hash and tail."""
        self.number, self.number_hash, self.tail = number, keyed_hash(f"{self.kind}:{number}"), number[-4:]


class DoubtState(models.TextChoices):
    OPEN = "OPEN", _("To be looked at")
    CHECKED = "CHECKED", _("Checked: it is right")


class DoubtQuerySet(ScopedQuerySet["Doubt"]):
    region_path = "person__village__code"

    def open(self) -> Any:
        return self.filter(state=DoubtState.OPEN)


class Doubt(Record):
    """Something that may be wrong and does not block: kept until it is put right, or until somebody has checked it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="doubts", verbose_name=_("owner"))
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, null=True, blank=True, related_name="doubts", verbose_name=_("business")
    )
    about = models.CharField(_("about"), max_length=40)
    # The English text, so that it is read in the language of who looks.
    message = models.CharField(_("doubt"), max_length=300)
    state = models.CharField(_("status"), max_length=7, choices=DoubtState.choices, default=DoubtState.OPEN)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("checked"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = DoubtQuerySet.as_manager()

    class Meta:
        verbose_name = _("doubt")
        verbose_name_plural = _("doubts")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "business", "about", "message"],
                name="doubt_once",
                nulls_distinct=False,
                violation_error_message=_("This doubt is already noted."),
            ),
            models.CheckConstraint(
                name="doubt_checked_has_time",
                condition=Q(state="OPEN", decided_at__isnull=True) | Q(state="CHECKED", decided_at__isnull=False),
                violation_error_message=_("A doubt that was checked has the time of it."),
            ),
        ]
        indexes = [models.Index(fields=["state", "found_at", "id"], name="doubt_queue_idx")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.about}"

    @property
    def region_code(self) -> str:
        return self.person.village_id
