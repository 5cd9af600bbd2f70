"""A row's page in the office: its fields under headings, and the tables of the rows below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey
from django.forms.models import _get_foreign_key
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from foundation.common import cells


@dataclass(frozen=True)
class Sheet:
    """Fields under a heading ('' where there is none)."""

    title: str
    cells: list[cells.Cell]


@dataclass(frozen=True)
class Table:
    """The rows below a row: headings, and each row's cells."""

    name: str
    title: str
    heads: list[str]
    rows: list[list[cells.Cell]]


def sheets(model_admin: Any, request: HttpRequest, obj: Any) -> list[Sheet]:
    """What the row's page shows of the row itself."""
    return [
        Sheet(
            str(title or ""),
            [_cell(model_admin, request, obj, name) for name in cells.flat(options["fields"])],
        )
        for title, options in model_admin.get_fieldsets(request, obj)
    ]


def _cell(model_admin: Any, request: HttpRequest, obj: Any, name: Any) -> cells.Cell:
    written = cells.writer(type(obj), model_admin, name)
    empty = model_admin.get_empty_value_display()
    text = cells.text(written, obj, empty) or conditional_escape(empty)
    target = _target(obj, name)
    if target is not None and (url := row_url(request, target)):
        text = format_html('<a href="{}">{}</a>', url, text)
    elif "\n" in text:
        text = mark_safe(linebreaks(text))  # noqa: S308 -- escaped by `cells.text`
    return cells.Cell(str(name), cells.label(type(obj), model_admin, name), text)


def _target(obj: Any, name: Any) -> Any:
    """The row that a field points to."""
    field = next((field for field in obj._meta.concrete_fields if field.name == name), None)
    try:
        return getattr(obj, name) if isinstance(field, ForeignKey) else None
    except ObjectDoesNotExist:
        return None


def row_url(request: HttpRequest, row: Any) -> str:
    """The page of a row in the office, '' for one that this person may not see there."""
    meta, user = row._meta, request.user
    if type(row) not in admin.site._registry or not hasattr(row, "uid"):  # noqa: SLF001 -- Django keeps no public list
        return ""
    if not user.has_perm(f"{meta.app_label}.view_{meta.model_name}", row):
        return ""
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.uid])


def tables(model_admin: Any, request: HttpRequest, obj: Any) -> Iterator[Table]:
    """The tables below the row."""
    for inline in model_admin.get_inline_instances(request, obj):
        if not inline.has_view_permission(request, obj):
            continue
        names = list(cells.flat(inline.get_fields(request, obj)))
        link = _get_foreign_key(type(obj), inline.model, fk_name=inline.fk_name)
        rows = inline.get_queryset(request).filter(**{link.name: obj})
        if not rows.ordered:
            rows = rows.order_by("pk")
        heads = [cells.label(inline.model, inline, name) for name in names]
        writers = [cells.writer(inline.model, inline, name) for name in names]
        empty = inline.get_empty_value_display()
        yield Table(
            inline.model._meta.model_name,
            str(capfirst(inline.verbose_name_plural)),
            heads,
            [
                [
                    cells.Cell(str(name), head, _lines(cells.text(written, row, empty)))
                    for name, head, written in zip(names, heads, writers, strict=True)
                ]
                for row in rows[: getattr(inline, "most", None)]
            ],
        )


def _lines(text: SafeString) -> SafeString:
    """A longer text keeps its paragraphs."""
    return mark_safe(linebreaks(text)) if "\n" in text else conditional_escape(text)  # noqa: S308 -- escaped already
