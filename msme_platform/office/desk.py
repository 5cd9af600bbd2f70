"""The working desk: queues first, then key figures, then tables and charts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.common import clock
from msme_platform.office import queues


@dataclass(frozen=True)
class KeyFigure:
    """One number of the desk; `url` opens the list behind it."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Block:
    """A table with its chart: `kind` names the component (bars, targets, share, lines)."""

    slug: str
    title: str
    kind: str
    chart: Any
    note: str = ""
    export_url: str = ""
    wide: bool = False
    money: bool = False

    @property
    def template(self) -> str:
        """The component that draws it."""
        return f"components/chart_{self.kind}.html"


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback (settings.UNFOLD)."""
    user: Any = request.user
    waiting = queues.waiting(user)
    today = clock.today()
    return {
        **context,
        "title": _("Working desk"),
        "today": today,
        "quarter": (today.month - 1) // 3 + 1,
        "office": getattr(request, "office", None),
        "queues": waiting,
        "queue_total": sum(queue.count for queue in waiting),
        "queue_late": sum(queue.late for queue in waiting),
        "figures": [],
        "blocks": [],
    }
