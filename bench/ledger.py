"""The book under load, beside bare SQL and django-hordak on the same server in the same run; and the daily close.

`python -m bench ledger [rates|close N]` with the settings of a database that holds a city (DATABASE_URL). It works in
copies of that database, which it drops. HORDAK=python names an interpreter that has django-hordak. What is asserted
elsewhere is measured here: ratios, because the machine is shared. The sides take turns, some seconds each, and the median
of the rounds counts. A long transaction elsewhere on the same server slows whatever changes one row often (its old
versions cannot be cleared): measure on a server of its own.
"""

import datetime as dt
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.scratch import copy, empty

SECONDS = 2.0
WARM, BEGIN_WITHIN = 3, 60.0  # deeds, seconds; hordak_side.py does likewise
ROUNDS = 5
CLIENTS = (1, 4, 16)
TARGETS = {"posting": 0.6, "repayment": 1.0}  # of bare SQL; of hordak's transfer
HORDAK = os.environ.get("HORDAK", "")
BARE = """
CREATE TABLE bare_account (id bigint PRIMARY KEY, code text);
CREATE TABLE bare_header (id bigserial PRIMARY KEY, book text, kind text, business_date date, posted_at timestamptz);
CREATE TABLE bare_leg (id bigserial PRIMARY KEY, header_id bigint NOT NULL REFERENCES bare_header,
                       account_id bigint NOT NULL REFERENCES bare_account, amount bigint NOT NULL);
INSERT INTO bare_account SELECT n, n::text FROM generate_series(0, 40) n
"""
Client = Callable[[int], Callable[[], Any]]


def rate(client: Client, clients: int, seconds: float = SECONDS) -> float:
    """Deeds a second of `clients` processes together: all begin at one moment, each with its plans and caches had by then."""
    from django.db import OperationalError, connections  # noqa: PLC0415

    counts: multiprocessing.Queue[int] = multiprocessing.Queue()
    together = multiprocessing.Barrier(clients)

    def run(number: int) -> None:
        connections.close_all()
        done = 0
        try:
            deed = client(number)
            for _warm in range(WARM):
                with suppress(OperationalError):
                    deed()
            together.wait(BEGIN_WITHIN)
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                with suppress(OperationalError):  # a lock that was not had in time is no deed
                    deed()
                    done += 1
        finally:
            counts.put(done)

    connections.close_all()
    workers = [multiprocessing.get_context("fork").Process(target=run, args=(n,)) for n in range(clients)]
    for worker in workers:
        worker.start()
    total = sum(counts.get() for _worker in workers)
    for worker in workers:
        worker.join()
    return total / seconds


def bare(number: int) -> Callable[[], Any]:
    """What any book costs at least: a header, two legs, foreign keys, commit."""
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    client = connection.connection
    client.autocommit = False

    def deed() -> None:
        with client, client.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare_header (book, kind, business_date, posted_at) VALUES ('16.71', 'X', '2026-11-21', now())"
                " RETURNING id"
            )
            header = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO bare_leg (header_id, account_id, amount) VALUES (%s, %s, 5), (%s, %s, -5)",
                (header, 2 * number + 1, header, 2 * number + 2),
            )

    return deed


def posting(*, hot: bool) -> Client:
    """`journal.post` as every action calls it; with `hot` all clients meet in one account."""

    def client(number: int) -> Callable[[], Any]:
        from foundation.ledger.actions import accounts, journal  # noqa: PLC0415
        from foundation.ledger.entries import credit, debit  # noqa: PLC0415
        from foundation.ledger.enums import AccountKind  # noqa: PLC0415

        def account(code: str) -> Any:
            return accounts.open_account(book="99.99", code=code, name=code, kind=AccountKind.ASSET, floor=None)

        one, other = account("hot" if hot else f"one/{number}"), account(f"other/{number}")
        legs, now = [debit(one, 5), credit(other, 5)], dt.datetime.now(dt.UTC)
        day = now.date()

        def deed() -> None:
            key = str(uuid.uuid4())
            journal.post(
                book="99.99", kind="BENCH", business_date=day, legs=legs, scope="bench", key=key, by=None, now=now
            )

        return deed

    return client


