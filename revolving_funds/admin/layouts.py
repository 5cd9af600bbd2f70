"""How the banks write their files: layouts that serve every office of a bank, and those of one office."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds import layout_forms as forms
from revolving_funds.actions import layouts
from revolving_funds.admin.parts import person_of
from revolving_funds.admin.statements import office_of
from revolving_funds.models import FileLayout

SHOWN = 3


def _change_layout(request: HttpRequest, layout: FileLayout, cleaned: dict[str, Any]) -> str:
    layouts.change(layout=layout, by=person_of(request), now=clock.now(), **cleaned)
    return _("Changed. Files read from now on follow it.")


def _add_layout(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    """Of the person's office alone; what the system's administrator adds serves every office of the bank."""
    by = person_of(request)
    office = None if by.is_superuser else office_of(request)
    _layout, lines = layouts.add(office=office, by=by, now=clock.now(), **cleaned)
    if not lines:
        return _("The layout is there.")
    return ngettext(
        "The layout is there. %(n)d line of the sample was read by it.",
        "The layout is there. All %(n)d lines of the sample were read by it.",
        lines,
    ) % {"n": lines}


def _try_layout(_request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    """How many lines there are, and the first of them value by value."""
    rows = layouts.read(layout=cleaned["layout"], content=cleaned["sample"].read())
    counted = ngettext("%(n)d line is read.", "All %(n)d lines are read.", len(rows)) % {"n": len(rows)}
    said = [_said(row, list(cleaned["layout"].places)) for row in rows[:SHOWN]]
    return " ".join([counted, *(f"{n}: {line}." for n, line in enumerate(said, start=1))])


def _said(row: dict[str, Any], names: list[str]) -> str:
    """One line of a file as a person reads it."""
    shown = []
    for name in names:
        value = row.get(name)
        if isinstance(value, date):
            value = short_date(value)
        elif isinstance(value, int):
            value = rupiah(value)
        if value not in ("", None):
            shown.append(f"{forms.VALUES.get(name, name)} {value}")
    return "; ".join(shown)


@admin.register(FileLayout)
class FileLayoutAdmin(OfficeModelAdmin):
    whose = gettext_lazy(
        "Layouts of all offices are added and changed by the system's administrator; those of your own office by its treasurer, and they serve your office alone."
    )
    list_display = ("bank", "purpose", "name", "shape", "dates", "serving")
    list_filter = ("purpose", "form")
    list_select_related = ("bank", "office")
    ordering = ("bank__name", "purpose", "name", "id")
    fields = (
        "bank",
        "purpose",
        "name",
        "shape",
        "places",
        "delimiter",
        "encoding",
        "skip_rows",
        "dates",
        "decimal",
        "serving",
    )
    readonly_fields = ("shape", "places", "dates", "serving")
    list_deeds = (
        Deed(
            "tambah",
            gettext_lazy("Add a layout"),
            "revolving_funds.change_filelayout",
            _add_layout,
            forms.NewLayoutForm,
            primary=True,
            takes_user=True,
            initial=lambda _row: {
                "columns": layouts.STATEMENT,
                "delimiter": ",",
                "skip_rows": 0,
            },
            text=gettext_lazy(
                "For a bank that writes another kind of file, or writes it in another way. A layout that an office adds serves that office alone."
            ),
        ),
        Deed(
            "coba",
            gettext_lazy("Try a layout"),
            "revolving_funds.import_statement",
            _try_layout,
            forms.TryLayoutForm,
            takes_user=True,
            text=gettext_lazy(
                "Reads a file by a layout and says what it found. Nothing is kept and nothing is booked."
            ),
        ),
    )
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change"),
            "revolving_funds.change_filelayout",
            _change_layout,
            forms.LayoutForm,
            primary=True,
            initial=lambda row: {
                "columns": row.places,
                "delimiter": row.delimiter,
                "encoding": row.encoding,
                "skip_rows": row.skip_rows,
                "date_format": row.date_format,
                "decimal": row.decimal,
            },
            text=gettext_lazy("How this bank writes its files. Files that came in before stay as they were read."),
        ),
    )

    @admin.display(description=gettext_lazy("Form"))
    def shape(self, row: FileLayout) -> str:
        return row.get_form_display()

    @admin.display(description=gettext_lazy("Form of dates"))
    def dates(self, row: FileLayout) -> str:
        """As a day looks in it."""
        return dict(forms.DATES).get(row.date_format, row.date_format)

    @admin.display(description=gettext_lazy("Serves"), ordering="office")
    def serving(self, row: FileLayout) -> str:
        return row.office.short_name if row.office else str(_("All offices of the bank"))

    @admin.display(description=gettext_lazy("Where the values stand"))
    def places(self, row: FileLayout) -> str:
        """A line for each value, as it is typed."""
        shown = (
            (name, ", ".join(map(str, place)) if isinstance(place, list) else place) for name, place in row.columns
        )
        return format_html_join(mark_safe("<br>"), "{}: {}", shown)
