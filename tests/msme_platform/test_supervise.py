"""One window for the whole platform: it refuses what it must, and ends all that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from msme_platform import port, supervise

STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " time.sleep(300)']); print('up', flush=True); time.sleep(300)"
)


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def start_demo(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "msme_platform.supervise"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_a_busy_port_is_said_in_a_sentence_before_any_work(busy_port: int) -> None:
    done = start_demo(PORT=str(busy_port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Port {busy_port} cannot be used")
    assert f"make demo PORT={busy_port + 1}" in done.stderr


@pytest.mark.parametrize("wrong", ["eight", "0", "70000", "-1"])
def test_a_port_that_is_no_port_is_said(wrong: str) -> None:
    assert "must be a number from 1 to 65535" in port.fault("127.0.0.1", wrong)


def test_the_demo_does_not_start_beside_production_settings() -> None:
    done = start_demo(GUYUB_MODE="production")
    assert done.returncode == 1
    assert "does not start beside production settings" in done.stderr


def test_production_secrets_keep_demo_mode_shut() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "GUYUB_MODE": "demo", "FIELD_KEYS": "real"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "does not start beside production settings: FIELD_KEYS" in done.stderr


def test_a_hanging_process_and_its_children_are_ended_by_force(tmp_path: Path) -> None:
    child = supervise.spawn("stubborn", [sys.executable, "-c", STUBBORN], tmp_path / "log")
    deadline = time.monotonic() + 10
    while b"up" not in (tmp_path / "log").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    members = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children()]
    supervise.end([child], grace=0.2)
    gone, alive = psutil.wait_procs(members, timeout=5)
    assert len(members) == 2
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert gone


def test_a_process_that_ends_by_itself_is_named_with_its_last_lines(tmp_path: Path) -> None:
    child = supervise.spawn(
        "worker", [sys.executable, "-c", "print('no broker'); raise SystemExit(3)"], tmp_path / "log"
    )
    child.process.wait()
    with pytest.raises(supervise.DemoError, match=r"(?s)no broker.*'worker' ended by itself"):
        supervise.check([child])


def test_processes_end_when_the_window_is_killed_outright(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from msme_platform import supervise;"
        f"child = supervise.spawn('c', [sys.executable, '-c', 'import time; time.sleep(300)'], Path({str(tmp_path / 'log')!r}));"
        "print(child.process.pid, flush=True); time.sleep(300)"
    )
    window = subprocess.Popen([sys.executable, "-c", script], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    assert window.stdout
    child = psutil.Process(int(window.stdout.readline()))
    window.send_signal(signal.SIGKILL)
    window.wait()
    window.stdout.close()
    deadline = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
