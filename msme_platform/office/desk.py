"""The working desk: queues first, then key figures, then tables and charts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from foundation.common import clock, numbers
from foundation.common.http import reading
from foundation.common.small_cells import SMALLEST
from foundation.regions.models import Office
from msme_platform.office import observers, queues, show
from msme_platform.office.figures import BY_NAME, COUNTS, FIGURES
from msme_platform.office.tables import Figure, Kind, Measured, Row

PERMISSION = "office.view_figures"
CACHE_SECONDS = 60
YEARS = range(2000, 2100)  # figures look years back and months ahead; dates further off have no calendar
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class KeyFigure:
    """One number of the desk; `url` opens the list behind it."""

    label: Any
    value: str
    note: str = ""
    url: str = ""


def measured(figure: Figure, office: Office, as_of: date) -> Measured:
    """The figure, counted at most once a minute for everybody at this office's desks."""
    key = f"office.figure.{figure.name}.{office.region_id}.{as_of}"
    found: tuple[Any, ...] | None = cache.get(key)
    if found is None:
        fresh = figure.run(office=office, as_of=as_of, now=clock.now())
        cache.set(key, (fresh.measured_at, fresh.rows, fresh.total), CACHE_SECONDS)
        return fresh
    measured_at, rows, total = found
    return Measured(figure, office, as_of, measured_at, rows, total)


def openable(found: Measured, request: HttpRequest) -> Measured:
    """The numbers that this person may read, with those links only that she may follow."""
    found = observers.for_eyes_of(request.user, found)
    lists = {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, shown in admin.site._registry.items()  # noqa: SLF001 -- Django keeps no public list
        if shown.has_view_permission(request)
    }

    def kept(row: Row) -> Row:
        return replace(row, links={key: url for key, url in row.links.items() if url.partition("?")[0] in lists})

    return replace(found, rows=[kept(row) for row in found.rows], total=kept(found.total) if found.total else None)


def offices_of(user: Any) -> Iterable[Office]:
    """The offices whose figures this person may see."""
    prefixes = user.region_prefixes(PERMISSION)
    found = Office.objects.order_by("region_id")
    return [office for office in found if any(office.region_id.startswith(prefix) for prefix in prefixes)]


def office_of(request: HttpRequest) -> Office | None:
    """The office asked for, else the person's own, else the first she may see."""
    offices = {office.region_id: office for office in offices_of(request.user)}
    asked = request.GET.get("office", "")
    if asked and asked not in offices:
        raise Http404
    own = getattr(request, "office", None)
    first = next(iter(offices.values()), None)
    return offices.get(asked) or offices.get(own.region_id if own else "") or first


def _count(value: int | None) -> str:
    """A count as it is read; a dash where it is hidden."""
    return show.written(value, Kind.COUNT)


def key_figures(tables: dict[str, Measured]) -> list[KeyFigure]:
    """Five at most, each from the total line of a figure."""
    found = []
    if (sizes := tables.get("district_scale")) and sizes.total:
        note = _("%(n)s districts") % {"n": len(sizes.rows)}
        found.append(
            KeyFigure(_("Businesses"), _count(sizes.total.cells["total"]), note, sizes.total.links.get("total", ""))
        )
    if (plan := tables.get("trainings_plan")) and plan.total:
        cells = plan.total.cells
        note = (
            _("%(share)s of %(n)s places")
            % {
                "share": show.written(cells["share"], Kind.SHARE),
                "n": _count(cells["planned"]),
            }
            if cells["planned"]
            else _("no plan yet")
        )
        found.append(
            KeyFigure(
                _("Training participants"),
                _count(cells["completed"]),
                note,
                plan.total.links.get("completed", ""),
            )
        )
    if (loans := tables.get("loans")) and loans.total:
        cells = loans.total.cells
        note = _("%(n)s loans, %(late)s late") % {
            "n": _count(cells["loans"]),
            "late": _count(cells["overdue_loans"]),
        }
        out = "-" if cells["outstanding"] is None else numbers.short_rupiah(cells["outstanding"])
        found.append(KeyFigure(_("Loans outstanding"), out, note, loans.total.links.get("loans", "")))
    if follow := tables.get("follow_up"):
        found += [
            KeyFigure(
                row.cells["what"],
                show.written(row.cells["share"], Kind.SHARE),
                _("%(part)s of %(whole)s") % {"part": _count(row.cells["part"]), "whole": _count(row.cells["whole"])}
                if row.cells["whole"]
                else _("nothing asked yet"),
                row.links.get("part", ""),
            )
            for row in follow.rows
        ]
    return found


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the desk's page shows."""
    user: Any = request.user
    waiting, today = queues.waiting(user), clock.today()
    office = office_of(request)
    shown = [figure for figure in FIGURES if figure.on_desk] if office else []
    tables = {figure.name: openable(measured(figure, office, today), request) for figure in shown}  # type: ignore[arg-type]
    return {
        **context,
        "title": _("Working desk"),
        "today": today,
        "quarter": (today.month - 1) // 3 + 1,
        "office": office,
        "offices": offices_of(user),
        "queues": waiting,
        "queue_total": sum(queue.count for queue in waiting),
        "queue_late": sum(queue.late for queue in waiting),
        "figures": key_figures(tables),
        "tables": [show.table(found) for found in tables.values()],
        "recap_url": reverse("admin:figures_recap") if office else "",
    }


@reading
def figure_page(request: HttpRequest, site: Any, name: str) -> HttpResponse:
    """One figure on the day asked for; `?format=xlsx` is the spreadsheet."""
    figure, office = BY_NAME.get(name), office_of(request)
    if figure is None or office is None:
        raise Http404
    as_of = _day(request.GET.get("as_of", ""))
    found = observers.for_eyes_of(request.user, figure.run(office=office, as_of=as_of, now=clock.now()))
    if request.GET.get("format") == "xlsx":
        return _file([found], f"{name}-{office.region_id}-{as_of}.xlsx")
    return TemplateResponse(
        request,
        "office/figure.html",
        {
            **site.each_context(request),
            "title": figure.title,
            "table": show.table(openable(found, request)),
            "office": office,
            "as_of": as_of,
            "measured_at": found.measured_at,
            "past": figure.past if as_of < clock.today() else "",
            "related": [other for other in COUNTS if figure in COUNTS and other is not figure],
            "smallest": 0 if observers.sees_people(request.user, office) else SMALLEST,
        },
    )


def _day(text: str) -> date:
    """The day asked for, else today. 404 for what is no day or lies outside of what can be counted."""
    try:
        asked = parse_date(text) if text else clock.today()
    except ValueError:
        asked = None
    if asked is None or asked.year not in YEARS:
        raise Http404
    return asked


@reading
def recap(request: HttpRequest) -> HttpResponse:
    """All figures of the office today, one sheet each."""
    office, today = office_of(request), clock.today()
    if office is None:
        raise Http404
    return _file(
        [observers.for_eyes_of(request.user, measured(figure, office, today)) for figure in FIGURES],
        f"rekapitulasi-{office.region_id}-{today}.xlsx",
    )


def _file(found: list[Measured], name: str) -> HttpResponse:
    answer = HttpResponse(show.spreadsheet(found), content_type=SPREADSHEET)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
