"""Forms of the forum. What the deed needs beyond them is checked in the action."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forums import reach
from forums.enums import BoardKind, ReportReason
from forums.models import Board
from foundation.accounts.models import User

TITLE_MIN = 8
TITLE_MAX = 120
BODY_MAX = 5000
NOTE_MAX = 300
REASON_MAX = 200


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class KeyedForm(forms.Form):
    """Carries a key made when the page was shown, so that a double tap writes one post."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class TopicForm(KeyedForm):
    board = forms.ModelChoiceField(
        queryset=Board.objects.none(),
        to_field_name="uid",
        label=_("Board"),
        empty_label=None,
        help_text=_("Your district for what concerns the neighbourhood, your line of business for everything else."),
    )
    title = forms.CharField(
        label=_("Your question in one sentence"),
        min_length=TITLE_MIN,
        max_length=TITLE_MAX,
        help_text=_("For example: which plastic keeps chips crisp for a month?"),
    )
    body = forms.CharField(
        label=_("Tell a little more"),
        widget=_text(6),
        max_length=BODY_MAX,
        help_text=_("What have you already tried? Please leave out phone numbers and identity numbers."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        boards = Board.objects.filter(reach.of(user).scope("office_code")).by_name()
        field = self.fields["board"]
        field.queryset = boards  # type: ignore[attr-defined]
        field.choices = _grouped(list(boards))  # type: ignore[attr-defined]


def _grouped(boards: list[Board]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """The choices under two headings, as people look for them."""
    return [
        (label, [(str(board.uid), board.label) for board in boards if board.kind == kind])
        for kind, label in reversed(BoardKind.choices)
    ]


class ReplyForm(KeyedForm):
    body = forms.CharField(
        label=_("Your answer"),
        widget=_text(4),
        max_length=BODY_MAX,
        help_text=_("Tell what you did yourself. That helps more than theory."),
    )


class EditForm(forms.Form):
    body = forms.CharField(label=_("Your text"), widget=_text(8), max_length=BODY_MAX)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=ReportReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Explanation"), required=False, max_length=NOTE_MAX, widget=_text(3))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX,
        widget=_text(3),
        help_text=_("The author will read this sentence."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Why the post stays"),
        max_length=REASON_MAX,
        widget=_text(3),
        help_text=_("Whoever reported it will read this sentence."),
    )


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search words"), max_length=100)
