"""The program that opens a spreadsheet: a process of its own, under limits, that knows nothing of the house.

    python -I reader.py MEGABYTES SECONDS look FILE            -> one frame: the sheets, and the first lines of each
    python -I reader.py MEGABYTES SECONDS rows FILE SHEET      -> frames of lines; the last one is empty
    python -I reader.py MEGABYTES SECONDS cells FILE           -> the same of the first sheet of a workbook, days as (year, month, day)

A frame is its length in four bytes and a marshalled value. Cells are text, whole or broken numbers, or truth values;
dates come as `17-08-1980`. A file that cannot be read ends with a frame that names the reason: (`refused`, reason).
A file that swells beyond the memory ends the process instead; the caller sees that (members.importing.reading).
"""

import csv
import datetime as dt
import io
import itertools
import marshal
import resource
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

BATCH: Final = 500
LOOK_AT: Final = 40
WIDEST: Final = 400
TEXT_SHEET: Final = "CSV"
OLE: Final = b"\xd0\xcf\x11\xe0"
ZIP: Final = b"PK\x03\x04"


class RefusedError(Exception):
    """The file cannot be read; the one argument is the reason."""


def limit(megabytes: int, seconds: int) -> None:
    """What this process may take, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(
        resource.RLIMIT_CPU, (seconds, seconds + 1)
    )  # the first limit says SIGXCPU, the second only kills
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(value: Any) -> None:
    """One frame to the caller."""
    body = marshal.dumps(value)
    sys.stdout.buffer.write(struct.pack(">I", len(body)))
    sys.stdout.buffer.write(body)


# Text tables


def decoded(raw: bytes) -> str:
    """Text by its mark, else UTF-8, else what old Windows programs write."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if raw[1:2] == b"\x00" and raw[3:4] == b"\x00":
        return raw.decode("utf-16-le", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def separator(text: str) -> str:
    """The mark that divides most evenly: the one found most often in the first lines, outside of quotes."""
    first = text.splitlines()[:LOOK_AT]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == len("sep=;"):
        return first[0][-1]
    bare = ["".join(part for at, part in enumerate(line.split('"')) if at % 2 == 0) for line in first]
    counts = {mark: sorted(line.count(mark) for line in bare if line.strip()) for mark in ";\t,|"}
    return max(
        counts, key=lambda mark: (counts[mark][len(counts[mark]) // 2] if counts[mark] else 0, sum(counts[mark]))
    )


def text_lines(path: Path) -> Iterator[list[Any]]:
    """The lines of a CSV; `="320405"` is what exports write to keep a number a text."""
    text = decoded(path.read_bytes())
    if "\x00" in text[:10_000]:
        raise RefusedError("broken")
    mark = separator(text)
    csv.field_size_limit(100_000)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            if len(line) == 1 and line[0].lower() == f"sep={mark}":
                continue
            yield [cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell for cell in line]
    except csv.Error as error:
        raise RefusedError("broken") from error


# Workbooks


def workbook(path: Path) -> Any:
    from python_calamine import CalamineError, PasswordError, load_workbook  # noqa: PLC0415 -- under the limit

    try:
        return load_workbook(str(path))
    except PasswordError as error:
        raise RefusedError("password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise RefusedError("broken") from error


def plain(cell: Any) -> Any:
    """A cell as something that can be handed over."""
    if isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, dt.date):  # a moment is one too
        return f"{cell.day:02d}-{cell.month:02d}-{cell.year}"
    return "" if cell is None else str(cell)


def dated(cell: Any) -> Any:
    """As `plain`, but a day stays one: who knows the layout of a file asks nobody how its dates are written."""
    return (cell.year, cell.month, cell.day) if isinstance(cell, dt.date) else plain(cell)


def sheet_lines(sheet: Any, show: Callable[[Any], Any] = plain) -> Iterator[list[Any]]:
    """Every line of a sheet from the first line and the first column on, blank ones too, so that numbers fit."""
    top, left = sheet.start or (0, 0)
    pad: list[Any] = [""] * left
    yield from ([] for _line in range(top))
    for line in sheet.iter_rows():
        yield pad + [cell if type(cell) in KEPT else show(cell) for cell in line]


KEPT: Final = frozenset({str, int, float, bool})


def is_text(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        raise RefusedError("picture")
    if head.startswith(b"%PDF"):
        raise RefusedError("pdf")
    return not head.startswith((OLE, ZIP))


def open_sheet(book: Any, name: str) -> Any:
    from python_calamine import CalamineError, WorksheetNotFound  # noqa: PLC0415 -- as above

    try:
        return book.get_sheet_by_name(name)
    except (CalamineError, WorksheetNotFound) as error:
        raise RefusedError("broken") from error


def look(path: Path) -> list[dict[str, Any]]:
    """The sheets with their first lines and the cells that are merged there."""
    if is_text(path):
        lines = list(itertools.islice(text_lines(path), LOOK_AT))
        return [{"name": TEXT_SHEET, "hidden": False, "lines": narrow(lines), "merged": [], "height": None}]
    book, found = workbook(path), []
    for meta in book.sheets_metadata:
        if "WorkSheet" not in str(meta.typ):
            continue
        sheet = open_sheet(book, meta.name)
        lines = list(itertools.islice(sheet_lines(sheet), LOOK_AT))
        merged = [span for span in (sheet.merged_cell_ranges or []) if span[0][0] < LOOK_AT]
        hidden = not str(meta.visible).endswith(".Visible")
        height = (sheet.start or (0, 0))[0] + sheet.height
        found.append(
            {"name": meta.name, "hidden": hidden, "lines": narrow(lines), "merged": merged[:200], "height": height}
        )
    return found


def narrow(lines: Iterable[list[Any]]) -> list[list[Any]]:
    return [[cell[:200] if isinstance(cell, str) else cell for cell in line[:WIDEST]] for line in lines]


def rows(path: Path, name: str) -> None:
    """All lines of one sheet, in frames."""
    in_frames(text_lines(path) if is_text(path) else sheet_lines(open_sheet(workbook(path), name)))


def cells(path: Path) -> None:
    """All lines of a workbook's first sheet, in frames."""
    if is_text(path):
        raise RefusedError("broken")
    book = workbook(path)
    in_frames(sheet_lines(open_sheet(book, book.sheet_names[0]), dated))


def in_frames(lines: Iterator[list[Any]]) -> None:
    while batch := list(itertools.islice(lines, BATCH)):
        send([line[:WIDEST] for line in batch])
    send([])


def main(arguments: list[str]) -> int:
    megabytes, seconds, what, file, *more = arguments
    limit(int(megabytes), int(seconds))
    try:
        if what == "look":
            send(look(Path(file)))
        elif what == "cells":
            cells(Path(file))
        else:
            rows(Path(file), more[0])
    except RefusedError as refusal:
        send(("refused", str(refusal)))
    except MemoryError:
        send(("refused", "swells"))
    except BrokenPipeError:
        return 1
    except BaseException as error:  # noqa: BLE001 -- the parser's own panics are no Exception
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        send(("refused", "broken"))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
