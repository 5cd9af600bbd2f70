"""All regions of Indonesia from the app's data folder, by COPY into a staging table. Idempotent."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from foundation.regions.models import normal

DATA = Path(__file__).resolve().parent / "data"
FILES = (
    ("provinces.csv", "PROVINCE"),
    ("regencies.csv", "REGENCY"),
    ("districts.csv", "DISTRICT"),
    ("villages.csv.gz", "VILLAGE"),
)

MERGE = """
INSERT INTO regions_region (code, name, search_name, level, parent_id, is_active)
SELECT code, name, search_name, level, nullif(parent_code, ''), true FROM region_staging
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, search_name = excluded.search_name, parent_id = excluded.parent_id, is_active = true
WHERE (regions_region.name, regions_region.parent_id, regions_region.is_active)
      IS DISTINCT FROM (excluded.name, excluded.parent_id, true)
"""
RETIRE = """
UPDATE regions_region r SET is_active = false
WHERE is_active AND NOT EXISTS (SELECT 1 FROM region_staging s WHERE s.code = r.code)
"""
ALIASES = """
INSERT INTO regions_regionalias (region_id, name, search_name)
SELECT code, name, search_name FROM alias_staging ON CONFLICT DO NOTHING
"""


def _rows() -> Iterator[tuple[str, str, str, str, str]]:
    for name, level in FILES:
        path = DATA / name
        raw = gzip.open(path, "rt", encoding="utf-8", newline="") if name.endswith(".gz") else path.open(newline="")  # noqa: SIM115 -- closed two lines on
        with raw as lines:
            for row in csv.DictReader(lines):
                yield row["code"], row["name"], normal(row["name"]), level, row["parent_code"]


def _aliases() -> Iterator[tuple[str, str, str]]:
    with (DATA / "aliases.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["region_code"], row["name"], normal(row["name"])


def _copy(cursor: Any, table: str, rows: Iterator[tuple[str, ...]], options: str = "") -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cursor.copy_expert(f"COPY {table} FROM STDIN WITH (FORMAT csv{options})", buffer)


@transaction.atomic
def load_regions() -> int:
    """Bring the table to the shipped state; codes that are gone are kept, inactive. Returns the rows read."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.region_staging, pg_temp.alias_staging")
        cursor.execute(
            "CREATE TEMP TABLE region_staging (code varchar, name varchar, search_name varchar, level varchar,"
            " parent_code varchar) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMP TABLE alias_staging (code varchar, name varchar, search_name varchar) ON COMMIT DROP"
        )
        _copy(cursor.cursor, "region_staging", _rows(), ", FORCE_NOT_NULL (parent_code)")
        _copy(cursor.cursor, "alias_staging", _aliases())
        cursor.execute(MERGE)
        cursor.execute(RETIRE)
        cursor.execute(ALIASES)
        cursor.execute("SELECT count(*) FROM region_staging")
        return int(cursor.fetchone()[0])
