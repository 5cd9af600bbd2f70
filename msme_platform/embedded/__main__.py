"""`python -m msme_platform.embedded start|stop|status|run COMMAND`."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import environ

from msme_platform.embedded import EmbeddedError, database_url, folder, place, redis_url
from msme_platform.embedded.lifecycle import servers, start, stop
from msme_platform.embedded.servers import Postgres, Redis

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def run(command: list[str]) -> int:
    """Run a command to its end; ending us ends it first, and then the servers."""
    with subprocess.Popen(command) as child:
        signal.signal(signal.SIGTERM, lambda _number, _frame: child.terminate())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command by itself
        return child.wait()


def main(arguments: list[str] | None = None) -> int:
    """The command line: start, stop, status, or run a command while the servers run."""
    parser = argparse.ArgumentParser(prog="python -m msme_platform.embedded", description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "status", "run"))
    parser.add_argument("command", nargs=argparse.REMAINDER, help="of `run`")
    chosen = parser.parse_args(arguments)
    environ.Env.read_env(BASE_DIR / ".env")  # as the settings do
    var = folder(BASE_DIR)
    durable = os.environ.get("GUYUB_MODE") != "test"
    try:
        if chosen.what == "run":
            with servers(var, durable=durable):
                return run(chosen.command)
        if chosen.what == "start":
            start(var, durable=durable)
            (var / "servers.keep").touch()
        elif chosen.what == "stop":
            (var / "servers.keep").unlink(missing_ok=True)
            stop(var)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for server in (Postgres(var, place(var)), Redis(var, place(var))):
        process = server.process()
        sys.stdout.write(f"{server.name}: {f'runs, process {process.pid}' if process else 'does not run'}\n")
    sys.stdout.write(f"DATABASE_URL={database_url(var)}\nREDIS_URL={redis_url(var)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
