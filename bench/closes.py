"""The daily close, a past month-end and the fund's pages at a given number of loans of one office.

The loans of the fullest office are copied set by set inside a copy of the database, or left out until the number is right;
guards and foreign keys are taken out first: only reading is measured, and the copy is dropped. Two banks are added: one with
every thousandth loan, and one whose last loan is of the year before last.
"""

import datetime as dt
import time
from functools import partial
from typing import Any

from bench.scratch import copy

LOANS, PLAN, PAID = "revolving_funds_loan", "revolving_funds_instalment", "revolving_funds_repayment"
PAGE_MS, AS_OF_SECONDS, CLOSE_SECONDS = 100.0, 5.0, 1.0  # the last one at 12,590 loans; beyond, in proportion
AS_OF_LOANS = 125_900  # at which the second one counts; beyond, in proportion
TABLES = [LOANS, PLAN, PAID]
# What cannot hold for copies of one loan, and what no page asks here, stays out. Foreign keys too, on both sides, so that no row is logged.
LOOSEN = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
 WHERE contype = 'f' AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[]))
    OR contype = 'u' AND conrelid = ANY (%(tables)s::regclass[])
   AND (pg_get_constraintdef(oid) ~ '(application|account|disbursement|transaction|reversal)_id|receipt|request_uid'
        OR conrelid = 'revolving_funds_repayment'::regclass AND pg_get_constraintdef(oid) ~ '[(]uid')
UNION ALL
SELECT format('DROP TRIGGER %%I ON %%s', tgname, tgrelid::regclass) FROM pg_trigger
 WHERE NOT tgisinternal AND tgrelid = ANY (%(tables)s::regclass[])
UNION ALL
SELECT 'DROP INDEX loan_one_open'
"""
# Every other index: how it is taken away, and how it is made again once the rows are there, which is many times quicker.
INDEXES = """
SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %%s', i.indexrelid::regclass)
            ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', i.indrelid::regclass, c.conname) END,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
            ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
        END
  FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
 WHERE i.indrelid = ANY (%(tables)s::regclass[])
"""


def columns(table: str, **changed: str) -> tuple[str, str]:
    """Names of the columns, and the expressions that copy them for the copy number `g`."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    return ", ".join(names), ", ".join(changed.get(name, f"t.{name}") for name in names)


def loosened(cursor: Any) -> list[str]:
    """Take keys, indexes, guards and the log away from the three tables; what makes the indexes again."""
    tables = {"tables": TABLES}
    cursor.execute(LOOSEN, tables)
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
    cursor.execute(INDEXES, tables)
    indexes = cursor.fetchall()
    for statement in [drop for drop, _make in indexes]:
        cursor.execute(statement)
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
        cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")  # it is done below, once
    return [make for _drop, make in indexes]


def multiply(office: str, factor: int, part: int = 1) -> None:
    """Each loan of `office` with its schedule and payments, `factor` times in all; or of `part` loans one."""
    from django.db import connection  # noqa: PLC0415

    # Drawn numbers would take longer than all the rest: each is a call of the system.
    step, uid = 1_000_000_000, f"md5((t.id + g * {1_000_000_000})::text)::uuid"
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'")
        again = loosened(cursor)
        shifted = {
            LOANS: {
                "id": f"t.id + g * {step}",
                "uid": uid,
                "number": "t.number || '-' || g",
                # Else a thousand copies of one loan would stand in a row in every list.
                "disbursed_on": "t.disbursed_on - (g %% 28)::int",
            },
            PLAN: {"id": f"t.id + g * {step}", "loan_id": f"t.loan_id + g * {step}"},
            PAID: {
                "id": f"t.id + g * {step}",
                "uid": uid,
                "request_uid": uid,
                "loan_id": f"t.loan_id + g * {step}",
            },
        }
        ours = {LOANS: "t.village_id LIKE %s"}
        below = f"t.loan_id IN (SELECT id FROM {LOANS} WHERE village_id LIKE %s AND id < {step})"
        for table, column in ((PAID, "loan_id"), (PLAN, "loan_id"), (LOANS, "id")) if part > 1 else ():
            cursor.execute(f"DELETE FROM {table} WHERE mod({column}, {part}) > 0")
        for table, changed in shifted.items() if factor > 1 else ():
            names, values = columns(table, **changed)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(1, %s::bigint) g"
                f" WHERE {ours.get(table, below)} AND t.id < {step}",
                [factor - 1, f"{office}%"],
            )
        for statement in again:
            cursor.execute(statement)
        # As the server itself does in time: what was written by one statement is otherwise settled by its first reader.
        cursor.execute(f"VACUUM ANALYZE {LOANS}, {PLAN}, {PAID}")


