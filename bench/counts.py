"""`python -m bench counts [--sizes 45827 458270]`: businesses by district and whatever else, kept counts against counting.

Makes a city of made-up businesses in SQL inside one transaction, measures, and takes everything back.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from bench.measure import timed
from foundation.common import clock
from foundation.regions.models import Office, Region
from members import counting
from members.actions import tallies
from msme_platform.office.figures import COUNTS

CITY = "99.71"
TARGET_MS = 100.0
PEOPLE = """
    INSERT INTO members_person (uid, created_at, updated_at, full_name, nik, nik_tail, sex, phone, email, village_id,
        address, source, registered_at)
    SELECT gen_random_uuid(), now(), now(), 'Pemilik ' || i, '', '', (ARRAY['FEMALE', 'MALE', ''])[1 + i %% 3],
        '+62812' || lpad(i::text, 8, '0'), '', %(city)s || '.' || lpad((1 + i %% 18)::text, 2, '0') || '.1001', '',
        'IMPORT', now() FROM generate_series(1, %(size)s) i
"""
SHOPS = """
    INSERT INTO members_business (uid, created_at, updated_at, owner_id, name, village_id, address, kbli_id, product, scale,
        scale_basis, started_year, status, source, registered_at)
    SELECT gen_random_uuid(), now(), now(), p.id, 'Usaha ' || p.id, p.village_id, '',
        (SELECT array_agg(id ORDER BY id) FROM members_kbli)[1 + p.id %% (SELECT count(*) FROM members_kbli)], '',
        (ARRAY['MICRO', 'MICRO', 'SMALL', 'MEDIUM'])[1 + p.id %% 4], 'SALES', 1990 + p.id %% 36,
        (ARRAY['ACTIVE', 'ACTIVE', 'ACTIVE', 'DORMANT', 'CLOSED'])[1 + p.id %% 5], 'IMPORT', now()
    FROM members_person p WHERE p.village_id LIKE %(under)s
"""
PAPERS = """
    INSERT INTO members_licence (uid, created_at, updated_at, business_id, kind, status, number, valid_to)
    SELECT gen_random_uuid(), now(), now(), b.id, k.kind, 'HELD', b.id::text,
        CASE WHEN k.kind = 'PIRT' THEN current_date + (b.id %% 1825)::int - 200 END
    FROM members_business b, (VALUES ('NIB'), ('PIRT')) AS k(kind)
    WHERE b.village_id LIKE %(under)s AND (b.id + length(k.kind)) %% 3 = 0
"""
LIVE = {
    "scale": "SELECT left(village_id, 8), scale, count(*) FROM members_business WHERE village_id LIKE %s GROUP BY 1, 2",
    "sex": "SELECT left(b.village_id, 8), p.sex, count(*) FROM members_business b JOIN members_person p ON p.id = b.owner_id "
    "WHERE b.village_id LIKE %s GROUP BY 1, 2",
    "licence": "SELECT left(b.village_id, 8), l.kind, count(*) FROM members_licence l JOIN members_business b "
    "ON b.id = l.business_id WHERE b.village_id LIKE %s AND l.status = 'HELD' "
    "AND (l.valid_to IS NULL OR l.valid_to >= current_date) GROUP BY 1, 2",
}


def _city() -> Office:
    parent = Region.objects.get_or_create(
        code="99", defaults={"name": "Uji", "search_name": "uji", "level": Region.Level.PROVINCE}
    )[0]
    levels = ((CITY, Region.Level.REGENCY), *((f"{CITY}.{n:02d}", Region.Level.DISTRICT) for n in range(1, 19)))
    for code, level in levels:
        Region.objects.create(code=code, name=code, search_name=code, level=level, parent=parent)
        if level == Region.Level.DISTRICT:
            village = {"code": f"{code}.1001", "name": code, "search_name": code, "level": Region.Level.VILLAGE}
            Region.objects.create(**village, parent_id=code)
    return Office.objects.create(region_id=CITY, name="Dinas Uji", short_name="Uji")


def _run(sql: str, size: int) -> float:
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"city": CITY, "size": size, "under": f"{CITY}.%"})
    return time.perf_counter() - start


def _asked(sql: str) -> Callable[[], Any]:
    def deed() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, [f"{CITY}.%"])
            return cursor.fetchall()

    return deed


def measure(size: int) -> bool:
    """Fill, measure, print; True if every figure keeps its target."""
    office = _city()
    filled = {name: _run(sql, size) for name, sql in (("people", PEOPLE), ("businesses", SHOPS), ("licences", PAPERS))}
    with connection.cursor() as cursor:
        for table in ("members_person", "members_business", "members_licence", "members_businesstally"):
            cursor.execute(f"ANALYZE {table}")
    print(f"\n{size:,} businesses, filled in " + ", ".join(f"{name} {taken:.1f} s" for name, taken in filled.items()))
    for name, sql in LIVE.items():
        median, worst = timed(_asked(sql), rounds=7)
        print(f"  counting rows, {name:<12} median {median:8.1f} ms   worst {worst:8.1f} ms")
    tallies.fold(least=0)
    kept = True
    for figure in COUNTS:
        median, worst = timed(lambda figure=figure: figure.run(office=office, as_of=clock.today(), now=clock.now()))
        kept = kept and median <= TARGET_MS
        print(
            f"  {figure.name:<26} median {median:8.1f} ms   worst {worst:8.1f} ms   {'ok' if median <= TARGET_MS else 'OVER'}"
        )
    start = time.perf_counter()
    wrong = len(counting.differences())
    print(f"  proof against the full count: {wrong} differences, {time.perf_counter() - start:.1f} s")
    return kept and not wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench counts")
    parser.add_argument("--sizes", type=int, nargs="+", default=[45_827, 458_270])
    sizes = parser.parse_args().sizes
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {int(timedelta(minutes=20).total_seconds() * 1000)}")
    ok = True
    for size in sizes:
        with transaction.atomic():
            ok = measure(size) and ok
            transaction.set_rollback(True)
    raise SystemExit(0 if ok else 1)
