"""Reference rows that come with the app: size classes by law, lines of business. Used by a migration and by tests."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

KBLI_FILE = Path(__file__).resolve().parent / "data" / "kbli.csv"
NEW_LAW = date(2021, 2, 2)
OLD_LAW = date(2008, 7, 4)
MILLION, BILLION = 10**6, 10**9

# scale, capital, annual sales (whole rupiah, inclusive), from, until (exclusive), law
SCALE_RULES = (
    ("MICRO", 50 * MILLION, 300 * MILLION, OLD_LAW, NEW_LAW, "UU 20/2008 pasal 6"),
    ("SMALL", 500 * MILLION, 2_500 * MILLION, OLD_LAW, NEW_LAW, "UU 20/2008 pasal 6"),
    ("MEDIUM", 10 * BILLION, 50 * BILLION, OLD_LAW, NEW_LAW, "UU 20/2008 pasal 6"),
    ("MICRO", BILLION, 2 * BILLION, NEW_LAW, None, "PP 7/2021 pasal 35"),
    ("SMALL", 5 * BILLION, 15 * BILLION, NEW_LAW, None, "PP 7/2021 pasal 35"),
    ("MEDIUM", 10 * BILLION, 50 * BILLION, NEW_LAW, None, "PP 7/2021 pasal 35"),
)


def load(*, kbli: Any, scale_rule: Any) -> None:
    """Put the shipped rows in place; safe to run again. Takes the models, so that a migration can pass its own."""
    for scale, capital, sales, start, end, law in SCALE_RULES:
        scale_rule.objects.get_or_create(
            scale=scale,
            valid_from=start,
            defaults={"capital_max": capital, "sales_max": sales, "valid_to": end, "legal_basis": law},
        )
    with KBLI_FILE.open(newline="", encoding="utf-8") as lines:
        rows = [
            kbli(
                edition=int(row["edition"]),
                code=row["code"],
                title=row["title"],
                words=row["words"],
                is_confirmed=row["confirmed"] == "1",
            )
            for row in csv.DictReader(lines)
        ]
    kbli.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["edition", "code"], update_fields=["title", "words", "is_confirmed"]
    )


# stage, way, deed, how often, within months: where an office has no lines of its own
STAGE_RULES = (
    ("CAPACITY", 1, "TRAINING_DONE", 1, None),
    ("CAPACITY", 2, "LOAN_TAKEN", 1, None),
    ("ENRICHMENT", 1, "TRAINING_DONE", 2, 24),
    ("ENRICHMENT", 1, "LICENCE_HELD", 1, None),
    ("ENRICHMENT", 2, "LOAN_PAID", 1, None),
    ("ENRICHMENT", 2, "CHECKIN_ANSWERED", 1, None),
    ("ENRICHMENT", 3, "TRAINING_DONE", 1, None),
    ("ENRICHMENT", 3, "STEP_DONE", 2, 24),
)


def load_stage_rules(stage_rule: Any) -> None:
    """The lines that hold everywhere, unless an office writes its own; safe to run again."""
    for stage, way, deed, count, months in STAGE_RULES:
        stage_rule.objects.get_or_create(
            region_code="",
            stage=stage,
            way=way,
            deed=deed,
            valid_from=NEW_LAW,
            defaults={"count": count, "within_months": months},
        )
