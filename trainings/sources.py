"""A list of people that a source sends (a council member, an agency, a village meeting): whom of ours it names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.common.crypto import keyed_hash
from foundation.common.phone import parse_mobile
from members.importing import cells
from members.importing.run import read_sheet
from members.models import Person

MOST = 2000


@dataclass(frozen=True)
class Named:
    """A line of the list: its number, and the owner it names (None = nobody of ours)."""

    line: int
    person: Person | None


def read(path: Path) -> list[Named]:
    """Who stands in the list: by NIK first, else by phone. Raises what reading a spreadsheet raises."""
    headings, lines = read_sheet(path)
    wanted = [
        (number, _cell(line, headings, "nik", cells.nik), _cell(line, headings, "phone", _phone))
        for number, line in lines[:MOST]
    ]
    hashes = {nik: keyed_hash(nik) for _number, nik, _phone in wanted if nik}
    by_nik = {row.nik_hash: row for row in Person.objects.filter(nik_hash__in=hashes.values())}
    phones = [phone for _number, _nik, phone in wanted if phone]
    by_phone: dict[str, Person] = {}
    for row in Person.objects.filter(phone__in=phones).order_by("-pk"):
        by_phone[row.phone] = row
    for row in Person.objects.filter(user__phone__in=phones).select_related("user"):
        by_phone[row.user.phone or ""] = row  # type: ignore[union-attr]
    return [Named(number, by_nik.get(hashes.get(nik, "")) or by_phone.get(phone)) for number, nik, phone in wanted]


def _cell(line: list[Any], headings: Any, name: str, reader: Any) -> str:
    at = headings.columns.get(name)
    try:
        return str(reader(line[at]) or "") if at is not None and at < len(line) else ""
    except ValueError:  # a bad cell or number names nobody
        return ""


def _phone(cell: Any) -> str:
    return parse_mobile(cells.phone(cell))
