"""The papers of made-up applications: small drawings that say that they are made up. Nobody's card, nobody's shop."""

import hashlib
import io
import uuid
from datetime import datetime
from random import Random
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from foundation.common.bulk import copy_rows, take_ids
from foundation.files.actions.uploads import FOLDER
from foundation.files.enums import FileKind
from foundation.regions.models import Office
from revolving_funds.actions.documents import PURPOSE
from revolving_funds.enums import ApplicationStatus, DocumentKind
from revolving_funds.models import Application

SIZE: Final = (640, 400)
PAPERS: Final = {
    DocumentKind.KTP: ("ktp-contoh.jpg", "#cfe3f5", "CONTOH", "Gambar untuk demo, bukan KTP siapa pun"),
    DocumentKind.PLACE: ("usaha-contoh.jpg", "#f3e3c3", "CONTOH", "Gambar untuk demo, bukan usaha sungguhan"),
}
FILE = "id uid created_at updated_at purpose name kind size sha256 path stored_by_id stored_at used_at removed_at region_code"
DOCUMENT = "uid created_at updated_at application_id kind file_id"


def seed_papers(*, office: Office, rng: Random, now: datetime) -> int:
    """Give each application of `office` that was sent, and has no papers, the ones that it needs. Returns how many files."""
    rows = (
        Application.objects.inside(office.region_id)
        .exclude(status=ApplicationStatus.DRAFT)
        .filter(documents=None)
        .order_by("pk")
        .values_list("pk", "submitted_at", "applied_by", "village_id")
    )
    wanted = [(kind, *row) for row in rows for kind in PAPERS]
    ids = take_ids("files_storedfile", len(wanted))
    drawn = {kind: drawing(*PAPERS[kind][1:]) for kind in PAPERS}
    digests = {kind: hashlib.sha256(content).hexdigest() for kind, content in drawn.items()}
    files: list[tuple[Any, ...]] = []
    documents: list[tuple[Any, ...]] = []
    for kind, application, sent, by, village in wanted:
        key, at, pk = uuid.UUID(int=rng.getrandbits(128), version=4).hex, sent or now, next(ids)
        path = default_storage.save(f"{FOLDER}/{key[:2]}/{key}", ContentFile(drawn[kind]))
        what = (PURPOSE, PAPERS[kind][0], FileKind.PHOTO.value, len(drawn[kind]), digests[kind], path)
        files.append((pk, uuid.uuid4(), at, at, *what, by, at, at, None, village))
        documents.append((uuid.uuid4(), at, at, application, kind.value, pk))
    copy_rows("files_storedfile", FILE, files)
    copy_rows("revolving_funds_applicationdocument", DOCUMENT, documents)
    return len(files)


def drawing(colour: str, title: str, line: str) -> bytes:
    """A JPEG of a few kilobytes with two lines of text in a frame."""
    canvas = Image.new("RGB", SIZE, colour)
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((16, 16, SIZE[0] - 17, SIZE[1] - 17), outline="#20325c", width=4)
    pen.text((48, 130), title, fill="#8a1f1f", font=ImageFont.load_default(size=72))
    pen.text((48, 240), line, fill="#20325c", font=ImageFont.load_default(size=24))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=60, optimize=True)
    return out.getvalue()
