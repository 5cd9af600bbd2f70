"""Files as phones and scanners send them, and a purpose that belongs to no app."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from foundation.files import purposes
from foundation.files.enums import FileKind

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
READERS: set[int] = set()  # accounts that the test purpose lets read
OWNERS: set[int] = set()

PAPER = purposes.register(
    purposes.Purpose(
        name="test_paper",
        title="a paper",
        may_read=lambda user, _file: user.pk in READERS | OWNERS,
        is_own=lambda user, _file: user.pk in OWNERS,
        max_bytes=2_000_000,
    )
)
SHEET = purposes.register(
    purposes.Purpose(
        name="test_sheet",
        title="a sheet",
        may_read=lambda _user, _file: False,
        is_own=lambda _user, _file: False,
        kinds=frozenset({FileKind.XLSX, FileKind.TEXT}),
    )
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", size, "#2a4596").save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A photo that tells where and with what it was taken, turned by 90 degrees."""
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "Ponsel Rahasia"
    exif[0x8825] = {1: "S", 2: (2.0, 58.0, 33.0), 3: "E", 4: (104.0, 44.0, 50.0)}
    return picture(exif=exif)


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A few bytes that say they are 900 million dots."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 100_000))
        + chunk(b"IEND", b"")
    )


def upload(content: bytes, name: str = "izin.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    """As the browser sends it; name and type are whatever it likes."""
    return SimpleUploadedFile(name, content, content_type)
