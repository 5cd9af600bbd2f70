"""Figures of the follow-up: answered check-ins and the share of businesses still operating."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Office
from monitoring import queries
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row


def follow_up(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Two shares with the range in which the true one lies (Wilson, 95 %)."""
    lines = (
        (_("Check-ins answered"), queries.answered_share(office.region_id, as_of=as_of), {"state": "ANSWERED"}),
        (
            _("Businesses still operating"),
            queries.operating_share(office.region_id, as_of=as_of),
            {"operating": "ACTIVE"},
        ),
    )
    lists = ("monitoring_checkin", "monitoring_response")
    rows = []
    for (label, share, filters), name in zip(lines, lists, strict=True):
        low, high = share.interval or (None, None)
        cells = {
            "what": label,
            "part": share.part,
            "whole": share.whole,
            "share": share.share,
            "low": low,
            "high": high,
        }
        rows.append(Row(cells, {"part": list_url(name, **filters), "whole": list_url(name)}))
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