def more_banks(office: Any, now: dt.datetime) -> None:
    """A bank that lends little, and one that lends no more: its pools are the oldest of the largest bank."""
    from django.db import connection  # noqa: PLC0415
    from django.db.models import Count  # noqa: PLC0415

    from revolving_funds.actions import programme  # noqa: PLC0415
    from revolving_funds.models import Bank, Pool  # noqa: PLC0415

    largest = Pool.objects.filter(agreement__office=office).annotate(n=Count("loans")).order_by("-n")[0].agreement
    old = list(Pool.objects.filter(agreement=largest, year__lt=now.year - 1))
    for name in ("small", "silent"):
        agreement = programme.sign(
            office=office,
            bank=Bank.objects.create(code=name, name=name, kind="RURAL"),
            number=f"BENCH/{name}",
            legal_basis="bench",
            valid_from=dt.date(2000, 1, 1),
            by=None,
            now=now,
        )
        if name == "silent":
            Pool.objects.filter(pk__in=[pool.pk for pool in old]).update(agreement=agreement)
            continue
        pool = programme.open_pool(agreement=agreement, year=now.year, by=None, now=now)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {LOANS} SET pool_id = %s WHERE mod(id, 997) = 0", [pool.pk])
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {LOANS}")
        cursor.execute("ANALYZE revolving_funds_pool, revolving_funds_agreement, revolving_funds_bank")


def night(office: Any, today: dt.date) -> None:
    """The look at those who have paid since the night before: every thirtieth running loan."""
    from django.db import connection  # noqa: PLC0415

    from revolving_funds.actions import due_days  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {LOANS} SET due_from = DEFAULT WHERE status = 'OPEN' AND mod(id, 30) = 0")
    took, found = seconds(partial(due_days.raise_again, office=office, on=today))
    print(f"  days raised for {found:,} loans that are not late: {took:.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {LOANS}")


def seconds(deed: Any) -> tuple[float, Any]:
    """How long it took, and what came out."""
    start = time.perf_counter()
    found = deed()
    return time.perf_counter() - start, found


def verdict(took: float, target: float) -> str:
    """Beside the target, in seconds."""
    return "ok" if took <= target else f"OVER {target:g} s"


def past(office: Any, month_end: dt.date, size: int, now: dt.datetime) -> list[str]:
    """A past month-end: counted anew, and read once its month is closed. What missed its target."""
    from foundation.accounts.models import User  # noqa: PLC0415
    from foundation.ledger.actions import periods  # noqa: PLC0415
    from foundation.ledger.models import Period  # noqa: PLC0415
    from revolving_funds import close, kept  # noqa: PLC0415
    from revolving_funds.actions import closing  # noqa: PLC0415

    missed = []
    target = AS_OF_SECONDS * max(1.0, size / AS_OF_LOANS)
    took, rows = seconds(partial(close.parts, office, on=month_end, patient=True))
    print(f"  as of {month_end}, counted: {took:.2f} s, {close.whole(rows).loans:,} loans; {verdict(took, target)}")
    missed += [f"as of, {size:,}"] if took > target else []
    clerk = User.objects.order_by("pk").first()
    months = Period.objects.filter(book=office.region_id, closed_at__isnull=True, dates__lt=(now.date(), None))
    for month in [row for row in months.order_by("dates") if row.dates.upper <= month_end + dt.timedelta(days=1)]:
        periods.close_period(period=month, by=clerk, now=now)
    took, _rows = seconds(partial(closing.keep_day, office=office, on=month_end, now=now))
    print(f"  kept by the night's job after the month was closed: {took:.2f} s")
    took, (day, read) = seconds(lambda: kept.parts(office, on=month_end) or (None, rows))
    same = day == month_end and close.whole(read) == close.whole(rows)
    print(
        f"  as of {month_end}, read: {took * 1000:.0f} ms, {'the same' if same else 'ANOTHER'} result; {verdict(took, AS_OF_SECONDS)}"
    )
    return missed + ([] if same and took <= AS_OF_SECONDS else [f"as of, read, {size:,}"])


