"""The office's lists as HTML: what Unfold's result list shows, written row by row without a template for each cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import _coerce_field_name  # type: ignore[attr-defined]
from django.contrib.admin.views.main import ORDER_VAR
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from foundation.common import cells
from foundation.common.lists import OfficeChangeList
from foundation.common.templatetags.guyub import icon

register = template.Library()

CHECKBOX = "action_checkbox"


@dataclass(frozen=True)
class Column:
    """One column: its name, how a row's value is written in it, and the tags around it."""

    written: cells.Writer
    linked: bool
    opening: str
    closing: str


def columns(cl: OfficeChangeList) -> list[Column]:
    """The list's columns; the first that is no checkbox leads to the row's page (or those of `list_display_links`).

    On a phone a cell's label stands before its value.
    """
    found: list[Column] = []
    for index, name in enumerate(cl.list_display):
        label = _("Select record") if name == CHECKBOX else cells.label(cl.model, cl.model_admin, name)
        linked = name != CHECKBOX and _is_linked(cl, name, first=not any(column.linked for column in found))
        tag = "th" if linked else "td"
        marks = f'class="{"action-checkbox" if name == CHECKBOX else f"field-{_coerce_field_name(name, index)}"}"'
        scope = ' scope="row"' if linked else ""
        opening = f'<{tag}{scope} {marks} data-label="{conditional_escape(label)}">'
        found.append(Column(cells.writer(cl.model, cl.model_admin, name), linked, opening, f"</{tag}>"))
    return found


def _is_linked(cl: OfficeChangeList, name: Any, *, first: bool) -> bool:
    links: Any = cl.list_display_links
    if links is None:
        return False
    return name in links if links else first


def _row(shown: list[Column], row: Any, address: str, empty: Any) -> Iterator[str]:
    for column in shown:
        text = cells.text(column.written, row, empty)
        yield column.opening
        yield f'<a href="{address}">{text}</a>' if column.linked else text
        yield column.closing


@register.simple_tag
def office_rows(cl: OfficeChangeList) -> SafeString:
    """The body of the list."""
    shown = columns(cl)
    kept = conditional_escape(f"?{cl.preserved_filters}" if cl.preserved_filters else "")
    empty = cl.model_admin.get_empty_value_display()
    parts: list[str] = []
    for row in cl.result_list:
        parts.append("<tr>")
        parts += _row(shown, row, f"{cl.url_for_result(row)}{kept}", empty)
        parts.append("</tr>\n")
    return mark_safe("".join(parts))  # noqa: S308 -- every cell is escaped above


@register.simple_tag
def office_heads(cl: OfficeChangeList) -> SafeString:
    """The headings; a sortable one is a link, and says which way the list runs."""
    sorted_by = cl.get_ordering_field_columns()
    parts = []
    for index, name in enumerate(cl.list_display):
        if name == CHECKBOX:
            toggle = format_html(
                '<input type="checkbox" id="action-toggle" class="action-toggle" aria-label="{}">',
                _("Select all rows of this page"),
            )
            parts.append(format_html('<th scope="col" class="action-checkbox-column">{}</th>', toggle))
            continue
        label = cells.label(cl.model, cl.model_admin, name)
        if cl.sortable_by is not None and name not in cl.sortable_by:
            parts.append(format_html('<th scope="col">{}</th>', label))
            continue
        way = sorted_by.get(index)
        link = cl.get_query_string({ORDER_VAR: f"-{index}" if way == "asc" else index})
        said = format_html(' aria-sort="{}ending"', way) if way else ""
        mark = icon("arrow", "s up" if way == "asc" else "s down") if way else ""
        parts.append(format_html('<th scope="col"{}><a href="{}">{}{}</a></th>', said, link, label, mark))
    return mark_safe("".join(parts))  # noqa: S308 -- each part is safe


@register.simple_tag
def office_filters(cl: OfficeChangeList) -> SafeString:
    """The choices of each filter as links."""
    parts = []
    for spec in cl.filter_specs:
        choices = format_html_join(
            "",
            '<li><a href="{}"{}>{}</a></li>',
            (
                (
                    choice["query_string"],
                    mark_safe(' aria-current="true"') if choice["selected"] else "",
                    choice["display"],
                )
                for choice in spec.choices(cl)
            ),
        )
        parts.append(format_html("<section><h3>{}</h3><ul>{}</ul></section>", capfirst(spec.title), choices))
    return mark_safe("".join(parts))  # noqa: S308 -- each part is safe


@register.simple_tag
def office_chosen(cl: OfficeChangeList) -> list[dict[str, Any]]:
    """What the list is narrowed to: each filter's choice, with the link that takes it away."""
    found = []
    for spec in cl.filter_specs:
        choices = list(spec.choices(cl))
        found += [
            {"title": spec.title, "display": choice["display"], "url": choices[0]["query_string"]}
            for choice in choices[1:]
            if choice["selected"]
        ]
    return found
