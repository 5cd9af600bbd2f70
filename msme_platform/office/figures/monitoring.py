"""Figures of the follow-up: answered check-ins and the share of businesses still operating."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Office
from monitoring import queries
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row


def follow_up(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Two shares with the range in which the true one lies (Wilson, 95 %)."""
    code, day = office.region_id, str(as_of)
    return [
        _line(
            _("Check-ins answered"),
            queries.answered_share(code, as_of=as_of),
            part=list_url("monitoring_checkin", due_by=day, state="ANSWERED"),
            whole=list_url("monitoring_checkin", due_by=day),
        ),
        _line(
            _("Businesses still operating"),
            queries.operating_share(code, as_of=as_of),
            part=list_url("monitoring_response", latest=day, operating="ACTIVE"),
            whole=list_url("monitoring_response", latest=day),
        ),
    ], None


def _line(label: Any, share: queries.Share, **links: str) -> Row:
    low, high = share.interval or (None, None)
    cells = {"what": label, "part": share.part, "whole": share.whole, "share": share.share, "low": low, "high": high}
    return Row(cells, links)


def survival(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Kaplan-Meier at months 1, 3, 6 and 12, after trainings and after loans."""
    rows = []
    for row in queries.survival_table(office.region_id, as_of=as_of):
        cells = {
            "cause": row.cause.label,
            "month": row.month,
            "at_risk": row.at_risk,
            "exits": row.exits,
            "survival": row.survival,
            "low": row.low,
            "high": row.high,
        }
        rows.append(Row(cells, {"at_risk": list_url("monitoring_checkin", cause=row.cause, wave=str(row.month))}))
    return rows, None


FOLLOW_UP = Figure(
    "follow_up",
    _("Follow-up after trainings and loans"),
    _("Check-ins that were due by the day and answered; businesses still operating by their latest answer."),
    (
        Column("what", _("What"), Kind.TEXT),
        Column("part", _("How many")),
        Column("whole", _("Out of")),
        Column("share", _("Part of the whole"), Kind.SHARE),
        Column("low", _("At least"), Kind.SHARE),
        Column("high", _("At most"), Kind.SHARE),
    ),
    follow_up,
)

SURVIVAL = Figure(
    "survival",
    _("Businesses that last after a training or a loan"),
    _("Share of businesses that did not stop, by months since the end; who falls silent counts as long as heard of."),
    (
        Column("cause", _("After"), Kind.TEXT),
        Column("month", _("Month")),
        Column("at_risk", _("Still followed")),
        Column("exits", _("Stopped so far")),
        Column("survival", _("Lasting"), Kind.SHARE),
        Column("low", _("At least"), Kind.SHARE),
        Column("high", _("At most"), Kind.SHARE),
    ),
    survival,
)
