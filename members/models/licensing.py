"""The law of licences as rows: what applies to whom, how long it holds, how it is got. And the papers."""

from datetime import date
from typing import Self, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import never_twice, valid_days
from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from foundation.files.models import StoredFile
from members.enums import LicenceKind, Need, Scale, StepWho
from members.models.businesses import Licence

M = TypeVar("M", bound=models.Model)


class LawQuerySet(BaseQuerySet[M]):
    def in_force(self, on: date) -> Self:
        """Rows of the law of that day; `valid_to` is the first day on which it no longer holds."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


class LicenceRuleQuerySet(LawQuerySet["LicenceRule"]):
    """Rules."""


class LicenceTermQuerySet(LawQuerySet["LicenceTerm"]):
    """Terms."""


class LicenceRule(Record):
    """For businesses of this kind, the licence is required, useful, or not required. The most particular rule wins.

    Empty means any: no KBLI beginning, no words of the product, no scale.
    """

    kind = models.CharField(_("licence"), max_length=6, choices=LicenceKind.choices)
    need = models.CharField(_("what it is to them"), max_length=12, choices=Need.choices)
    kbli_start = models.CharField(_("KBLI begins with"), max_length=5, blank=True)
    words = models.CharField(_("product has one of the words"), max_length=300, blank=True)
    scale = models.CharField(_("business scale"), max_length=6, choices=Scale.choices, blank=True)
    reason = models.CharField(_("why, for the owner"), max_length=250)
    legal_basis = models.CharField(_("legal basis"), max_length=150)
    source_note = models.CharField(_("where this was read, how sure"), max_length=250, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = LicenceRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence rule")
        verbose_name_plural = _("licence rules")
        constraints = [
            never_twice(
                "licencerule_no_overlap",
                "kind",
                "kbli_start",
                "words",
                "scale",
                during=valid_days(),
                message=_("There is already a rule for these businesses at that time."),
            ),
            models.CheckConstraint(
                name="licencerule_need_known",
                condition=Q(need__in=Need.values, kind__in=LicenceKind.values),
                violation_error_message=_("This kind of licence is not known."),
            ),
            models.CheckConstraint(
                name="licencerule_scale_known",
                condition=Q(scale="") | Q(scale__in=Scale.values),
                violation_error_message=_("This scale is not known."),
            ),
            models.CheckConstraint(
                name="licencerule_kbli_is_digits",
                condition=Q(kbli_start__regex=r"^[0-9]{0,5}$"),
                violation_error_message=_("A KBLI code has digits only."),
            ),
            models.CheckConstraint(
                name="licencerule_says_why",
                condition=~Q(reason="") & ~Q(legal_basis=""),
                violation_error_message=_("A rule says why, and by which law."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.need} {self.kbli_start or self.words.replace(',', ', ') or self.scale or '*'}"


class LicenceTerm(Record):
    """How long a kind of licence holds, when its end is announced, and what it builds upon."""

    kind = models.CharField(_("licence"), max_length=6, choices=LicenceKind.choices)
    rank = models.PositiveSmallIntegerField(_("place on the ladder"))
    needs = models.CharField(_("needs first"), max_length=6, choices=LicenceKind.choices, blank=True)
    years = models.PositiveSmallIntegerField(_("years of validity"), null=True, blank=True)
    warn_days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("days before the end"), default=list)
    legal_basis = models.CharField(_("legal basis"), max_length=150)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = LicenceTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of a licence")
        verbose_name_plural = _("terms of licences")
        constraints = [
            never_twice(
                "licenceterm_no_overlap",
                "kind",
                during=valid_days(),
                message=_("There is already a rule for these businesses at that time."),
            ),
            models.CheckConstraint(
                name="licenceterm_kind_known",
                condition=Q(kind__in=LicenceKind.values) & (Q(needs="") | Q(needs__in=LicenceKind.values)),
                violation_error_message=_("This kind of licence is not known."),
            ),
            models.CheckConstraint(
                name="licenceterm_needs_another",
                condition=~Q(needs=F("kind")),
                violation_error_message=_("A licence cannot need itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.legal_basis}"


class LicenceProcess(Record):
    """How a licence is got: one version of the way. A change makes a new version; running cases keep theirs."""

    kind = models.CharField(_("licence"), max_length=6, choices=LicenceKind.choices)
    # '' = everywhere; an office may have its own way.
    region_code = models.CharField(_("office"), max_length=5, blank=True, db_collation="C")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    issuer = models.CharField(_("issuer"), max_length=120)
    fee = models.BigIntegerField(_("official fee"), default=0)
    subsidy = models.BigIntegerField(_("borne by the office"), default=0)
    legal_basis = models.CharField(_("legal basis"), max_length=150, blank=True)
    source_note = models.CharField(_("where this was read, how sure"), max_length=250, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("way to a licence")
        verbose_name_plural = _("ways to licences")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region_code", "version"],
                name="licenceprocess_version_once",
                violation_error_message=_("This version exists already."),
            ),
            models.CheckConstraint(
                name="licenceprocess_money_makes_sense",
                condition=Q(fee__gte=0, subsidy__gte=0, subsidy__lte=F("fee")),
                violation_error_message=_("The office bears at most the whole fee."),
            ),
            models.CheckConstraint(
                name="licenceprocess_kind_known",
                condition=Q(kind__in=LicenceKind.values),
                violation_error_message=_("This kind of licence is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.version}"


class ProcessStep(models.Model):
    """A step of the way, with whose turn it is and how many days it takes at most."""

    process = models.ForeignKey(LicenceProcess, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("step"), max_length=120)
    who = models.CharField(_("whose turn"), max_length=6, choices=StepWho.choices)
    days = models.PositiveSmallIntegerField(_("days"))

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="processstep_number_once"),
            models.CheckConstraint(
                name="processstep_who_known",
                condition=Q(who__in=StepWho.values, number__gte=1, days__gte=1),
                violation_error_message=_("A step takes a day at least, and it is somebody's turn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class ProcessDocument(models.Model):
    """A document that is needed on the way."""

    process = models.ForeignKey(LicenceProcess, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("document"), max_length=120)
    required = models.BooleanField(_("must be there"), default=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="processdocument_number_once")]

    def __str__(self) -> str:
        return self.name


class LicencePaper(Record):
    """The paper of a licence as somebody sent it; an older one stays when it is renewed."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="papers", verbose_name=_("licence"))
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="licence_paper")
    added_at = models.DateTimeField(_("sent"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence paper")
        verbose_name_plural = _("licence papers")
        indexes = [models.Index(fields=["licence", "-added_at", "-id"], name="licencepaper_latest_idx")]

    def __str__(self) -> str:
        return str(self.file_id)
