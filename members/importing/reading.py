"""Spreadsheets, read by a process of its own (members.importing.reader) under limits of memory and time.

A hostile or broken file can take gigabytes or hours of the one that opens it: here it ends the reader, and the person
gets one sentence.
"""

import contextlib
import marshal
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError

READER: Final = Path(__file__).with_name("reader.py")
MEGABYTES: Final = 1_500  # of addresses: 458,270 rows by 12 columns take about a third
SECONDS: Final = 120
MOST_BYTES: Final = 80_000_000  # an upload is smaller anyway (UPLOAD_MAX_BYTES); this is for the command

Line = list[Any]


class UnreadableFile(ActionError):
    message = _("This file cannot be read as a spreadsheet. Please save it as XLSX or CSV and choose it once more.")


class FileTooLarge(ActionError):
    message = _(
        "This sheet takes more room than can be read. Often a few stray cells far below or to the right of the table are "
        "the cause: delete the empty rows and columns around it, or copy the table into a new sheet, and save it again."
    )


SENTENCES: Final[dict[str, Any]] = {
    "password": _("This file is protected by a password. Please save it without one."),
    "picture": _(
        "This is a picture. A table that was photographed cannot be read: please send the spreadsheet itself."
    ),
    "pdf": _("This is a PDF. Please send the spreadsheet from which it was made, as XLSX or CSV."),
    "slow": _("Reading this file takes too long. Please split it into several files."),
}


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was looked at: its first lines, and which cells are merged there ((top, left), (bottom, right))."""

    name: str
    hidden: bool
    lines: list[Line]
    merged: list[Any] = field(default_factory=list)
    height: int | None = None


def look(path: Path) -> list[Sheet]:
    """The sheets of a file. Raises UnreadableFile or FileTooLarge."""
    with contextlib.closing(_frames(path, "look")) as frames:
        for found in frames:
            return [Sheet(**sheet) for sheet in found]
    raise UnreadableFile


def lines(path: Path, sheet: str) -> Iterator[Line]:
    """Every line of one sheet, from its first on, a few hundred in memory at a time. Raises as look does."""
    yield from _lines(path, "rows", sheet)


def cells(path: Path) -> Iterator[Line]:
    """Every line of the first sheet of a workbook, with days as (year, month, day). Raises as look does."""
    yield from _lines(path, "cells")


def _lines(path: Path, *what: str) -> Iterator[Line]:
    with contextlib.closing(_frames(path, *what)) as frames:
        for batch in frames:
            if not batch:
                return
            yield from batch
    raise UnreadableFile


def _frames(path: Path, *what: str) -> Generator[Any, None, None]:
    """What the reader sends. It is ended with the generator, by its own limit of computing time, and where it is silent."""
    if path.stat().st_size > MOST_BYTES:
        raise FileTooLarge
    command = [sys.executable, "-I", str(READER), str(MEGABYTES), str(SECONDS), what[0], str(path), *what[1:]]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        try:
            while (frame := _in_time(run)) is not None:
                if isinstance(frame, tuple):
                    raise _refusal(str(frame[1]))
                yield frame
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(1)  # it has said all it will: how it ended tells why
        finally:
            run.kill()
    if run.returncode == -signal.SIGXCPU:
        raise _refusal("slow")
    if run.returncode:
        raise FileTooLarge


def _in_time(run: "subprocess.Popen[bytes]") -> Any:
    """The next frame; only the waiting for it counts, not what is done with the one before. None at the end."""
    late = threading.Event()

    def out_of_time() -> None:
        late.set()
        run.kill()

    clock = threading.Timer(SECONDS, out_of_time)
    clock.daemon = True
    clock.start()
    try:
        frame = _frame(run.stdout)
    finally:
        clock.cancel()
    if late.is_set():
        raise _refusal("slow")
    return frame


def _frame(stream: Any) -> Any:
    head = stream.read(4)
    if len(head) < 4:  # noqa: PLR2004 -- the length of a length
        return None
    (length,) = struct.unpack(">I", head)
    body = stream.read(length)
    return marshal.loads(body) if len(body) == length else None  # noqa: S302 -- from our own program


def _refusal(reason: str) -> ActionError:
    if reason == "swells":
        return FileTooLarge()
    return UnreadableFile(SENTENCES.get(reason, ""))