def pages(office: Any) -> list[str]:
    """Loan list, late loans, a loan, the working desk, as the approver sees them. What missed its target."""
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.models import Count  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from bench import measure  # noqa: PLC0415
    from foundation.accounts.models import User  # noqa: PLC0415
    from revolving_funds.models import Loan  # noqa: PLC0415

    user = User.objects.filter(
        assignments__role="APPROVER", assignments__region_code=office.region_id, assignments__end_on__isnull=True
    ).first()
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    loan = Loan.objects.inside(office.region_id).open().order_by("-pk").first()
    assert loan is not None
    bare, missed = reverse("admin:login"), []
    lists = reverse("admin:revolving_funds_loan_changelist")
    of_banks = Loan.objects.inside(office.region_id).values_list("pool__agreement__bank__code")
    banks = [code for code, _loans in of_banks.annotate(loans=Count("pk")).order_by("-loans")]
    named = {"largest": banks[0], "small": "small", "silent": "silent"}
    for name, url in {
        "loan list": lists,
        "loan list, running": f"{lists}?state=open",
        "loan list, overdue": f"{lists}?state=overdue",
        "loan list, paid off": f"{lists}?state=closed",
        **{f"loan list, {name} bank": f"{lists}?bank={code}" for name, code in named.items()},
        **{
            f"loan list, {state}, {name} bank": f"{lists}?bank={code}&state={state}"
            for name, code in named.items()
            for state in ("open", "overdue")
        },
        "late loans": reverse("admin:revolving_funds_loanstanding_changelist"),
        "early warning": reverse("admin:revolving_funds_loanstanding_changelist") + "?days=1-7",
        "loan page": reverse("admin:revolving_funds_loan_change", args=[loan.uid]),
        "working desk": reverse("admin:index"),
    }.items():
        cache.clear()
        connection.close()
        first, _answer = seconds(partial(client.get, url))
        read = measure.page(name, client, url, lambda: client.get(bare).content)
        print(
            f"  {name}: {read.median_ms:.0f} ms ({read.median_ms / read.bare_ms:.1f} times the bare page), first time, in a"
            f" fresh connection, {first * 1000:.0f} ms; {read.verdict(PAGE_MS)}",
            flush=True,
        )
        missed += [] if read.verdict(PAGE_MS) in {"ok", "noise"} else [name]
    return missed


def main(sizes: list[int]) -> None:
    """For each size a fresh copy; at the end what missed its target."""
    from django.db.models import Count  # noqa: PLC0415

    from foundation.regions.models import Office  # noqa: PLC0415
    from revolving_funds.actions import closing  # noqa: PLC0415
    from revolving_funds.models import Loan  # noqa: PLC0415

    missed: list[str] = []
    now = dt.datetime.now(dt.UTC)
    today = now.date()
    month_end = (today.replace(day=1) - dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    for size in sizes:
        with copy("bench_close", "file_copy"):
            code = (
                Loan.objects.values_list("pool__agreement__office__region").annotate(n=Count("pk")).order_by("-n")[0][0]
            )
            office = Office.objects.get(region_id=code)
            first = Loan.objects.inside(code).count()
            took, _none = seconds(partial(multiply, code, max(1, round(size / first)), max(1, round(first / size))))
            made = Loan.objects.inside(code).count()
            print(f"{size:,} loans asked, {made:,} made in {took:.0f} s", flush=True)
            more_banks(office, now)
            for turn in ("first", "again"):
                took, _rows = seconds(partial(closing.close_day, office=office, on=today, now=now))
                share = took * 12_590 / size
                print(
                    f"  daily close, {turn}: {took:.2f} s, {share:.2f} s for 12,590; {verdict(share, CLOSE_SECONDS)}",
                    flush=True,
                )
                missed += [f"close, {size:,}"] if share > CLOSE_SECONDS else []
            night(office, today)
            missed += past(office, month_end, size, now) + [f"{name}, {size:,}" for name in pages(office)]
    print(f"missed: {'; '.join(missed) or 'nothing'}")
