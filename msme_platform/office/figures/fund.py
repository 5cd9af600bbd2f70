"""Figures of the revolving fund: what is out and what is late, by bank."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.regions.models import Office
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, summed
from revolving_funds import queries
from revolving_funds.models import Bank

LOANS = "revolving_funds_loan"
SUMS = ("loans", "outstanding", "overdue_loans", "overdue_amount", "overdue_outstanding")


def loans(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Running loans by bank in whole rupiah; today from the balances of the ledger, else by value date."""
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
            {
                "loans": list_url(LOANS, state="open", bank=codes.get(part.group, "")),
                "overdue_loans": list_url(LOANS, state="overdue", bank=codes.get(part.group, "")),
            },
        )
        for part in queries.portfolio(office.region_id, on=as_of, today=clock.today(), by="bank")
    ]
    total = summed(rows, SUMS, {"bank": _("All banks")})
    out = total.cells["outstanding"]
    par = total.cells["overdue_outstanding"] / out if out else None
    links = {"loans": list_url(LOANS, state="open"), "overdue_loans": list_url(LOANS, state="overdue")}
    return rows, Row({**total.cells, "par": par}, links)


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
