"""Figures of the revolving fund: what is out and what is late, by bank."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.dates import short_date
from foundation.regions.models import Office, Region
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Measure, Row, summed
from revolving_funds import close, kept, queries
from revolving_funds.admin.parts import NOBODY
from revolving_funds.enums import Dimension
from revolving_funds.models import Bank

LOANS = "revolving_funds_loan"
SUMS = ("loans", "outstanding", "overdue_loans", "overdue_amount", "overdue_outstanding")


def _tied(day: date) -> str:
    """A day that is not broken over two lines."""
    return short_date(day).replace(" ", "\u00a0")


def loans(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Running loans by bank in whole rupiah; today from the balances of the ledger, else by value date. An office with
    very many loans sees the last close instead, and is told so; the last day of a closed month is read for all.
    """
    today = clock.today()
    label: Any = _("All banks")
    found = kept.by_bank(office, on=as_of, today=today)
    if found is None and kept.only_sums(office):
        return [], Row({"bank": _not_kept(as_of), "par": None, **dict.fromkeys(SUMS)})
    if found and found[0] != as_of:
        label = _("All banks, close of %(day)s") % {"day": _tied(found[0])}
    past = _past(office, as_of) if not found or found[0] == as_of else None
    if as_of < today and past is None:
        label = _("%(part)s; of past days only the sums are kept") % {"part": label}
    parts = found[1] if found else queries.portfolio(office.region_id, on=as_of, today=today, by="bank")
    codes = dict(Bank.objects.values_list("name", "code"))
    rows = [
        Row(
            {
                "bank": part.group,
                "loans": part.loans,
                "outstanding": part.outstanding,
                "overdue_loans": part.overdue_loans,
                "overdue_amount": part.overdue_amount,
                "overdue_outstanding": part.overdue_outstanding,
                "par": part.par,
            },
            _loan_links(as_of < today, past, bank=codes.get(part.group, "")),
        )
        for part in parts
    ]
    total = summed(rows, SUMS, {"bank": label})
    out = total.cells["outstanding"]
    par = total.cells["overdue_outstanding"] / out if out else None
    return rows, Row({**total.cells, "par": par}, _loan_links(as_of < today, past))


def _not_kept(day: date) -> Any:
    """Instead of figures that would take minutes."""
    if day >= clock.today():
        return _("Not counted yet: the figures of so many loans come with the first nightly close")
    return _(
        "Not kept: so many loans are not counted anew. Choose a later day, or the last day of a month whose books are closed"
    )


def _past(office: Office, day: date) -> str | None:
    """How the address of a list names a past day; None where only its sums are kept."""
    return None if kept.only_sums(office) else day.isoformat()


def _loan_links(is_past: bool, past: str | None, **part: str) -> dict[str, str]:  # noqa: FBT001 -- the day's nature
    """From the figures to the loans of the same day."""
    if not is_past:
        return {
            "loans": list_url(LOANS, state="open", **part),
            "overdue_loans": list_url(LOANS, state="overdue", **part),
        }
    if past is None:
        return {}
    return {"loans": list_url(LOANS, day=past, **part), "overdue_loans": list_url(LOANS, day=f"{past}:0", **part)}


LOANS_OUT = Figure(
    "loans",
    _("Loans outstanding and overdue"),
    _("Running loans on the day: what is out, what is late, and the share of the money out that stands in late loans."),
    (
        Column("bank", _("Bank"), Kind.TEXT),
        Column("loans", _("Loans")),
        Column("outstanding", _("Outstanding"), Kind.MONEY),
        Column("overdue_loans", _("Overdue loans")),
        Column("overdue_amount", _("Overdue amount"), Kind.MONEY),
        Column("par", _("Portfolio at risk"), Kind.SHARE),
    ),
    loans,
)


STANDING = "revolving_funds_loanstanding"
RISK_COLUMNS = (
    Column("loans", _("Loans")),
    Column("outstanding", _("Outstanding"), Kind.MONEY),
    Column("overdue_amount", _("Overdue amount"), Kind.MONEY),
    Column("arrears", _("Arrears rate"), Kind.SHARE),
    Column("par0", _("PAR 0"), Kind.SHARE),
    Column("par30", _("PAR 30"), Kind.SHARE),
    Column("par60", _("PAR 60"), Kind.SHARE),
    Column("par90", _("PAR 90"), Kind.SHARE),
    Column("eased", _("Eased"), Kind.MONEY),
    Column("on_time", _("On time this month"), Kind.SHARE),
    Column("recovery", _("Collected this month"), Kind.SHARE),
)


