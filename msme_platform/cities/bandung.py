"""Bandung Regency: 31 assistants, 40,000 owners served, 12,590 loans, 2,000 training places a year."""

import csv
from functools import cache

from foundation.regions.models import Region
from members.enums import Scale
from msme_platform.cities.city import DATA, City, Seeding
from msme_platform.cities.life import live
from msme_platform.cities.names import BANDUNG as PLACE
from msme_platform.cities.population import Cell
from revolving_funds.actions.seeding import BankShare
from revolving_funds.enums import BankKind

CODE = "32.04"
# No count by size is published for the regency; nearly all whom the programme serves are micro.
SIZES = {Scale.MICRO: 0.962, Scale.SMALL: 0.034, Scale.MEDIUM: 0.004}


@cache
def facts() -> dict[str, int]:
    """The published figures, by key."""
    with (DATA / "bandung_facts.csv").open(newline="") as lines:
        return {row["key"]: int(row["value"]) for row in csv.DictReader(lines) if row["value"].isdigit()}


def cells() -> list[Cell]:
    """The owners served, spread over the districts by their number of villages."""
    total = facts()["empowered.cumulative"]
    villages = Region.objects.filter(code__startswith=f"{CODE}.", level=Region.Level.VILLAGE, is_active=True)
    districts = [code[:8] for code in villages.order_by("code").values_list("code", flat=True)]
    found = [
        Cell(district, scale, round(total * share * districts.count(district) / len(districts)))
        for district in sorted(set(districts))
        for scale, share in SIZES.items()
    ]
    missing = total - sum(cell.count for cell in found)
    first = found[0]
    return [Cell(first.district, first.scale, first.count + missing), *found[1:]]


TOPICS = 120


def life(run: Seeding) -> list[str]:
    """The fund of both banks and the training places of the year, as the figures say."""
    banks = [
        BankShare("bjb", "bank bjb", BankKind.COMMERCIAL, run.sized(facts()["fund.recipients_bjb"])),
        BankShare(
            "bpr-kr", "BPR Kerta Raharja", BankKind.RURAL, run.sized(facts()["fund.recipients_bpr_kerta_raharja"])
        ),
    ]
    return live(run, places=run.sized(facts()["training.participants_per_year"]), banks=banks, topics=TOPICS)


CITY = City(
    key="bandung",
    code=CODE,
    office={
        "name": "Dinas Koperasi dan UKM Kabupaten Bandung",
        "short_name": "Dinas Koperasi Kab. Bandung",
        "address": "Soreang, Kabupaten Bandung, Jawa Barat",
        "whatsapp": "+6281200003204",
    },
    place=PLACE,
    cells=cells,
    first_phone=50_000,
    life=life,
)
