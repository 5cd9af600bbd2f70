"""The whole platform in one window: embedded servers, demo data, web server, worker and beat.

Ends every process that it started, on Ctrl-C, SIGTERM and the closing of the window, also when one of them hangs.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import environ
import httpx

from msme_platform import port
from msme_platform.embedded import EmbeddedError, folder
from msme_platform.embedded.lifecycle import servers

BASE_DIR = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 10
UP_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Stop(BaseException):
    """The person, or the system, asked us to end."""


class DemoError(Exception):
    """The demo cannot start or go on; the text says why and what to do."""


@dataclass
class Child:
    """One long-running process, in a process group of its own, its output in a log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def signal(self, number: int) -> None:
        """Send a signal to the process and all its children."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


def commands() -> dict[str, list[str]]:
    """The processes of the platform and their command lines; docker-compose.yml starts the same ones."""
    celery = [sys.executable, "-m", "celery", "--app", "msme_platform"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "--config", "python:msme_platform.web_server"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--loglevel", "INFO"],
    }


def spawn(name: str, command: list[str], log: Path) -> Child:
    """Start a process that also ends should we be killed outright (on Linux)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 -- we have no threads
        )
    return Child(name, process, log)


def _end_with_parent() -> None:
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end(children: list[Child], grace: float = GRACE_SECONDS) -> None:
    """End the processes: politely, and after `grace` seconds by force."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    try:
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
    finally:  # a second Ctrl-C comes here too
        for child in children:
            child.signal(signal.SIGKILL)
            child.process.wait()


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


@contextlib.contextmanager
def family() -> Iterator[list[Child]]:
    """A list whose processes end with the block."""
    children: list[Child] = []
    try:
        yield children
    finally:
        end(children)


def prepare(children: list[Child]) -> None:
    """Bring database, texts, files and demo data to this version's state, showing what goes on."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "prepare_demo"],
        cwd=BASE_DIR,
        env={"LOG_LEVEL": "WARNING"} | os.environ,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    children.append(Child("prepare", process, Path(os.devnull)))
    if process.wait() != 0:
        raise DemoError("The demo could not be prepared; the lines above say why.")
    children.clear()


def wait_until_up(children: list[Child], address: str) -> None:
    """Wait for the health page, as long as every process lives."""
    deadline = time.monotonic() + UP_SECONDS
    while time.monotonic() < deadline:
        check(children)
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health/", timeout=5, trust_env=False).is_success:
                return
        time.sleep(0.2)
    raise DemoError(f"The web server does not answer within {UP_SECONDS} seconds; see {children[0].log}.")


def check(children: list[Child]) -> None:
    """Refuse to go on without one of the processes."""
    for child in children:
        if child.process.poll() is not None:
            last = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            raise DemoError("\n".join([*last, f"The process {child.name!r} ended by itself; its log: {child.log}"]))


def refuse_production() -> None:
    """Refuse to start where someone set up a real office."""
    environ.Env.read_env(BASE_DIR / ".env")
    mode = os.environ.get("GUYUB_MODE", "demo")
    if mode == "production":
        raise DemoError(
            "GUYUB_MODE is production here (in the environment or .env). The demo lets anyone log in as anyone, "
            "so it does not start beside production settings. Run it from a folder of its own."
        )
    os.environ["GUYUB_MODE"] = "demo"


def say(text: str) -> None:
    """A line for the person at the window."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def demo() -> None:
    """Run the demo until asked to stop."""
    refuse_production()
    host, number = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if found := port.fault(host, number):
        raise DemoError(found)
    address, shown = f"http://{host}:{number}", f"http://localhost:{number}"
    var = folder(BASE_DIR)
    with servers(var), family() as children:
        prepare(children)
        os.environ["BIND"] = f"{host}:{number}"
        for name, command in commands().items():
            children.append(spawn(name, command, var / "log" / f"{name}.log"))
        wait_until_up(children, address)
        say(f"\nGuyub is up at {shown}/ - choose who to be at {shown}/demo/")
        accounts = var / "demo_accounts.txt"
        if accounts.exists():
            say(accounts.read_text(encoding="utf-8").rstrip())
        say(f"Logs are in {var / 'log'}. Ctrl-C ends everything; the data stays for the next start.")
        while True:
            check(children)
            time.sleep(1)


def main() -> int:
    """Run the demo; 0 when it was asked to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        demo()
    except Stop:
        say("\nEnded; every process and server is stopped.")
    except (DemoError, EmbeddedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
