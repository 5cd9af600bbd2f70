"""The power goes while sixteen people write, five times over: what was acknowledged stands, and the book proves itself."""

import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from foundation.common import batch
from msme_platform.embedded import database_url
from msme_platform.embedded.host import prepare, run
from msme_platform.embedded.servers import USER, Postgres

pytestmark = [pytest.mark.ci, pytest.mark.django_db]
WRITERS, CRASHES, SECONDS = 16, 5, 1.0
POST = """
SELECT ledger_post(gen_random_uuid(), '16.71', 'TEST', '2026-11-21', now(), 'crash', %s, '\\x00', '', NULL, NULL, NULL,
                   ARRAY[%s, %s]::bigint[], ARRAY[%s, %s]::bigint[])
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A cluster of its own, durable as in production, with the tables of this installation and nothing in them."""
    var = tmp_path / "var"
    cluster = Postgres(var, prepare(var))
    cluster.start()
    try:
        dumped = dump(cluster)
        with psycopg2.connect(address(cluster)) as made, made.cursor() as cursor:
            cursor.execute(dumped)
        yield cluster
    finally:
        cluster.stop()


def dump(cluster: Postgres) -> str:
    """The schema of the test database, without what only psql understands."""
    values = connection.get_connection_params()
    target = f"postgresql://{values['user']}@{values['host']}:{values.get('port', 5432)}/{values['dbname']}"
    if str(values["host"]).startswith("/"):
        target = f"postgresql://{values['user']}@/{values['dbname']}?host={values['host']}"
    done = run(cluster.bin / "pg_dump", "--schema-only", "--no-owner", target)
    assert done.returncode == 0, done.stderr
    return re.sub(r"^\\.*$", "", done.stdout, flags=re.MULTILINE)


def address(cluster: Postgres) -> str:
    return f"postgresql://{USER}@/guyub?host={cluster.place.sockets}"


def accounts(cluster: Postgres) -> list[int]:
    with psycopg2.connect(address(cluster)) as made, made.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (uid, created_at, updated_at, book, code, name, kind, side, floor, balance, version)"
            " SELECT gen_random_uuid(), now(), now(), '16.71', 'crash/' || n, 'x', 'ASSET', 1, NULL, 0, 0"
            " FROM generate_series(0, %s) n RETURNING id",
            [WRITERS],
        )
        return [row[0] for row in cursor.fetchall()]


def write(cluster: Postgres, ids: list[int], number: int, told: list[str], way: str) -> None:
    """Post until the server is gone; `told` keeps the keys whose commit was acknowledged. The first account is hot.

    `way`: the commit waits for the disk; or it lets go first and waits then, as a payment does; or it never waits.
    """
    try:
        client = psycopg2.connect(address(cluster))
        while True:
            key = str(uuid.uuid4())
            with client, client.cursor() as cursor:
                cursor.execute(POST, [key, ids[0], ids[number + 1], 5, -5])
                if way != "waits":
                    cursor.execute("SET LOCAL synchronous_commit = off")
            if way == "waits afterwards":
                with client, client.cursor() as cursor:
                    cursor.execute(batch.WAIT)
            told.append(key)
    except psycopg2.Error:
        return


def crash(cluster: Postgres, ids: list[int], *ways: str) -> list[str]:
    told: list[list[str]] = [[] for _n in range(WRITERS)]
    writers = [
        threading.Thread(target=write, args=(cluster, ids, n, told[n], ways[n % len(ways)])) for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    time.sleep(SECONDS)
    done = run(cluster.bin / "pg_ctl", "stop", "-m", "immediate", "-D", cluster.data)
    assert done.returncode == 0, done.stderr
    for writer in writers:
        writer.join()
    cluster.start()
    return [key for keys in told for key in keys]


def standing(cluster: Postgres) -> set[str]:
    with psycopg2.connect(address(cluster)) as client, client.cursor() as cursor:
        cursor.execute("SELECT idem_key FROM ledger_transaction")
        return {row[0] for row in cursor.fetchall()}


def test_nothing_acknowledged_is_lost_and_nothing_is_half(server: Postgres) -> None:
    ids, told = accounts(server), []
    for _crash in range(CRASHES):
        fresh = crash(server, ids, "waits", "waits afterwards")
        assert fresh
        told += fresh
    assert set(told) <= standing(server)
    url = database_url(server.var)
    answer = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_ledger"],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_without_waiting_what_was_acknowledged_is_lost(server: Postgres) -> None:
    """The control: the same writers, who tell of it at once."""
    ids, lost = accounts(server), set()
    for _crash in range(CRASHES):
        told = crash(server, ids, "never waits")
        lost = set(told) - standing(server)
        if lost:
            break
    assert lost
