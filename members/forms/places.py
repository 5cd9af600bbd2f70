"""Choosing a village and a line of business by typing words: the matches are radio buttons, with or without JavaScript."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Region
from members.models import Kbli
from members.queries import kbli_named, village_label, villages_typed

MOST_TYPED = 80
MATCHES = 8
MOST_LINES = 2_000  # a whole edition


def _heard(value: Any) -> str:
    """What came for a search, before any form has checked it: short, and fit for the database."""
    return str(value or "").replace("\x00", "").strip()[:MOST_TYPED]


def _unpick(form: forms.Form, name: str) -> None:
    """Without a script the earlier choice is sent along with the new words: it is none."""
    if form.is_bound:
        sent: Any = form.data.copy()  # type: ignore[attr-defined]  # of a request as of a test
        sent[form.add_prefix(name)] = ""
        form.data = sent


class VillageForm(forms.Form):
    """`village_q` is what was typed, `village` the code that was picked. `inside` limits it to some regions."""

    village_q = forms.CharField(
        label=_("Village or urban ward"),
        max_length=MOST_TYPED,
        help_text=_("Type its name, then pick it from the list. You may add the regency: banjaran bandung."),
        widget=forms.TextInput(
            {"autocomplete": "off", "hx-get": "", "hx-trigger": "input changed delay:300ms", "hx-target": "#desa"}
        ),
        error_messages={"required": _("Please type the name of your village or urban ward.")},
    )
    village = forms.ChoiceField(
        label=_("Which one do you mean?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please pick your village or urban ward from the list.")},
    )

    def __init__(self, *args: Any, inside: Sequence[str] = ("",), near: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside = list(inside)
        typed, picked = _heard(self._typed("village_q")), _heard(self._typed("village"))
        found = villages_typed(typed, inside=self.inside, near=near)[:MATCHES] if typed else []
        self.matches = [(village.code, village_label(village)) for village in found]
        if picked and picked not in dict(self.matches):
            kept = [(village.code, village_label(village)) for village in self._kept(picked, typed)]
            self.matches += kept
            if not kept:
                _unpick(self, "village")
        self.fields["village"].choices = self.matches  # type: ignore[attr-defined]
        self.fields["village"].required = len(self.matches) > 1

    def _typed(self, name: str) -> Any:
        return self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)

    def _kept(self, code: str, typed: str) -> list[Region]:
        """The village picked earlier, if it is one in reach; once another name was typed it is picked no more."""
        if self.is_bound and typed:
            return list(villages_typed(typed, inside=self.inside).filter(code=code))
        rows = Region.objects.filter(code=code, level=Region.Level.VILLAGE).select_related("parent__parent")
        return [row for row in rows if any(row.code.startswith(prefix) for prefix in self.inside)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "village_q" in cleaned and "village" not in self.errors and not cleaned.get("village"):
            if len(self.matches) == 1:
                cleaned["village"] = self.matches[0][0]
            else:
                self.add_error(
                    "village_q", _("No village or urban ward of this name was found here. Please check the spelling.")
                )
        return cleaned


def _named_so(row: Kbli, typed: str) -> bool:
    """Whether these words would have found this line; no words change nothing."""
    return not typed or row in kbli_named(typed, edition=row.edition, limit=MOST_LINES)


class KbliForm(forms.Form):
    """`kbli_q` is what was typed, `kbli` the line of business that was picked; both may stay empty."""

    kbli_q = forms.CharField(
        label=_("Line of business (KBLI)"),
        max_length=MOST_TYPED,
        required=False,
        help_text=_("Type what you make or sell in plain words, for example: keripik, jahit, warung."),
        widget=forms.TextInput(
            {"autocomplete": "off", "hx-get": "", "hx-trigger": "input changed delay:300ms", "hx-target": "#kbli"}
        ),
    )
    kbli = forms.ChoiceField(label=_("Which one fits best?"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed, picked = _heard(self._answer("kbli_q")), _heard(self._answer("kbli"))
        rows = list(kbli_named(typed, limit=MATCHES)) if typed else []
        if picked.isdecimal() and int(picked) not in {row.pk for row in rows}:
            kept = [row for row in Kbli.objects.filter(pk=int(picked)) if not self.is_bound or _named_so(row, typed)]
            rows += kept
            if not kept:
                _unpick(self, "kbli")
        self.lines = [(str(row.pk), f"{row.title} ({row.code})") for row in rows]
        self.fields["kbli"].choices = self.lines  # type: ignore[attr-defined]

    def _answer(self, name: str) -> Any:
        return self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kbli_q") and not cleaned.get("kbli") and "kbli" not in self.errors:
            if len(self.lines) == 1:
                cleaned["kbli"] = self.lines[0][0]
            elif self.lines:
                self.add_error("kbli", _("Please pick the line of business that fits best, or empty the words above."))
            else:
                self.add_error(
                    "kbli_q", _("No line of business was found for these words. Try another word, or leave it empty.")
                )
        return cleaned
