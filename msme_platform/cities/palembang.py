"""Palembang: the 45,827 businesses of its table, district by district and size by size."""

import csv

from members.enums import Scale
from msme_platform.cities.city import DATA, City
from msme_platform.cities.names import PALEMBANG as PLACE
from msme_platform.cities.population import Cell


def cells() -> list[Cell]:
    with (DATA / "palembang_msme_2022.csv").open(newline="") as lines:
        return [
            Cell(row["region_code"], scale, int(row[scale.value.lower()]))
            for row in csv.DictReader(lines)
            for scale in Scale
        ]


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
)
