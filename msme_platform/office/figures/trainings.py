"""Figures of trainings: places and budget of the yearly plan against what was realised, by source."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Office
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, summed
from trainings import queries, realisation
from trainings.spending import UNSHARED, shared


def plan(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """The plan of the year in which `as_of` lies; realisation counts every place taken in it so far."""
    spent = shared(office.region_id, as_of.year, F("source"))
    rows = [
        Row(
            {
                "source": line.label,
                "planned": line.planned,
                "taken": line.taken,
                "completed": line.completed,
                "share": line.taken / line.planned if line.planned else None,
                "budget": line.budget,
                "spent": spent[line.source],
            },
            {
                "planned": list_url("trainings_yearplan"),
                "taken": list_url("trainings_enrolment", source=line.source, state="CONFIRMED"),
                "completed": list_url("trainings_certificate"),
            },
        )
        for line in queries.plan_and_realisation(office.region_id, as_of.year)
    ]
    if money := spent.get(UNSHARED):
        blank = {"planned": 0, "taken": 0, "completed": 0, "share": None, "budget": 0}
        rows.append(Row({"source": _("Spent before anybody has a place"), **blank, "spent": money}))
    sums = ("planned", "taken", "completed", "budget", "spent")
    total = summed(rows, sums, {"source": _("All sources"), "share": None})
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
        Column("spent", _("Spent"), Kind.MONEY),
    ),
    plan,
)


def _realised(lines: list[realisation.Line]) -> tuple[list[Row], Row | None]:
    rows = [
        Row(
            {
                "label": line.label,
                "planned": line.planned,
                "taken": line.taken,
                "came": line.came,
                "attendance": line.share,
                "completed": line.completed,
                "budget": line.budget,
                "spent": line.spent,
                "share": line.spent / line.budget if line.budget else None,
            }
        )
        for line in lines
    ]
    expected, present = sum(line.expected for line in lines), sum(line.present for line in lines)
    total = summed(
        rows,
        ("planned", "taken", "came", "completed", "budget", "spent"),
        {"label": _("Total"), "attendance": present / expected if expected else None},
    )
    budget = total.cells["budget"]
    return rows, Row({**total.cells, "share": total.cells["spent"] / budget if budget else None})


def by_activity(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Budget lines of the year in which `as_of` lies: places and money, planned and realised."""
    return _realised(realisation.by_activity(office.region_id, as_of.year))


def by_district(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    return _realised(realisation.by_district(office.region_id, as_of.year))


def by_sex(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    return _realised(realisation.by_sex(office.region_id, as_of.year))


def by_stage(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    return _realised(realisation.by_stage(office.region_id, as_of.year))


_PEOPLE = (
    Column("taken", _("Places taken")),
    Column("came", _("Came")),
    Column("attendance", _("Attendance"), Kind.SHARE),
    Column("completed", _("Completed")),
)
_SPENT = Column("spent", _("Spent"), Kind.MONEY)
ACTIVITIES = Figure(
    "trainings_activities",
    _("Activities and budget of the yearly plan"),
    _("Budget lines (RKA/DPA) of the year: places planned and taken, who came, certificates, money planned and spent."),
    (
        Column("label", _("Activity"), Kind.TEXT),
        Column("planned", _("Planned places")),
        *_PEOPLE,
        Column("budget", _("Budget"), Kind.MONEY),
        _SPENT,
        Column("share", _("Realisation"), Kind.SHARE),
    ),
    by_activity,
    on_desk=False,
)
DISTRICTS = Figure(
    "trainings_districts",
    _("Training places by district"),
    _("Places of the year by the district where the participant lives, who came, and how many have a certificate."),
    (Column("label", _("District"), Kind.TEXT), *_PEOPLE, _SPENT),
    by_district,
    on_desk=False,
)
SEXES = Figure(
    "trainings_sexes",
    _("Training places by sex"),
    _("Places of the year by the sex of the participant, who came, and how many have a certificate."),
    (Column("label", _("Sex"), Kind.TEXT), *_PEOPLE, _SPENT),
    by_sex,
    on_desk=False,
)
STAGES = Figure(
    "trainings_stages",
    _("Training places by stage"),
    _(
        "Places of the year by the stage of the participant when the training began, who came, and who has a certificate."
    ),
    (Column("label", _("Stage"), Kind.TEXT), *_PEOPLE, _SPENT),
    by_stage,
    on_desk=False,
)
