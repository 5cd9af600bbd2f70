"""A photo as it is kept: decoded and written anew, so nothing of the sent bytes remains. No EXIF, no place, no tail."""

import io
import warnings
from typing import IO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from foundation.files.errors import BrokenPhoto, HugePhoto

# The formats whose decoders are opened at all; whatever else Pillow could read stays shut.
FORMATS: Final = ("JPEG", "PNG", "WEBP")
# JPEG is decoded at a fraction of its size; the others need memory for every dot.
MOST_DOTS: Final = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
LONG_SIDE: Final = 2000  # a sheet of A4 stays readable: 170 dots an inch
QUALITY: Final = 80


def rewritten(stream: IO[bytes]) -> bytes:
    """The photo in `stream` as a JPEG of ours, upright, at most 2,000 dots long. Raises BrokenPhoto, HugePhoto.

    The dots are counted from the header, before a single one is unpacked.
    """
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we count ourselves, and stricter
            found = Image.open(stream, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise HugePhoto from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BrokenPhoto from error
    width, height = found.size
    if width * height > MOST_DOTS[found.format or "PNG"]:
        raise HugePhoto
    try:
        found.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(found)
        upright.thumbnail((LONG_SIDE, LONG_SIDE))
        return _jpeg(upright)
    except Image.DecompressionBombError as error:
        raise HugePhoto from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, MemoryError) as error:
        raise BrokenPhoto from error


def _jpeg(picture: Image.Image) -> bytes:
    """On white where it was transparent. A fresh canvas carries no metadata of the old one."""
    with_alpha = picture.convert("RGBA") if picture.has_transparency_data else None
    canvas = Image.new("RGB", picture.size, "white")
    if with_alpha:
        canvas.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        canvas.paste(picture.convert("RGB"))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
