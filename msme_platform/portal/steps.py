"""What is done, in this order, before the platform's processes start."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """A management command, and what it does in words."""

    sentence: str
    command: str
    options: dict[str, Any] = field(default_factory=dict)
    speaks: bool = False


INSTALLATION = (
    Step("bringing the database up to date", "migrate", {"interactive": False, "verbosity": 0}),
    Step("loading provinces, districts and villages", "load_regions", {"verbosity": 0}),
)
# The image of production holds texts and static files already; a checkout makes them.
DEMO = (
    Step("compiling the Indonesian texts", "messages", {"compile": True, "verbosity": 0}),
    Step("collecting style sheets and pictures", "collectstatic", {"interactive": False, "verbosity": 0}),
    *INSTALLATION,
    Step("making the demo cities and people", "seed_demo", {"verbosity": 0}, speaks=True),
)
