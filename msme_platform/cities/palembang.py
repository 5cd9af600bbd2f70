"""Palembang: the 45,827 businesses of its table, district by district and size by size."""

import csv
from dataclasses import replace

from members.enums import Scale
from msme_platform.cities.city import DATA, City, Seeding
from msme_platform.cities.life import live
from msme_platform.cities.names import PALEMBANG as PLACE
from msme_platform.cities.population import Cell
from revolving_funds.actions.seeding import BankShare
from revolving_funds.enums import BankKind


def cells() -> list[Cell]:
    with (DATA / "palembang_msme_2022.csv").open(newline="") as lines:
        return [
            Cell(row["region_code"], scale, int(row[scale.value.lower()]))
            for row in csv.DictReader(lines)
            for scale in Scale
        ]


# The study names no loans for Palembang; a small fund lets every face of the demo show something.
BANK = BankShare("bsb", "Bank Sumsel Babel", BankKind.COMMERCIAL, 400)
PLACES, TOPICS = 600, 60


def life(run: Seeding) -> list[str]:
    """A small fund and a few trainings."""
    banks = [replace(BANK, loans=run.sized(BANK.loans))]
    return live(run, places=run.sized(PLACES), banks=banks, topics=TOPICS)


CITY = City(
    key="palembang",
    code="16.71",
    office={
        "name": "Dinas Koperasi dan UKM Kota Palembang",
        "short_name": "Dinas Koperasi Palembang",
        "address": "Kota Palembang, Sumatera Selatan",
        "whatsapp": "+6281200001671",
    },
    place=PLACE,
    cells=cells,
    first_phone=0,
    life=life,
)
