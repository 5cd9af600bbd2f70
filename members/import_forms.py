"""Forms of the spreadsheets' way in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.common.widgets import DocumentInput
from members.actions import import_runs
from members.importing.columns import HEADINGS
from members.models import ImportRun

OLE = b"\xd0\xcf\x11\xe0"
# What is no such file at all, told before it is stored.
FIRST_BYTES = (
    (
        b"\x89PNG",
        _("This is a picture. A table that was photographed cannot be read: please send the spreadsheet itself."),
    ),
    (
        b"\xff\xd8\xff",
        _("This is a picture. A table that was photographed cannot be read: please send the spreadsheet itself."),
    ),
    (b"%PDF", _("This is a PDF. Please send the spreadsheet from which it was made, as XLSX or CSV.")),
)
LABELS: dict[str, Any] = {
    "full_name": _("Name of the owner"),
    "nik": _("NIK"),
    "birth_date": _("Date of birth"),
    "sex": _("Sex"),
    "phone": _("WhatsApp number"),
    "email": _("Email"),
    "district": _("District"),
    "village": _("Village/Urban ward"),
    "address": _("Residential address"),
    "business": _("Business name"),
    "business_address": _("Business address"),
    "product": _("Flagship product"),
    "kbli": _("Line of business (KBLI)"),
    "capital": _("Business capital"),
    "monthly_sales": _("Sales in a month"),
    "annual_sales": _("Sales in a year"),
    "workers": _("Number of workers"),
    "started_year": _("Year founded"),
    "scale": _("Business scale"),
    "NIB": _("NIB"),
    "PIRT": _("P-IRT"),
    "HALAL": _("Halal certificate"),
    "BRAND": _("Trade mark"),
    "BPOM": _("BPOM permit"),
    "NPWP": _("NPWP"),
}


class SpreadsheetForm(forms.Form):
    """One XLSX or CSV."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("XLSX or CSV, at most 20 MB. Nothing is stored before you have seen what would happen."),
        widget=DocumentInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        """A sentence of its own for what people send by mistake; everything else is told by its bytes when it is stored."""
        file = self.cleaned_data["file"]
        head = file.read(4096)
        file.seek(0)
        for mark, sentence in FIRST_BYTES:
            if head.startswith(mark):
                raise ValidationError(sentence)
        if head.startswith(OLE):
            whole = file.read(2_000_000)
            file.seek(0)
            if "EncryptedPackage".encode("utf-16-le") in whole:
                raise ValidationError(_("This file is protected by a password. Please save it without one."))
            raise ValidationError(_("This is the old Excel format (XLS). Please open it and save it as XLSX."))
        return file


class ColumnsForm(forms.Form):
    """What each column of the chosen sheet means."""

    sheet = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = obj
        self.chosen = self._chosen(self.data.get("sheet") or self.initial.get("sheet") or obj.sheet)
        self.initial["sheet"] = self.chosen["name"]
        choices = [("", _("not taken over")), *((key, LABELS[key]) for key in HEADINGS)]
        mapped = obj.mapping if obj.mapping and obj.sheet == self.chosen["name"] else self.chosen["columns"]
        for at, title in enumerate(self.chosen["titles"]):
            self.fields[f"c{at}"] = forms.ChoiceField(
                label=title or _("Column %(n)d") % {"n": at + 1},
                choices=choices,
                required=False,
                initial=mapped.get(str(at), ""),
                widget=forms.Select(attrs={"class": "input input--s"}),
            )

    def _chosen(self, name: str) -> dict[str, Any]:
        """The sheet asked for; else the first visible one that is recognised; else the first visible one."""
        sheets = self.run.sheets
        for fits in (
            lambda sheet: sheet["name"] == name,
            lambda sheet: sheet["recognised"] and not sheet["hidden"],
            lambda sheet: not sheet["hidden"],
            lambda _sheet: True,
        ):
            found = next((sheet for sheet in sheets if fits(sheet)), None)
            if found:
                return found  # type: ignore[no-any-return]  # JSON
        return {"name": "", "titles": [], "columns": {}, "samples": [], "hidden": False}

    def lines(self) -> list[tuple[Any, list[str]]]:
        """(field, samples) of each column that has a title or a value."""
        samples = self.chosen["samples"]
        return [(self[f"c{at}"], samples[at]) for at, title in enumerate(self.chosen["titles"]) if title or samples[at]]

    def mapping(self) -> dict[int, str]:
        return {int(name[1:]): key for name, key in self.cleaned_data.items() if name != "sheet"}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        keys = [key for name, key in found.items() if name != "sheet" and key]
        if not all(key in keys for key in import_runs.NEEDED):
            raise ValidationError(import_runs.ColumnsMissing.message)
        twice = {key for key in keys if keys.count(key) > 1}
        for name, key in list(found.items()):
            if name != "sheet" and key in twice:
                self.add_error(name, import_runs.ColumnTwice.message)
        return found
