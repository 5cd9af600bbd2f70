"""Starting and ending the embedded servers, alone or around a command."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from msme_platform.embedded import Place, place
from msme_platform.embedded.host import prepare
from msme_platform.embedded.servers import Postgres, Redis, Server


def wanted(var: Path, where: Place, *, durable: bool) -> list[Server]:
    """The servers that the environment does not already give."""
    return [kind(var, where, durable) for kind in (Postgres, Redis) if not os.environ.get(kind.variable)]


def start(var: Path, *, durable: bool = True) -> list[str]:
    """Start the servers that are needed and do not run; return the names of those started."""
    var.mkdir(parents=True, exist_ok=True)
    with _locked(var / "servers.lock"):
        return [server.name for server in wanted(var, prepare(var), durable=durable) if server.start()]


def stop(var: Path) -> list[str]:
    """End the servers of this folder; return the names of those that ran."""
    if not (var / "servers.json").exists():
        return []
    with _locked(var / "servers.lock"):
        return [server.name for server in (Redis(var, place(var)), Postgres(var, place(var))) if server.stop()]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def servers(var: Path, *, durable: bool = True) -> Iterator[None]:
    """The servers run while the block does. The last of several users, and only the last, ends them."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "servers.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while another user is just ending them
        try:
            start(var, durable=durable)
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not (var / "servers.keep").exists():
                    stop(var)
