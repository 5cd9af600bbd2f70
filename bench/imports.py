"""Spreadsheets in: our import against COPY alone on the same file in the same run, as ratios, with the peak of memory.

`python -m bench imports [--rows 45827 458270]`. Each contestant is a process of its own (so that its peak is its own),
works in one transaction and takes it back:

bare      read the file with calamine, COPY its cells as text to a plain table with a key
openpyxl  the same with the reader that most people use
tables    as bare, then into the register's own tables with their indexes, constraints and foreign keys; nothing is
          checked, matched, encrypted or written down
ours      dry run and commit: read apart under limits, every cell checked, NIK encrypted and hashed, staged, compared with
          the register, merged, history and audit trail written
peer      django-import-export into one plain table by NIK, dry run and commit (`--peer`: it takes a minute or two a round)

All but the peer have their deferred foreign keys checked before the clock stops.
"""

import argparse
import csv
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from django.core.management import call_command
from django.db import connection, transaction
from python_calamine import load_workbook

from foundation.common import clock
from foundation.regions.models import Office, Region
from members.actions import imports
from members.actions.import_sql import COUNT_ANEW
from members.enums import Source
from members.importing import run

CITY = "16.71"
ROWS = (45_827,)
HEAD = ["No", "Nama Lengkap", "NIK", "Jenis Kelamin", "No HP", "Kecamatan", "Kelurahan", "Nama Usaha", "KBLI"]
HEAD += ["Omzet per bulan", "Tahun Berdiri", "NIB"]
FIRST = [
    "Siti",
    "Ahmad",
    "Nur",
    "Dewi",
    "Muhammad",
    "Yani",
    "Budi",
    "Sri",
    "Agus",
    "Ratna",
    "Eko",
    "Wati",
    "Rina",
    "Joko",
    "Lina",
    "Hadi",
    "Tuti",
    "Rudi",
    "Maya",
    "Asep",
]
LAST = [
    "Suryani",
    "Hidayat",
    "Rahmawati",
    "Saputra",
    "Lestari",
    "Wijaya",
    "Handayani",
    "Kurniawan",
    "Susanti",
    "Pratama",
    "Utami",
    "Setiawan",
]
MADE = [
    "Keripik",
    "Pempek",
    "Kemplang",
    "Songket",
    "Tempe",
    "Kopi",
    "Batik",
    "Kue",
    "Sirup",
    "Kerupuk",
    "Warung",
    "Tape",
]
SALES = [1_500_000, 2_500_000, 5_000_000, "5 juta", "Rp2.000.000,-", 800_000]
LINES_OF_BUSINESS = ["10794", "56103", "47723", "13912", "10750"]
TARGET, MEGABYTES = 2.5, 300


def office() -> Office:
    """The office whose members come in; regions are loaded once."""
    if not Region.objects.filter(code__startswith=f"{CITY}.", level=Region.Level.VILLAGE).exists():
        call_command("load_regions", verbosity=0)
    found, _made = Office.objects.get_or_create(region_id=CITY, defaults={"name": "Dinas", "short_name": "Dinas"})
    return found


def people(count: int) -> Iterator[list[Any]]:
    """Rows that nobody can be: the region of every NIK is 99."""
    chance = random.Random(7)
    villages = list(
        Region.objects.filter(code__startswith=f"{CITY}.", level=Region.Level.VILLAGE, is_active=True)
        .order_by("code")
        .values_list("name", "parent__name")
    )
    for n in range(count):
        village, district = chance.choice(villages)
        woman = chance.random() < 0.6
        born = f"{chance.randint(1, 28) + 40 * woman:02d}{chance.randint(1, 12):02d}{chance.randint(60, 99)}"
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        yield [
            n + 1,
            name.upper() if n % 2 else name,
            f"99{n // 9_999:04d}{born}{n % 9_999 + 1:04d}",
            "P" if woman else "L",
            f"08{chance.randint(1_100_000_000, 9_999_999_999)}",
            district,
            village,
            f"{chance.choice(MADE)} {name.split(maxsplit=1)[0]} {n}",
            chance.choice(LINES_OF_BUSINESS),
            chance.choice(SALES),
            chance.randint(1995, 2025),
            f"0{n + 1:012d}" if n % 2 else "",
        ]


def spreadsheet(path: Path, count: int) -> None:
    """The file that all of them read."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("UMKM")
    sheet.write_row(0, 0, HEAD)
    for number, row in enumerate(people(count), start=1):
        for at, cell in enumerate(row):
            (sheet.write_string if isinstance(cell, str) else sheet.write_number)(number, at, cell)
    book.close()


# Contestants


def bare(path: Path) -> None:
    """Read and COPY."""
    copied(load_workbook(str(path)).get_sheet_by_index(0).to_python()[1:])


def by_openpyxl(path: Path) -> None:
    """The same with the usual reader, in its fastest mode."""
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    copied(sheet.iter_rows(min_row=2, values_only=True))


def copied(rows: Iterable[Iterable[Any]]) -> None:
    """The cells as text in a plain table."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    names = ", ".join(f"c{at}" for at in range(len(HEAD)))
    with connection.cursor() as cursor:
        columns = ", ".join(f"c{at} text" for at in range(len(HEAD)))
        cursor.execute(f"CREATE TABLE bench_bare (id bigserial PRIMARY KEY, {columns})")
        cursor.cursor.copy_expert(f"COPY bench_bare ({names}) FROM STDIN WITH (FORMAT csv)", text)


