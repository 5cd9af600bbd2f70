"""A list of people that a source sends (a council member, an agency, a village meeting): whom of ours it names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError
from foundation.common.phone import BadPhone, parse_mobile
from members.importing import cells
from members.importing.run import read_sheet
from members.models import Person

MOST = 2000
KEPT_AS = "daftar"  # beside the job that works on it


class ListTooLong(ActionError):
    message = _("This list has %(n)s lines, and at most %(most)s are taken at once. Please send it in parts.")


@dataclass(frozen=True)
class Named:
    """A line of the list, and the owner it names; nobody of ours: None, with what is wrong with its numbers, if anything."""

    line: int
    person: Person | None
    fault: str = ""


def written(path: Path) -> dict[int, str]:
    """The names as they stand in the list, by line."""
    headings, lines = read_sheet(path)
    return {number: _cell(line, headings, "full_name", cells.text)[0] for number, line in lines}


def read(path: Path) -> list[Named]:
    """Who stands in the list: by NIK first, else by phone. Raises ListTooLong, and what reading a spreadsheet raises."""
    headings, lines = read_sheet(path)
    if len(lines) > MOST:
        raise ListTooLong(ListTooLong.message % {"n": len(lines), "most": MOST})
    wanted = [
        (number, _cell(line, headings, "nik", cells.nik), _cell(line, headings, "phone", _phone))
        for number, line in lines
    ]
    hashes = {nik: keyed_hash(nik) for _number, (nik, _fault), _phone in wanted if nik}
    by_nik = {row.nik_hash: row for row in Person.objects.filter(nik_hash__in=hashes.values())}
    phones = [phone for _number, _nik, (phone, _fault) in wanted if phone]
    by_phone: dict[str, Person] = {}
    for row in Person.objects.filter(phone__in=phones).order_by("-pk"):
        by_phone[row.phone] = row
    for row in Person.objects.filter(user__phone__in=phones).select_related("user"):
        by_phone[row.user.phone or ""] = row  # type: ignore[union-attr]
    found = []
    for number, (nik, bad_nik), (phone, bad_phone) in wanted:
        person = by_nik.get(hashes.get(nik, "")) or by_phone.get(phone)
        fault = (
            bad_nik or bad_phone or ("" if nik or phone else str(_("Neither a NIK nor a telephone number is here.")))
        )
        found.append(Named(number, person, "" if person else fault))
    return found


def _cell(line: list[Any], headings: Any, name: str, reader: Any) -> tuple[str, str]:
    """What stands there, and what is wrong with it; a bad cell names nobody."""
    at = headings.columns.get(name)
    try:
        return (str(reader(line[at]) or "") if at is not None and at < len(line) else ""), ""
    except ValueError as error:
        return "", str(error)


def _phone(cell: Any) -> str:
    text = cells.phone(cell)
    try:
        return parse_mobile(text) if text else ""
    except BadPhone as error:
        raise cells.BadCell(_("The telephone number cannot be read. Please type it as 0812 3456 7890.")) from error
