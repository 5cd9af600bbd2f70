"""Debian's Chromium, driven by Playwright: where it is and how it is started."""

import os
import shutil
from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOW_TO_GET_IT = "no Chromium here. Get it with: apt-get install chromium (or name it in CHROMIUM)."


def chromium() -> str | None:
    """The browser named in CHROMIUM, else the system's."""
    named = os.environ.get("CHROMIUM", "")
    if named and Path(named).exists():
        return named
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
