"""The job that makes somebody's copy: one JSON of everything, the files, and a page that explains it."""

import json
import zipfile
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.jobs import kinds
from foundation.jobs.runs import Run
from members.actions import copies
from members.models import DataCopy
from members.privacy import registry

FOLDER = "copies"


def everything(subject: registry.Subject) -> dict[str, Any]:
    """Every part with its tables, in words of the reader's language."""
    return {
        part.name: {
            "title": str(part.title),
            "tables": {
                table.model.rpartition(".")[2]: {"title": str(table.title), "rows": table.content(subject)}
                for table in part.tables
            },
        }
        for part in registry.parts()
    }


def write(copy: DataCopy, path: Any) -> int:
    """Write the ZIP; returns how many files besides the JSON are in it."""
    subject, count = registry.Subject.of(copy.person), 0
    with override(copy.asked_by.language), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        content = json.dumps(everything(subject), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("data.json", content)
        archive.writestr("BACA-SAYA.txt", _explained())
        for part in registry.parts():
            for file in part.files(subject):
                if file.exists():
                    with default_storage.open(file.path) as source:
                        archive.writestr(f"files/{file.name}", source.read())
                    count += 1
    return count


def _explained() -> str:
    lines = [
        gettext("This is everything that the office keeps about you in Guyub."),
        gettext(
            "data.json has it in a form that other programs can read; the folder files has what was sent as a file."
        ),
        gettext(
            "Who saw or changed your record stands in it, too. Is something wrong? Ask for a correction under My data."
        ),
    ]
    return "\r\n".join(lines) + "\r\n"


def _work(run: Run) -> dict[str, Any]:
    copy = DataCopy.objects.select_related("person", "asked_by").get(uid=run.params["copy"])
    name = f"{FOLDER}/{uuid4()}.zip"
    path = settings.MEDIA_ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    run.progress(0, 1, gettext("Collecting"))
    count = write(copy, path)
    copies.finish(copy=copy, path=name, size=path.stat().st_size, now=clock.now())
    return {"files": count}


EVERYTHING = kinds.register(kinds.Kind("members.everything", _("Copy of my data"), _work))