def _risk_cells(part: close.Part) -> dict[str, Any]:
    return {
        "loans": part.loans,
        "outstanding": part.outstanding,
        "overdue_amount": part.overdue_amount,
        "arrears": part.arrears_share,
        **{f"par{days}": part.par_share(days) for days in close.THRESHOLDS},
        "eased": part.eased_outstanding,
        "on_time": part.on_time_share,
        "recovery": part.recovery_share,
    }


def _labels(dimension: Dimension, keys: list[str]) -> dict[str, Any]:
    """What a part is called."""
    if dimension == Dimension.BANK:
        return dict(Bank.objects.filter(code__in=keys).values_list("code", "name"))
    if dimension == Dimension.DISTRICT:
        return dict(Region.objects.filter(code__in=keys).values_list("code", "name"))
    if dimension == Dimension.OFFICER:
        users = User.objects.filter(pk__in=[key for key in keys if key])
        return {str(pk): name for pk, name in users.values_list("pk", "full_name")}
    if dimension == Dimension.TIER:
        return {key: _("Step %(level)s") % {"level": key} for key in keys}
    return {}


def _keys(dimension: Dimension, shown: list[close.Part]) -> dict[str, str]:
    """How the address of a list names a part, where that is not its key: officers by their uid."""
    if dimension != Dimension.OFFICER:
        return {}
    users = User.objects.filter(pk__in=[part.key for part in shown if part.key])
    return {"": NOBODY} | {str(pk): str(uid) for pk, uid in users.values_list("pk", "uid")}


FILTERS = {
    Dimension.BANK: "bank",
    Dimension.DISTRICT: "district",
    Dimension.TIER: "level",
    Dimension.COHORT: "cohort",
    Dimension.OFFICER: "officer",
}


def _links(dimension: Dimension, key: str, *, is_past: bool, past: str | None) -> dict[str, str]:
    """From a figure to its loans: the lists narrowed to that part, and to the day where it is past."""
    name = FILTERS.get(dimension)
    part = {name: key} if name else {}
    if is_past and past is None:
        return {}
    if past is not None and is_past:
        days = {f"par{late}": list_url(LOANS, day=f"{past}:{late}", **part) for late in close.THRESHOLDS}
        return {"loans": list_url(LOANS, day=past, **part), "overdue_amount": days["par0"], **days}
    return {
        "loans": list_url(LOANS, state="open", **part),
        "overdue_amount": list_url(STANDING, **part),
        "par0": list_url(STANDING, **part),
        "par30": list_url(STANDING, days="31", **part),
        "par60": list_url(STANDING, days="61", **part),
        "par90": list_url(STANDING, days="91", **part),
    }


def risk(dimension: Dimension) -> Measure:
    """The measure of one dimension: a day whose month is closed as it was kept, any other counted anew from the book;
    by a very large office as a close kept it, with the day of that close.
    """

    def measure(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
        found = kept.parts(office, on=as_of)
        if found is None:
            return [], Row({"part": _not_kept(as_of), **dict.fromkeys(column.key for column in RISK_COLUMNS)})
        day, parts = found
        label: Any = _("Everything") if day == as_of else _("Everything, close of %(day)s") % {"day": _tied(day)}
        is_past, past = as_of < clock.today(), _past(office, as_of) if day == as_of else None
        if is_past and past is None:
            label = _("%(part)s; of past days only the sums are kept") % {"part": label}
        shown = [part for part in parts if part.dimension == dimension and part.outstanding]
        names, keys = _labels(dimension, [part.key for part in shown]), _keys(dimension, shown)
        rows = [
            Row(
                {"part": names.get(part.key, part.key or "\u2013"), **_risk_cells(part)},
                _links(dimension, keys.get(part.key, part.key), is_past=is_past, past=past),
            )
            for part in shown
        ]
        whole = close.whole(parts)
        return rows, Row({"part": label, **_risk_cells(whole)}, _links(Dimension.ALL, "", is_past=is_past, past=past))

    return measure


def _risk_figure(name: str, dimension: Dimension, title: Any) -> Figure:
    return Figure(
        f"fund-{name}",
        title,
        _(
            "PAR x is everything still to be returned of loans more than x days late; the arrears rate is only what fell due. Eased loans stand apart."
        ),
        (Column("part", dimension.label, Kind.TEXT), *RISK_COLUMNS),
        risk(dimension),
        on_desk=False,
    )


RISK = (
    _risk_figure("tier", Dimension.TIER, _("Portfolio by tier")),
    _risk_figure("bank", Dimension.BANK, _("Portfolio by bank")),
    _risk_figure("district", Dimension.DISTRICT, _("Portfolio by district")),
    _risk_figure("cohort", Dimension.COHORT, _("Portfolio by quarter of payout")),
    _risk_figure("officer", Dimension.OFFICER, _("Portfolio by verification officer")),
)
