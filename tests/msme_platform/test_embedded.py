"""The embedded servers, for real: started, found again, killed, brought back, ended."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from msme_platform import embedded
from msme_platform.embedded import host, lifecycle
from msme_platform.embedded.servers import Postgres, Redis


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of servers on a path with spaces, longer than a socket's may be."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    var = tmp_path / "a folder with spaces" / ("long" * 20) / "var"
    yield var
    lifecycle.stop(var)
    for path in embedded.place(var):
        shutil.rmtree(path, ignore_errors=True)


def query(var: Path, sql: str) -> object:
    connection = psycopg2.connect(host=str(embedded.place(var).sockets), user="guyub", dbname="guyub")
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


def pids(var: Path) -> list[int]:
    where = embedded.place(var)
    return [found.pid for server in (Postgres, Redis) if (found := server(var, where).process())]


def test_reading_the_addresses_starts_nothing(var: Path) -> None:
    assert embedded.database_url(var).startswith("postgres://guyub@/guyub?host=")
    assert embedded.redis_url(var).startswith("unix:///")
    assert not var.exists()


def test_data_outlives_a_stop_a_crash_and_a_pid_that_another_process_has_today(var: Path) -> None:
    assert lifecycle.start(var) == ["PostgreSQL", "Redis"]
    assert lifecycle.start(var) == []
    query(var, "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE TABLE kept AS SELECT 7 AS n")
    assert redis.Redis.from_url(embedded.redis_url(var)).set("kept", "7")

    killed = pids(var)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    data = embedded.place(var).home / "postgres"
    pid_file = data / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(killed[0]), str(os.getpid()), 1))
    assert lifecycle.start(var) == ["PostgreSQL", "Redis"]
    assert query(var, "SELECT n FROM kept") == (7,)
    assert not set(pids(var)) & set(killed)

    assert sorted(lifecycle.stop(var)) == ["PostgreSQL", "Redis"]
    assert pids(var) == []
    assert lifecycle.stop(var) == []


def test_the_last_of_two_users_ends_the_servers(var: Path) -> None:
    with lifecycle.servers(var, durable=False):
        with lifecycle.servers(var, durable=False):
            running = pids(var)
        assert pids(var) == running
        assert len(running) == 2
    assert pids(var) == []


def test_only_the_servers_that_the_environment_lacks_are_started(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/guyub")
    assert lifecycle.start(var, durable=False) == ["Redis"]


def test_data_of_another_postgresql_is_refused_with_a_sentence(var: Path) -> None:
    where = host.prepare(var)
    (where.home / "postgres").mkdir()
    (where.home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.EmbeddedError, match="made by PostgreSQL 9"):
        lifecycle.start(var)


def test_a_copied_note_of_another_checkout_is_not_followed(var: Path, tmp_path: Path) -> None:
    where = host.prepare(var)
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(var / "servers.json", copy)
    assert embedded.place(copy).home == copy / "servers"
    assert where.home != copy / "servers"


def test_two_folders_have_servers_of_their_own(var: Path, tmp_path: Path) -> None:
    assert embedded.place(var) != embedded.place(tmp_path / "other")
    assert embedded.mark(var) != embedded.mark(tmp_path / "other")
