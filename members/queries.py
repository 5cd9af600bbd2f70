"""Reads across models: the scale by law, lines of business by plain words, villages by what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError
from foundation.regions.models import Region, normal
from members.enums import Scale, ScaleBasis
from members.models import Kbli, ScaleRule

# The edition that permits carry and that is offered; rows of KBLI 2025 are kept beside it (see data/SOURCE.md).
KBLI_EDITION: Final = 2020


class TooLarge(ActionError):
    message = _(
        "By these figures this is a large enterprise (Usaha besar), which the programmes for small businesses do not cover. "
        "Please check the number of zeros."
    )


class ScaleUnknown(ActionError):
    message = _("Please write the capital or the monthly turnover, so that the scale can be derived.")
    field = "annual_sales"


@dataclass(frozen=True)
class Bounds:
    """The rules in force on one day, smallest scale first; sums in whole rupiah, inclusive."""

    rows: tuple[ScaleRule, ...]

    @property
    def legal_basis(self) -> str:
        return self.rows[0].legal_basis if self.rows else ""

    def by(self, measure: str, amount: int) -> Scale | None:
        """The class of `amount` measured as `capital_max` or `sales_max`; None = larger than medium."""
        return next((Scale(row.scale) for row in self.rows if amount <= getattr(row, measure)), None)


@dataclass(frozen=True)
class Derived:
    """A scale with its basis, the law, and whether the other measure would have said something else."""

    scale: Scale
    basis: ScaleBasis
    legal_basis: str
    other: Scale | None = None

    @property
    def measures_differ(self) -> bool:
        return self.other is not None and self.other != self.scale


def bounds(on: date) -> Bounds:
    """The size classes in force on a day (PP 7/2021 art. 35, before it UU 20/2008 art. 6)."""
    rows = ScaleRule.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return Bounds(tuple(rows.order_by("sales_max", "pk")))


def classify(found: Bounds, capital: int | None, annual_sales: int | None, *, full_year: bool = True) -> Derived:
    """Like `derive_scale`, with rules already read: for many rows."""
    sales = found.by("sales_max", annual_sales) if annual_sales is not None else None
    wealth = found.by("capital_max", capital) if capital is not None else None
    if annual_sales is not None and (full_year or capital is None):
        scale, basis, other = sales, ScaleBasis.SALES, wealth
    elif capital is not None:
        scale, basis, other = wealth, ScaleBasis.CAPITAL, sales
    else:
        raise ScaleUnknown
    if scale is None:
        raise TooLarge(field="annual_sales" if basis == ScaleBasis.SALES else "capital")
    return Derived(scale, basis, found.legal_basis, other)


def derive_scale(capital: int | None, annual_sales: int | None, on: date, *, full_year: bool = True) -> Derived:
    """The scale by the law of the day: by sales where a full year is known, else by capital.

    Raises TooLarge above the last bound and ScaleUnknown where neither figure is given.
    """
    return classify(bounds(on), capital, annual_sales, full_year=full_year)


def kbli_named(text: str, *, edition: int = KBLI_EDITION, limit: int = 8) -> QuerySet[Kbli]:
    """Lines of business for plain words or the start of a code: `keripik` finds 10794."""
    words = [word for word in text.lower().split() if word]
    found = Kbli.objects.filter(edition=edition)
    if not words:
        return found.none()
    if len(words) == 1 and words[0].isdigit():
        return found.filter(code__startswith=words[0]).order_by("code")[:limit]
    for word in words:
        found = found.filter(Q(words__icontains=word) | Q(title__icontains=word))
    rank = Case(
        When(words__iregex=rf"(^|[, ]){_plain(words[0])}([, ]|$)", then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return found.annotate(rank=rank).order_by("rank", "code")[:limit]


def _plain(word: str) -> str:
    return "".join(c for c in word if c.isalnum())


def villages_typed(text: str, *, inside: Sequence[str] = ("",), near: str = "") -> QuerySet[Region]:
    """Villages for what somebody typed: `banjaran`, or with a part of what lies above it: `banjaran bandung`.

    `inside` limits the answer to some regions; those in the region `near` come first.
    """
    words = [normal(word) for word in text.split() if normal(word)]
    rows = Region.objects.filter(level=Region.Level.VILLAGE, is_active=True)
    if not words:
        return rows.none()
    if "" not in inside:
        scope = Q(pk__in=[])
        for prefix in inside:
            scope |= Q(code__startswith=prefix)
        rows = rows.filter(scope)
    whole = "".join(words)
    match = Q(search_name__contains=whole)
    for cut in range(1, len(words)):
        above = Q()
        for word in words[cut:]:
            above &= Q(parent__search_name__contains=word) | Q(parent__parent__search_name__contains=word)
        match |= Q(search_name__contains="".join(words[:cut])) & above
    closeness = Case(
        When(search_name=whole, then=Value(0)),
        When(search_name__startswith=whole, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    home = Case(When(code__startswith=near or "-", then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        rows.filter(match)
        .annotate(home=home, closeness=closeness)
        .select_related("parent__parent")
        .order_by("home", "closeness", "name", "code")
    )


def village_label(village: Region) -> str:
    """`Desa Banjaran, Kecamatan Banjaran, Kabupaten Bandung`; needs parent__parent loaded."""
    district = village.parent
    regency = district.parent if district else None
    return ", ".join(part.label for part in (village, district, regency) if part)


def village_of(code: str) -> str:
    """The label of a village by its code; '' if there is none."""
    village = Region.objects.filter(code=code).select_related("parent__parent").first()
    return village_label(village) if village else ""
