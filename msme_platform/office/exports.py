"""Every list of the office as a file: what its filters show, in the columns of the list.

Up to DIRECT rows at once, more as a job. The job asks for rights and rows again when it runs, so whoever lost a role
meanwhile gets what she may still see. Identity numbers leave masked, as the list shows them. Each one is written down.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import _get_non_gfk_field  # type: ignore[attr-defined]
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, PermissionDenied
from django.core.files.base import File
from django.db.models import ForeignKey, ManyToManyField, prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.audit import log
from foundation.common import cells, clock
from foundation.common.downloads import CONTENT_TYPES, Format, value, write
from foundation.common.errors import ActionError
from foundation.common.http import writing
from foundation.common.lists import OfficeChangeList
from foundation.jobs import kinds
from foundation.jobs.actions import jobs
from foundation.jobs.kinds import Kind
from foundation.jobs.runs import Run
from members.actions import looks
from msme_platform.office.looking import owners

DIRECT: Final = 5_000
BATCH: Final = 1_000
# Whose lists leave only with a permission of their own; others with the one to see them.
PERMISSIONS: Final = {"members": "members.export_members"}
# Lists that leave without those who asked to limit the use of their data; loans, enrolments and the like are kept by law
# or are her own affairs, and stay whole.
LIMITABLE: Final = {"members.person": "", "members.business": "owner__", "members.licence": "business__owner__"}


class NotAllowed(ActionError):
    message = gettext_lazy("You may no longer see this list. Please ask who gives out the roles of your office.")


def may_export(request: HttpRequest, model_admin: Any) -> bool:
    """Whether this person may take the list along."""
    more = PERMISSIONS.get(model_admin.opts.app_label)
    return bool(model_admin.has_view_permission(request) and (more is None or request.user.has_perm(more)))


def admin_of(app: str, model: str) -> Any:
    """The list of that name. 404 where there is none."""
    for known, model_admin in admin.site._registry.items():  # noqa: SLF001 -- Django keeps no public list
        if (known._meta.app_label, known._meta.model_name) == (app, model):
            return model_admin
    raise Http404


@writing
def export(request: HttpRequest, app: str, model: str) -> HttpResponseBase:
    """The list as a file, or a job that makes it. The filters stand in the address, as in the list's own."""
    model_admin = admin_of(app, model)
    if not may_export(request, model_admin):
        raise PermissionDenied
    asked = request.POST.get("format", "")
    form = Format(asked) if asked in set(Format) else Format.XLSX
    found = _list(request, model_admin)
    by: Any = request.user
    office = getattr(request, "office", None)
    if len(found.queryset.order_by().values_list("pk", flat=True)[: DIRECT + 1]) <= DIRECT:
        return _at_once(request, model_admin, found, form)
    job = jobs.start(
        EXPORT.name,
        by=by,
        office=office,
        params={"app": app, "model": model, "query": request.GET.urlencode(), "form": form.value},
        now=clock.now(),
        label=str(capfirst(model_admin.opts.verbose_name_plural)),
    )
    return HttpResponseRedirect(job.url)


