"""How the files from and to the banks are laid out: for every office of a bank, or for one office alone."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.records import Record
from foundation.regions.models import Office
from revolving_funds.enums import FileFormat, FilePurpose
from revolving_funds.models.programme import Bank, OfBanks


class LayoutQuerySet(OfBanks):
    """The shared layouts of the banks an office works with, and the office's own."""

    def scope(self, codes: Iterable[str]) -> Q:
        """Of the banks of any of the regions: what is shared, and what an office of the region added for itself."""
        found = Q(pk__in=[])
        for code in codes:
            found |= super().scope([code]) & (Q(office=None) | Q(office__region__code__startswith=code))
        return found

    def serving(self, offices: Iterable[Office]) -> Self:
        """Those by which a file of any of the offices may be read or written."""
        return self.filter(Q(office=None) | Q(office__in=list(offices)))


class FileLayout(Record):
    """How a bank writes its files. `columns` is a list of [value, place] in the file's order; the place is a heading,
    or [first, length] counted from 1 in a file of fixed width. With an office it serves that office alone; triggers
    (migration 0030) keep another office's files from it, and it from another office.
    """

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="layouts", verbose_name=_("bank"))
    purpose = models.CharField(_("used for"), max_length=12, choices=FilePurpose.choices)
    name = models.CharField(_("name"), max_length=60)
    form = models.CharField(_("form"), max_length=5, choices=FileFormat.choices)
    columns = models.JSONField(_("where the values stand"))
    delimiter = models.CharField(_("character between values"), max_length=1, default=",")
    encoding = models.CharField(_("encoding"), max_length=20, default="utf-8-sig")
    skip_rows = models.PositiveSmallIntegerField(_("lines above the headings"), default=0)
    date_format = models.CharField(_("form of dates"), max_length=20, default="%d/%m/%Y")
    decimal = models.CharField(_("sign before the sen"), max_length=1, default=",")

    objects: Any = LayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("layout of bank files")
        verbose_name_plural = _("layouts of bank files")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "purpose", "name", "office"],
                name="filelayout_once",
                nulls_distinct=False,
                violation_error_message=_("This bank already has a layout of that name."),
            ),
            models.CheckConstraint(condition=Q(purpose__in=FilePurpose.values), name="filelayout_purpose_known"),
            models.CheckConstraint(condition=Q(form__in=FileFormat.values), name="filelayout_form_known"),
            models.CheckConstraint(condition=Q(decimal__in=[",", "."]), name="filelayout_decimal_known"),
        ]

    def __str__(self) -> str:
        return f"{self.bank}: {self.name}"

    @property
    def region_code(self) -> str | None:
        """Where it may be changed: by the office's own people; a shared one by who may everywhere."""
        return self.office.region_id if self.office else None

    def serves(self, office: Office) -> bool:
        """May a file of `office` be read or written by it?"""
        return self.office_id in {None, office.pk}

    @property
    def places(self) -> dict[str, Any]:
        """Where each value stands, in the file's order (the database keeps no order of names)."""
        return dict(self.columns)
