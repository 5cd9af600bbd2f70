"""Regions by Kemendagri code, and the offices that serve them."""

from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record


class RegionQuerySet(BaseQuerySet["Region"]):
    def inside(self, code: str) -> Self:
        """This region and all below it."""
        return self.filter(code__startswith=code)

    def districts_of(self, code: str) -> Self:
        return self.inside(code).filter(level=Region.Level.DISTRICT, is_active=True).order_by("code")

    def villages_named(self, text: str, *, inside: str = "") -> Self:
        """Villages whose name or alias resembles `text`, best first; for typing a name."""
        found = self.filter(level=Region.Level.VILLAGE, is_active=True, search_name__contains=normal(text))
        if inside:
            found = found.filter(code__startswith=inside)
        starts = models.Case(models.When(search_name__startswith=normal(text), then=0), default=1)
        return found.annotate(rank=starts).select_related("parent__parent__parent").order_by("rank", "name", "code")


def normal(name: str) -> str:
    """A name for searching: lower case, letters and digits only, so `Bukit Kecil` meets `Bukitkecil`."""
    return "".join(filter(str.isalnum, name.lower()))


class Region(models.Model):
    """Province > regency/city > district > village, Kepmendagri 300.2.2-2138/2025. Text codes with dots."""

    class Level(models.TextChoices):
        PROVINCE = "PROVINCE", _("Province")
        REGENCY = "REGENCY", _("Regency/City")
        DISTRICT = "DISTRICT", _("District")
        VILLAGE = "VILLAGE", _("Village/Urban ward")

    # C collation: a prefix match on the code can use the primary key's index.
    code = models.CharField(max_length=13, primary_key=True, db_collation="C")
    name = models.CharField(max_length=100)
    search_name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    is_active = models.BooleanField(default=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints = [
            models.CheckConstraint(
                name="region_level_fits_code",
                condition=Q(level="PROVINCE", code__regex=r"^\d\d$")
                | Q(level="REGENCY", code__regex=r"^\d\d\.\d\d$")
                | Q(level="DISTRICT", code__regex=r"^\d\d\.\d\d\.\d\d$")
                | Q(level="VILLAGE", code__regex=r"^\d\d\.\d\d\.\d\d\.\d{4}$"),
                violation_error_message=_("The region code does not fit its level."),
            ),
        ]
        indexes = [models.Index(fields=["level", "search_name"], name="region_level_search_idx")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """`Kecamatan Banjaran`, `Kelurahan Plaju Ulu`, `Desa Cangkuang Kulon`: the name with its kind."""
        if self.level == self.Level.DISTRICT:
            return f"Kecamatan {self.name}"
        if self.level == self.Level.VILLAGE:
            return f"{'Kelurahan' if self.code[9] == '1' else 'Desa'} {self.name}"
        return self.name


class RegionAlias(models.Model):
    """What people write instead of the Kemendagri name: `Ilir Barat I`, `Bukit Kecil`."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=100)
    search_name = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "search_name"], name="regionalias_once")]

    def __str__(self) -> str:
        return f"{self.name} = {self.region_id}"


class OfficeQuerySet(BaseQuerySet["Office"]):
    def serving(self, code: str) -> "Office | None":
        """The office in whose regency or city `code` lies."""
        return self.filter(region_id=code[:5]).first()


class Office(Record):
    """A Cooperatives and SME office of one regency or city."""

    class Zone(models.TextChoices):
        WIB = "Asia/Jakarta", "WIB"
        WITA = "Asia/Makassar", "WITA"
        WIT = "Asia/Jayapura", "WIT"

    region = models.OneToOneField(Region, on_delete=models.PROTECT, related_name="office")
    name = models.CharField(_("name"), max_length=150)
    short_name = models.CharField(_("short name"), max_length=60)
    zone = models.CharField(_("time zone"), max_length=30, choices=Zone.choices, default=Zone.WIB)
    address = models.CharField(_("address"), max_length=200, blank=True)
    head_name = models.CharField(_("head of office"), max_length=100, blank=True)
    head_title = models.CharField(_("rank of the head"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("email"), blank=True)
    whatsapp = models.CharField(_("WhatsApp number"), max_length=20, blank=True)
    whatsapp_sender_id = models.CharField(_("WhatsApp sender id"), max_length=40, blank=True)
    preferences = models.JSONField(_("settings"), default=dict, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.CheckConstraint(
                name="office_serves_a_regency",
                condition=Exact(Length("region"), len("00.00")),
                violation_error_message=_("An office serves one regency or city."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
