"""How a value of a row is written in the office: what Django's admin decides cell by cell, decided once for a column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.utils import _get_non_gfk_field, label_for_field  # type: ignore[attr-defined]
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import BooleanField, ForeignKey, ManyToManyField, Model
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)

Writer = Callable[[Any], Any]


@dataclass(frozen=True)
class Cell:
    """A named value, escaped."""

    name: str
    label: str
    text: SafeString


# Columns that every table has, or that name themselves by their own name only.
LABELS: Final = {
    "created_at": gettext_lazy("written down"),
    "updated_at": gettext_lazy("last changed"),
    "made_by": gettext_lazy("made by"),
    "registered_by": gettext_lazy("written down by"),
    "object_id": gettext_lazy("number of the object"),
    "request_id": gettext_lazy("number of the request"),
    "region": gettext_lazy("regency or city"),
    "uid": gettext_lazy("code of the row"),
    "sha256": gettext_lazy("fingerprint (SHA-256)"),
}


def label(model: type[Model], model_admin: Any, name: Any) -> str:
    """The heading of a column."""
    said: Any = label_for_field(name, model, model_admin)
    if said == str(name).replace("_", " "):  # nobody gave it a name
        said = LABELS.get(name, said)
    return str(capfirst(said))


def text(written: Writer, row: Any, empty: Any) -> SafeString:
    """The row's value, escaped; `empty` where what it points to is not there."""
    try:
        return conditional_escape(written(row))
    except ObjectDoesNotExist:
        return conditional_escape(empty)


def yes_no(value: Any) -> SafeString | str:
    """A word with a colour; nothing where nobody knows."""
    if value is None or value == "":
        return ""
    return format_html('<span class="pill is-{}">{}</span>', *(("good", _("Yes")) if value else ("wait", _("No"))))


def writer(model: type[Model], model_admin: Any, name: Any) -> Writer:
    """How the value under `name` is written: a field, or what the admin, the row or a function makes of it."""
    empty = model_admin.get_empty_value_display()
    try:
        field = _get_non_gfk_field(model._meta, name) if isinstance(name, str) else None
    except FieldDoesNotExist:
        field = None
    if field is not None and not field.auto_created:
        return _of_field(field, empty)
    if callable(name):
        return _of_method(name, name, str(name), empty)
    made = getattr(model_admin, name, None) if name != "__str__" else None
    if made is not None:
        return _of_method(made, made, name, empty)
    marks = getattr(model, name, None)
    return _of_method(_read(name), marks.fget if isinstance(marks, property) else marks, name, empty)


def _read(name: str) -> Writer:
    def read(row: Any) -> Any:
        value = getattr(row, name)
        return value() if callable(value) else value

    return read


def _of_field(field: Any, empty: Any) -> Writer:
    name = field.name
    if isinstance(field, ForeignKey):
        return lambda row: empty if getattr(row, name) is None else getattr(row, name)
    if isinstance(field, ManyToManyField):
        return lambda row: ", ".join(map(str, getattr(row, name).all())) or empty
    if field.flatchoices:
        choices = {key: str(said) for key, said in field.flatchoices}
        return lambda row: choices.get(getattr(row, name), empty)
    if isinstance(field, BooleanField):
        return lambda row: yes_no(getattr(row, name))
    return lambda row: display_for_field(getattr(row, name), field, empty)


def _of_method(made: Writer, marks: Any, name: str, empty: Any) -> Writer:
    """With the marks that `@admin.display` and Unfold's `@display` leave."""
    empty = getattr(marks, "empty_value_display", empty)
    boolean, labelled = getattr(marks, "boolean", False), getattr(marks, "label", False)
    header, dropdown = getattr(marks, "header", False), getattr(marks, "dropdown", False)

    def written(row: Any) -> Any:
        value = made(row)
        if labelled:
            return display_for_label(value, empty, labelled)
        if type(value) is str or isinstance(value, SafeString):
            return value
        if boolean:
            return yes_no(value)
        if dropdown:
            return display_for_dropdown(row, name, value, empty)
        return display_for_header(value, empty) if header else display_for_value(value, empty)

    return written


def flat(fields: Any) -> Iterator[Any]:
    """Field names of a fieldset, whose lines may hold several."""
    for entry in fields:
        if isinstance(entry, list | tuple):
            yield from entry
        else:
            yield entry
