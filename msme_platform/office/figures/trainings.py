"""Figures of trainings: places and budget of the yearly plan against what was realised, by source."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Office
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, summed
from trainings import queries


def plan(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """The plan of the year in which `as_of` lies; realisation counts every place taken in it so far."""
    rows = [
        Row(
            {
                "source": line.label,
                "planned": line.planned,
                "taken": line.taken,
                "completed": line.completed,
                "share": line.taken / line.planned if line.planned else None,
                "budget": line.budget,
            },
            {
                "planned": list_url("trainings_yearplan"),
                "taken": list_url("trainings_enrolment", source=line.source, state="CONFIRMED"),
                "completed": list_url("trainings_certificate"),
            },
        )
        for line in queries.plan_and_realisation(office.region_id, as_of.year)
    ]
    total = summed(rows, ("planned", "taken", "completed", "budget"), {"source": _("All sources"), "share": None})
    planned = total.cells["planned"]
    share = total.cells["taken"] / planned if planned else None
    return rows, Row({**total.cells, "share": share}, {"taken": list_url("trainings_enrolment", state="CONFIRMED")})


PLAN = Figure(
    "trainings_plan",
    _("Plan against realisation of trainings"),
    _("Places of the yearly plan by source, how many were taken that year, how many ended with a certificate."),
    (
        Column("source", _("Source"), Kind.TEXT),
        Column("planned", _("Planned places")),
        Column("taken", _("Places taken")),
        Column("completed", _("Completed")),
        Column("share", _("Realisation"), Kind.SHARE),
        Column("budget", _("Budget"), Kind.MONEY),
    ),
    plan,
)
