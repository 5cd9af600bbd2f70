"""Forms of tests and evaluations."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from trainings.actions.learning import Question
from trainings.models import TestQuestion

LINES: Final = 5
FEWEST, MOST = 2, 4
GRADE_WORDS: Final = (
    (5, _("Very much")),
    (4, _("Quite")),
    (3, _("So so")),
    (2, _("A little")),
    (1, _("Not at all")),
)


class QuestionsForm(forms.Form):
    """Five questions, as many as an owner answers on her phone in two minutes. An empty one is none."""

    def __init__(self, *args: Any, questions: Sequence[TestQuestion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for index in range(LINES):
            row, number = (questions[index] if index < len(questions) else None), index + 1
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("Question %(n)s") % {"n": number},
                max_length=200,
                required=False,
                initial=row.text if row else "",
            )
            self.fields[f"topic_{number}"] = forms.CharField(
                label=_("Topic"), max_length=80, required=False, initial=row.topic if row else ""
            )
            self.fields[f"options_{number}"] = forms.CharField(
                label=_("Answers, one on each line, the right one first"),
                required=False,
                initial=_right_first(row) if row else "",
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("Two to four. Participants see them in another order.") if not index else "",
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for number in range(1, LINES + 1):
            text, options = data.get(f"text_{number}", ""), _lines(data.get(f"options_{number}", ""))
            if text and not FEWEST <= len(set(options)) == len(options) <= MOST:
                self.add_error(f"options_{number}", _("Please give two to four different answers, one on each line."))
            if text and not data.get(f"topic_{number}"):
                self.add_error(f"topic_{number}", _("Please name the topic: the gain is counted by it."))
        return data

    def questions(self) -> list[Question]:
        """The right answer moves from its first place to one that follows from the question's words."""
        found = []
        for number in range(1, LINES + 1):
            text = self.cleaned_data[f"text_{number}"]
            if not text:
                continue
            options = _lines(self.cleaned_data[f"options_{number}"])
            place = sum(map(ord, text)) % len(options)
            turned = options[-place:] + options[:-place] if place else options
            found.append(Question(self.cleaned_data[f"topic_{number}"], text, tuple(turned), place))
        return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _right_first(row: TestQuestion) -> str:
    others = [option for index, option in enumerate(row.options) if index != row.answer]
    return "\n".join([row.options[row.answer], *others])


class TestForm(forms.Form):
    """The questions to tap through."""

    __test__ = False

    def __init__(self, *args: Any, questions: Sequence[TestQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in questions:
            self.fields[f"q_{row.number}"] = forms.TypedChoiceField(
                label=row.text, choices=list(enumerate(row.options)), coerce=int, widget=forms.RadioSelect
            )

    def answers(self) -> dict[int, int]:
        return {int(name.removeprefix("q_")): value for name, value in self.cleaned_data.items()}


class EvaluationForm(forms.Form):
    """One minute: two grades and two open answers; whether it fits her own business is asked before all else."""

    field_order = ("relevance", "clarity", "liked", "wish")

    relevance = forms.TypedChoiceField(
        label=_("Can you use it in your own business?"), choices=GRADE_WORDS, coerce=int, widget=forms.RadioSelect
    )
    clarity = forms.TypedChoiceField(
        label=_("Was it clearly explained?"), choices=GRADE_WORDS, coerce=int, widget=forms.RadioSelect
    )
    liked = forms.CharField(
        label=_("What helped most?"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    wish = forms.CharField(
        label=_("What should be different next time?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Others read it without your name. Please do not write names of people."),
    )
