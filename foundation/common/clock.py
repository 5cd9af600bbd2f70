"""The clock that interfaces read. In demo mode the date can be moved, so a year passes in an afternoon."""

from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def shift() -> timedelta:
    """How far the demo date is moved; zero in production, where no file can be named."""
    path: Path | None = settings.DEMO_CLOCK_FILE
    if path is None or not path.exists():
        return timedelta()
    return timedelta(seconds=int(path.read_text().strip() or 0))


def move(by: timedelta) -> None:
    """Move the demo date by `by`, for every process of this installation."""
    path: Path | None = settings.DEMO_CLOCK_FILE
    if path is None:
        raise RuntimeError("The date can be moved in demo mode only.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(int((shift() + by).total_seconds())))


def reset() -> None:
    """Back to the real date."""
    path: Path | None = settings.DEMO_CLOCK_FILE
    if path is not None:
        path.unlink(missing_ok=True)


def now() -> datetime:
    """The moment, aware, in UTC. Only interfaces call this; actions take it as an argument."""
    return timezone.now() + shift()  # noqa: TID251 -- the one place


def today(zone: tzinfo | None = None) -> date:
    """The date in `zone`, by default the zone in force (the office's, see OfficeContextMiddleware)."""
    return timezone.localtime(now(), zone or timezone.get_current_timezone()).date()
