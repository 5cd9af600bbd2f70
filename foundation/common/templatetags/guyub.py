"""The words and shapes that every template needs; loaded as a builtin (settings.TEMPLATES).

Filters take None and give an empty string, so that a template needs no `{% if %}` around each.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import segno
from django import template
from django.forms import BoundField, widgets
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from foundation.common import clock, dates, money, numbers, phone

register = template.Library()

ICON_MODIFIERS = frozenset({"s", "back", "up", "down"})


@register.simple_tag
def icon(name: str, modifiers: str = "") -> SafeString:
    """One drawing of the sprite, always beside a word: `{% icon "arrow" "s back" %}`."""
    extra = "".join(f" icon--{part}" for part in (modifiers or "").split() if part in ICON_MODIFIERS)
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        extra,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def qr(data: str, label: str) -> SafeString:
    """`data` as an inline SVG code on white, readable at arm's length (error level M)."""
    code = segno.make(data, error="m", micro=False)
    modules, border = code.symbol_size(border=0)[0], 0
    path = "".join(_run_paths(code.matrix))
    return format_html(
        '<svg class="qr" viewBox="{} {} {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<path d="{}" stroke="#000" fill="none" stroke-width="1"/></svg>',
        border,
        border,
        modules,
        modules,
        label,
        path,
    )


def _run_paths(matrix: Iterable[Sequence[int]]) -> Iterable[str]:
    """Dark runs of each line as short strokes: a third of the bytes of one square per module."""
    for y, line in enumerate(matrix):
        start = None
        for x, dark in enumerate([*line, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start} {y}.5h{x - start}"
                start = None


# Money, dates, people


@register.filter
def rupiah(amount: int | None) -> str:
    """2000000 -> Rp2.000.000"""
    return "" if amount is None else money.rupiah(int(amount))


@register.filter
def juta(amount: int | None) -> str:
    """2000000 -> 2 juta; other amounts as rupiah without the sign."""
    return "" if amount is None else numbers.millions(int(amount))


@register.filter
def ringkas(amount: int | None) -> str:
    """3420000000 -> Rp3,42 M, for key figures."""
    return "" if amount is None else numbers.short_rupiah(int(amount))


@register.filter
def ribuan(number: int | None) -> str:
    """45827 -> 45.827"""
    return "" if number is None else numbers.grouped(int(number))


@register.filter
def persen(share: float | None) -> str:
    """0.713 -> 71 %, with the space that does not break."""
    return "" if share is None else numbers.percent(float(share))


def _tied(text: str) -> str:
    """The day's number stays with its month on one line."""
    return re.sub(r"(?<=\d) (?=[^\W\d])", numbers.NBSP, text)


@register.filter
def waktu(value: dt.datetime | None) -> str:
    """Sabtu, 21 November 2026, 09.00 WIB"""
    return "" if not value else _tied(dates.moment(value))


@register.filter
def tanggal(value: dt.date | dt.datetime | None) -> str:
    """Sabtu, 21 November 2026"""
    return "" if not value else _tied(dates.long_date(value))


@register.filter
def tanggal_pendek(value: dt.date | dt.datetime | None) -> str:
    """21 November 2026"""
    return "" if not value else _tied(dates.short_date(value))


@register.filter
def jam(value: dt.datetime | None) -> str:
    """09.00 WIB, in the office's zone"""
    return "" if value is None else dates.clock_time(value)


@register.filter
def jarak(value: dt.date | dt.datetime | None, today: dt.date | None = None) -> str:
    """3 hari lagi, hari ini, kemarin, 12 hari lalu"""
    return "" if not value else dates.distance(value, today or clock.today())


@register.filter
def inisial(name: object) -> str:
    """Rizky Maulana -> RM"""
    words = [word for word in str(name or "").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def wa_link(phone: object, text: str = "") -> str:
    """The address that opens WhatsApp with this person (E.164), or with nobody chosen; `text` is written beforehand."""
    digits = "".join(char for char in str(phone or "") if char.isdigit())
    if digits.startswith("0"):
        digits = "62" + digits[1:]
    return f"https://wa.me/{digits}" + (f"?text={quote(str(text))}" if text else "")


@register.filter
def telepon(number: str | None) -> str:
    """+6281234567890 -> 0812-3456-7890"""
    return phone.shown(str(number)) if number else ""


# Lists and numbers


@register.filter
def as_list(value: object) -> list[object]:
    """A string as a list of one; a list as it is."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


@register.filter
def unlocal(value: float) -> str:
    """A number for an HTML or SVG attribute, whatever the language."""
    return SafeString(f"{value:g}" if isinstance(value, float) else str(value))


@register.filter
def add_up(value: float, more: float) -> str:
    """The sum as an attribute."""
    return unlocal(round(value + more, 1))


@register.filter
def share_of(part: int, whole: int) -> str:
    """74 % of the target; a dash without one."""
    return numbers.percent(part / whole) if whole else "-"


# Forms


@register.filter
def kind(field: BoundField) -> str:
    """Which look the field has: bigchoices, choices, checkbox, file, stored, money, code or input."""
    widget = field.field.widget
    named = getattr(widget, "look", "")
    if named:
        return str(named)
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "checkbox"
    return "file" if isinstance(widget, widgets.FileInput) else "input"


_SHORT_INPUTS = frozenset({"date", "time", "number", "datetime-local", "month"})


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The widget with its classes and with its help and errors named for screen readers."""
    widget, look = field.field.widget, kind(field)
    classes = [*str(widget.attrs.get("class", "")).split()]
    if look in {"input", "money", "code"}:
        classes.insert(0, "input")
        if look == "code":
            classes.append("input--code")
        elif getattr(widget, "input_type", "") in _SHORT_INPUTS:
            classes.append("input--s")
    attrs: dict[str, str | bool] = {"class": " ".join(dict.fromkeys(classes))} if classes else {}
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if look == "file":
        attrs["aria-labelledby"] = f"{field.auto_id}_label"
    return mark_safe(field.as_widget(attrs=attrs))  # noqa: S308 -- Django's own widget markup


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the field's first control: where the error summary leads."""
    return f"{field.auto_id}_0" if kind(field) in {"choices", "bigchoices"} else str(field.auto_id)


@register.filter
def error_count(form: Any) -> int:
    """How many sentences of the form ask for a correction."""
    return sum(len(errors) for errors in form.errors.values())
