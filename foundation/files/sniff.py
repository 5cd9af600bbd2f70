"""What a file is, by its bytes. The name and the type that the browser tells are nobody's proof.

An allow-list of four kinds needs no catalogue of a thousand: pictures are recognised by the library that decodes them
(foundation.files.pictures), the others by the marks that their formats demand.
"""

import zipfile
from typing import IO, Final

from foundation.files.enums import FileKind
from foundation.files.errors import BombFile, BrokenPdf

HEAD: Final = 4096
PDF_TAIL: Final = 2048  # readers look for the end mark in the last kilobyte; scanners append a little
UNPACKED_LIMIT: Final = 300_000_000
UNPACKED_RATIO: Final = 200  # honest sheets pack 10 to 40 times
# Pictures of our list, so that a broken one is told from something else altogether.
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def kind_of(stream: IO[bytes]) -> FileKind | None:
    """The kind of a seekable stream; None for what is on no list (HTML, SVG, scripts, archives, GIF, ...).

    Raises BrokenPdf and BombFile for what is of a kind but must not be kept.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return FileKind.PHOTO
    if head.startswith(b"%PDF-"):
        _whole_pdf(stream)
        return FileKind.PDF
    if head.startswith(b"PK\x03\x04"):
        return FileKind.XLSX if _is_spreadsheet(stream) else None
    return FileKind.TEXT if _is_table(head) else None


def _whole_pdf(stream: IO[bytes]) -> None:
    end = stream.seek(0, 2)
    stream.seek(max(0, end - PDF_TAIL))
    if b"%%EOF" not in stream.read():
        raise BrokenPdf


def _is_spreadsheet(stream: IO[bytes]) -> bool:
    """An XLSX whose parts, as its own list tells them, unpack into a bearable size."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    names = {part.filename for part in listed}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        return False
    unpacked = sum(part.file_size for part in listed)
    packed = sum(part.compress_size for part in listed)
    if unpacked > UNPACKED_LIMIT or unpacked > UNPACKED_RATIO * max(packed, 100_000):
        raise BombFile
    return True


def _is_table(head: bytes) -> bool:
    """Lines of text with a separator; no markup, no script, no binary."""
    if not head or (b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return False
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1", errors="replace")
    start = text.lstrip("\ufeff\u00ef\u00bb\u00bf \t\r\n").lower()
    if start.startswith(("<", "#!", "{", "@echo", "function ", "import ")) or "<script" in start or "<svg" in start:
        return False
    return any(mark in start for mark in ",;\t|")
