"""The next-action card: what it carries, and which four are shown."""

import datetime as dt
from dataclasses import dataclass

MOST = 4


@dataclass(frozen=True)
class NextAction:
    """One thing that waits for this person.

    `date` is the day by which (None = no day of its own), `amount` whole rupiah, `urgency` a state of the pill:
    info, wait (soon) or bad (late). `due` is the distance in words.
    """

    date: dt.date | None
    title: str
    detail: str
    amount: int | None
    url: str
    verb: str
    urgency: str = "info"
    due: str = ""
    icon: str = ""


def nearest(actions: list[NextAction]) -> list[NextAction]:
    """Four at most, nearest first; what has no day comes last."""
    return sorted(actions, key=lambda action: (action.date is None, action.date or dt.date.max, action.title))[:MOST]