INTO_TABLES = """
ALTER TABLE bench_bare ADD p bigint, ADD b bigint;
UPDATE bench_bare SET p = nextval(pg_get_serial_sequence('members_person', 'id')),
    b = nextval(pg_get_serial_sequence('members_business', 'id'));
INSERT INTO members_person (id, uid, created_at, updated_at, full_name, nik, nik_hash, nik_tail, sex, phone, email, village_id,
    address, source, registered_at)
SELECT p, gen_random_uuid(), now(), now(), c1, c2, md5(c2) || md5(c2), right(c2, 4), '', c4, '', v.code, '', 'IMPORT', now()
FROM bench_bare JOIN foundation v ON v.d = c5 AND v.v = c6;
INSERT INTO members_business (id, uid, created_at, updated_at, owner_id, name, village_id, address, product, scale, scale_basis,
    status, source, registered_at)
SELECT b, gen_random_uuid(), now(), now(), p, c7, v.code, '', '', 'MICRO', 'SOURCE', 'ACTIVE', 'IMPORT', now()
FROM bench_bare JOIN foundation v ON v.d = c5 AND v.v = c6;
INSERT INTO members_statusperiod (uid, created_at, updated_at, business_id, status, reason, source, start_at)
SELECT gen_random_uuid(), now(), now(), b, 'ACTIVE', '', 'IMPORT', now() FROM bench_bare;
INSERT INTO members_licence (uid, created_at, updated_at, business_id, kind, status, number)
SELECT gen_random_uuid(), now(), now(), b, 'NIB', 'HELD', c11 FROM bench_bare WHERE c11 <> ''
"""


def tables(path: Path) -> None:
    """Read, COPY, and into the register's own tables."""
    bare(path)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            "CREATE TEMP TABLE foundation ON COMMIT DROP AS SELECT v.code, v.name AS v, d.name AS d"
            " FROM regions_region v JOIN regions_region d ON d.code = v.parent_id WHERE v.code LIKE %s",
            [f"{CITY}.%"],
        )
        cursor.execute(INTO_TABLES)
        cursor.execute(COUNT_ANEW)  # without it the checks of the foreign keys take an hour where a bench ran before


def ours(path: Path) -> None:
    """Dry run and commit."""
    place, now = office(), clock.now()
    sheet, headings = run.chosen(path)
    found = run.check(path, sheet, headings, office=place, now=now)
    done = imports.merge(office=place, source=Source.IMPORT, by=None, now=now)
    assert (done.inserted, found.refused) == (found.rows, 0), (done.inserted, found.rows)


def peer(path: Path) -> None:
    """django-import-export, with a Django of its own."""
    script = Path(__file__).with_name("import_export_side.py")
    at = connection.get_connection_params()
    address = "\n".join(str(at.get(key, "")) for key in ("host", "port", "user", "password", "dbname"))
    subprocess.run([sys.executable, str(script), str(path)], input=address, check=True, text=True)


CONTESTANTS = {"bare": bare, "openpyxl": by_openpyxl, "tables": tables, "ours": ours, "peer": peer}


def contest(name: str, path: Path) -> None:
    """One contestant in this process; its figures as JSON."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        start = time.perf_counter()
        CONTESTANTS[name](path)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.perf_counter() - start
        transaction.set_rollback(True)
    own, reader = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"name": name, "seconds": seconds, "megabytes": own, "reader_megabytes": reader}))


def measured(count: int, rounds: int, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """The best of each, read turn about: the machine is seldom alone."""
    best: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "umkm.xlsx"
        spreadsheet(path, count)
        for _turn in range(rounds):
            for name in names:
                command = [sys.executable, "-m", "bench", "imports", "--contest", name, "--file", str(path)]
                found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                if name not in best or found["seconds"] < best[name]["seconds"]:
                    best[name] = found
    return best


def main() -> None:
    options = argparse.ArgumentParser(prog="bench imports")
    options.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--peer", action="store_true")
    options.add_argument("--contest", choices=sorted(CONTESTANTS))
    options.add_argument("--file", type=Path)
    chosen = options.parse_args()
    if chosen.contest:
        contest(chosen.contest, chosen.file)
        return
    office()
    names = [name for name in CONTESTANTS if name != "peer" or chosen.peer]
    print("| rows | contestant | seconds | times bare | times tables | MB | MB of the reader | s per 10,000 rows |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in chosen.rows:
        found = measured(count, chosen.rounds, names)
        for name, row in found.items():
            ratios = [row["seconds"] / found[other]["seconds"] for other in ("bare", "tables")]
            print(
                f"| {count:,} | {name} | {row['seconds']:.1f} | {ratios[0]:.1f} | {ratios[1]:.1f} | {row['megabytes']:.0f} |"
                f" {row['reader_megabytes']:.0f} | {row['seconds'] / count * 10_000:.2f} |"
            )
    print(
        f"\nTarget: ours at most {TARGET} times what it costs to read and COPY into the tables, and at most {MEGABYTES} MB."
    )