def _at_once(request: HttpRequest, model_admin: Any, found: OfficeChangeList, form: Format) -> HttpResponseBase:
    by: Any = request.user
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{form}"
        count = _write(path, request, model_admin, found, form=form)
        stream = path.open("rb")  # stays open when the folder goes
    about = getattr(request, "office", None) or by
    note_people(model_admin, found, by=by, now=clock.now())
    log.record("list.exported", about, by=by, now=clock.now(), **_told(model_admin, found, form, count))
    answer = FileResponse(
        File(stream), as_attachment=True, filename=name_of(model_admin, form), content_type=CONTENT_TYPES[form]
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def name_of(model_admin: Any, form: Format) -> str:
    """`pelaku-usaha-2026-11-21.xlsx`"""
    return f"{slugify(str(model_admin.opts.verbose_name_plural))}-{clock.today()}.{form}"


def _told(model_admin: Any, found: OfficeChangeList, form: Format, count: int) -> dict[str, Any]:
    """What the audit trail keeps: which list, by which filters, how much. A search may be a name: it stays out."""
    filters = sorted(name for name in found.filter_params if name != "q")
    return {"list": model_admin.opts.label_lower, "filters": filters, "format": form.value, "rows": count}


def _list(request: HttpRequest, model_admin: Any) -> OfficeChangeList:
    """The list as the address filters it."""
    found: OfficeChangeList = model_admin.get_changelist_instance(request)
    whose = LIMITABLE.get(model_admin.opts.label_lower)
    if whose is not None:
        found.queryset = found.queryset.filter(**{f"{whose}limited_at__isnull": True})
    return found


def note_people(model_admin: Any, found: OfficeChangeList, *, by: Any, now: datetime) -> None:
    """Everybody who stands in the list reads that it was taken along."""
    rows = found.queryset.select_related(None).prefetch_related(None).order_by()
    for way in owners(model_admin.model):
        looks.note_export(people=rows.values(way), of=model_admin.opts.label_lower, by=by, now=now)


def _columns(model_admin: Any, request: HttpRequest) -> list[Any]:
    """Those of the list, and what the list has no room for."""
    shown = [name for name in model_admin.get_list_display(request) if name != "action_checkbox"]
    return [*shown, *(name for name in getattr(model_admin, "export_fields", ()) if name not in shown)]


def _write(
    path: Path,
    request: HttpRequest,
    model_admin: Any,
    found: OfficeChangeList,
    *,
    form: Format,
    told: Callable[[int, int], None] | None = None,
) -> int:
    names = _columns(model_admin, request)
    heads = [cells.label(model_admin.model, model_admin, name) for name in names]
    readers = [_reader(model_admin, name) for name in names]
    fields = model_admin.opts.concrete_fields
    pointers = [field.name for field in fields if isinstance(field, ForeignKey) and field.name in names]

    def rows() -> Iterator[list[Any]]:
        keys = list(found.queryset.select_related(None).prefetch_related(None).values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            if told:
                told(start, len(keys))
            chunk = found.rows_of(keys[start : start + BATCH])
            prefetch_related_objects(chunk, *pointers)
            for row in chunk:
                yield [read(row) for read in readers]

    return write(path, form, heads, rows())


def _reader(model_admin: Any, name: Any) -> Callable[[Any], Any]:
    """How the value of a column is read: a field as what it is, anything else as the list writes it."""
    try:
        field = _get_non_gfk_field(model_admin.model._meta, name) if isinstance(name, str) else None
    except FieldDoesNotExist:
        field = None
    plain = field is not None and not field.auto_created
    if field is not None and plain and not isinstance(field, ForeignKey | ManyToManyField) and not field.flatchoices:
        attribute = field.name
        return lambda row: value(getattr(row, attribute))
    written = cells.writer(model_admin.model, model_admin, name)
    made = None if plain or not isinstance(name, str) else getattr(model_admin, name, None)

    def read(row: Any) -> Any:
        try:
            return value((made or written)(row))
        except ObjectDoesNotExist:
            return None

    return read


# As a job


def _work(run: Run) -> dict[str, Any]:
    """The same list for the same person, with the rights of now."""
    by = run.job.by
    model_admin = admin_of(run.params["app"], run.params["model"])
    request = HttpRequest()
    request.method, request.GET = "GET", QueryDict(run.params["query"])
    request.user = by  # type: ignore[assignment]  # an export is always somebody's
    request._messages = _NoMessages()  # type: ignore[attr-defined]  # noqa: SLF001 -- a list may have a word to say
    if by is None or not by.is_active or not may_export(request, model_admin):
        raise NotAllowed
    form = Format(run.params["form"])
    found = _list(request, model_admin)
    path = run.file(name_of(model_admin, form))
    note = _("Writing the rows")
    count = _write(
        path, request, model_admin, found, form=form, told=lambda done, total: run.progress(done, total, note)
    )
    note_people(model_admin, found, by=by, now=run.now)
    log.record("list.exported", run.job, by=by, now=run.now, **_told(model_admin, found, form, count))
    return {"rows": count}


class _NoMessages:
    """Nobody is there to read a list's messages."""

    def add(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing."""


EXPORT: Final = kinds.register(
    Kind(
        "office.export",
        gettext_lazy("Download of a list"),
        _work,
        facts=lambda job: [(_("Rows"), job.facts.get("rows", 0))],
    )
)


def links(request: HttpRequest, found: OfficeChangeList) -> str:
    """Where the list's download is posted to, with its filters; '' for who may not."""
    opts = found.opts
    if not may_export(request, found.model_admin):
        return ""
    return f"{reverse('admin:export', args=[opts.app_label, opts.model_name])}{found.get_query_string()}"