def repaying(number: int) -> Callable[[], Any]:
    """A whole repayment: action, ledger, receipt, audit, message in the outbox. Sending is the workers' part: in the
    tests' mode it would be done here, within the same call.
    """
    from foundation.notifications.receivers import wake_sender  # noqa: PLC0415
    from foundation.notifications.signals import queued  # noqa: PLC0415
    from revolving_funds.actions import repayments  # noqa: PLC0415
    from revolving_funds.models import Loan  # noqa: PLC0415

    queued.disconnect(wake_sender)
    now = dt.datetime.now(dt.UTC)
    loans = list(
        Loan.objects.open()
        .filter(account__balance__gt=1_000_000)
        .select_related("person")
        .order_by("pk")[number::16][:40]
    )
    turn = iter(range(10_000_000))

    def deed() -> None:
        loan = loans[next(turn) % len(loans)]
        repayments.record(
            loan=loan, amount=10, paid_on=now.date(), request_uid=uuid.uuid4(), by=None, now=now, on=now.date()
        )

    return deed


def hordak(clients: int) -> float | None:
    """Its bare transfer, in its own interpreter and a database of its own; None where it is not installed."""
    from django.db import connection, connections  # noqa: PLC0415

    if not HORDAK:
        return None
    values = connection.settings_dict
    connections.close_all()
    address = f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    script = Path(__file__).with_name("hordak_side.py")
    done = subprocess.run(
        [HORDAK, str(script), address, str(clients), str(SECONDS)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def rates(rounds: int = ROUNDS) -> None:
    """The table of rates: medians of the rounds, and of the ratios within each round."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        print("fsync {}, synchronous_commit {}, both sides\n".format(*cursor.fetchone()))
    print(
        "| clients | bare SQL /s | posting /s | ratio | verdict | one hot account /s | ratio | repayment /s"
        " | hordak transfer /s | ratio | verdict |"
    )
    print("|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---|")
    with copy("bench_ledger"):
        with connection.cursor() as cursor:
            cursor.execute(BARE)
        for clients in CLIENTS:
            taken = []
            for _round in range(rounds):
                sides = [rate(side, clients) for side in (bare, posting(hot=False), posting(hot=True), repaying)]
                with empty("bench_hordak"):
                    sides.append(hordak(clients) or 0.0)
                taken.append(sides)
            print(row(clients, taken), flush=True)
    with connection.cursor() as cursor:
        cursor.execute('DROP DATABASE IF EXISTS "bench_hordak" WITH (FORCE)')


def row(clients: int, taken: list[list[float]]) -> str:
    """One line of the table."""
    low, cool, hot, whole, other = (statistics.median(side) for side in zip(*taken, strict=True))
    cool_ratio = statistics.median(sides[1] / sides[0] for sides in taken)
    hot_ratio = statistics.median(sides[2] / sides[0] for sides in taken)
    cells = [f"{clients}", f"{low:,.0f}", f"{cool:,.0f}", f"{cool_ratio:.2f}", verdict(cool_ratio, TARGETS["posting"])]
    cells += [f"{hot:,.0f}", f"{hot_ratio:.2f}", f"{whole:,.0f}"]
    if other:
        ratio = statistics.median(sides[3] / sides[4] for sides in taken)
        cells += [f"{other:,.0f}", f"{ratio:.2f}", verdict(ratio, TARGETS["repayment"])]
    else:
        cells += ["not installed", "", ""]
    return f"| {' | '.join(cells)} |"


def verdict(ratio: float, target: float) -> str:
    """Beside the target."""
    return "ok" if ratio >= target else f"UNDER {target:g}"


def main() -> None:
    """`rates`, or the daily close at a number of loans."""
    from bench import closes  # noqa: PLC0415

    words = sys.argv[1:]
    if words[:1] == ["close"]:
        closes.main([int(word) for word in words[1:]] or [12_590, 125_900, 1_259_000])
        return
    rates(int(words[-1]) if words and words[-1].isdigit() else ROUNDS)
