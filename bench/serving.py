"""The web server as in production, on a free port of this machine, and the work it does."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path


@contextmanager
def server() -> Iterator[int]:
    """Gunicorn with production's settings on a free port of this machine."""
    from django.db import connection  # noqa: PLC0415

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = connection.settings_dict
    address = f"postgres://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"
    env = os.environ | {
        "BIND": f"127.0.0.1:{port}",
        "DATABASE_URL": address,
        "CELERY_TASK_ALWAYS_EAGER": "0",
    }
    env["DJANGO_SETTINGS_MODULE"] = "bench.bare_settings"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:msme_platform.web_server", "--log-level", "error"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=env, stderr=log)
        try:
            _await(port)
            yield port
        except BaseException:
            log.seek(0)
            print(log.read()[-4000:].decode(errors="replace"), file=sys.stderr)  # what the server said last
            raise
        finally:
            process.terminate()
            process.wait(timeout=20)


def _await(port: int) -> None:
    """Until the server takes connections; raises TimeoutError after twenty seconds."""
    for _turn in range(100):
        try:
            HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/health/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(port)


def work(port: int, database_name: str) -> list[float]:
    """Seconds of processor time so far of the web server on `port`, and of the processes of that database."""
    ours, database = 0, 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _end, fields = (folder / "stat").read_text().rpartition(")")
            ticks = sum(int(text) for text in fields.split()[11:13])
            if "postgres" in name:
                database += ticks if database_name in (folder / "cmdline").read_text() else 0
            elif f"BIND=127.0.0.1:{port}".encode() in (folder / "environ").read_bytes():
                ours += ticks
        except OSError:  # it has ended, or is somebody else's
            continue
    return [ticks / os.sysconf("SC_CLK_TCK") for ticks in (ours, database)]
