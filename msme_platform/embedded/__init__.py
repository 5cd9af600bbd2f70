"""PostgreSQL and Redis from wheels, used only where no DATABASE_URL / REDIS_URL is given.

Both listen on Unix sockets in a folder of their own, so that no port is taken, no password is needed, no other
user of the machine gets in, and two checkouts run beside each other. Data lies under `var/servers`. Where that
cannot be (the path is too long for a socket; or we are root, PostgreSQL refuses root, and the user it runs as
instead cannot enter the checkout) a folder below the machine's temporary ones takes its place, named in
`var/servers.json`.

This module only says where the servers are, so that reading the settings starts nothing;
`python -m msme_platform.embedded` starts and stops them.
"""

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

USER = DATABASE = "guyub"
SOCKET_PATH_LIMIT = 100  # the system's is 107 bytes, or 103, for the whole path


class EmbeddedError(Exception):
    """An embedded server cannot run here; the text says why and what to do."""


class Place(NamedTuple):
    """Where the servers of one checkout keep their data and their sockets."""

    home: Path
    sockets: Path


def folder(base: Path) -> Path:
    """The folder of the servers: tests have their own, so that they may run beside the demo."""
    return base / "var" / "test" if os.environ.get("GUYUB_MODE") == "test" else base / "var"


def mark(var: Path) -> str:
    """A name for this folder that no other checkout or user of the machine has."""
    return f"guyub-{os.geteuid()}-{hashlib.sha256(str(var).encode()).hexdigest()[:12]}"


def sockets_below(var: Path, home: Path) -> Path:
    """The folder of the sockets: inside `home`, unless that path is too long or too odd for an address."""
    sockets = home / "run"
    if len(str(sockets)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w./-]+", str(sockets)):
        return sockets
    return Path(tempfile.gettempdir()) / f"{mark(var)}-run"


def place(var: Path) -> Place:
    """Where the servers are, or would be once started."""
    try:
        known = json.loads((var / "servers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if known.get("mark") == mark(var):  # else it was copied along with another checkout
        return Place(Path(known["home"]), Path(known["sockets"]))
    home = var / "servers"
    return Place(home, sockets_below(var, home))


def database_url(var: Path) -> str:
    """Address of the embedded PostgreSQL whose data lies under `var`."""
    return f"postgres://{USER}@/{DATABASE}?host={quote(str(place(var).sockets), safe='')}"


def redis_url(var: Path) -> str:
    """Address of the embedded Redis whose data lies under `var`."""
    return f"unix://{quote(str(place(var).sockets / 'redis.sock'))}?db=0"
