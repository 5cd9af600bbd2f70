"""The five questions, and what an assistant writes down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.widgets import BigChoices
from monitoring.actions.checkins import Answers
from monitoring.enums import Band, Change, Contact, Informant, Need, Operating, Result, Way
from monitoring.models import Task
from monitoring.queries import assistants_near

MOST_WORKERS = 9999
# Asked of a business that is running; who paused or closed may leave them empty.
RUNNING_ONLY = ("change", "band", "workers")
OPERATING_ICONS = {"ACTIVE": "shop", "PAUSED": "clock", "CLOSED": "close", "TOOK_JOB": "person", "MOVED": "pin"}
CHANGE_ICONS = {"UP": "arrow up", "SAME": "arrow", "DOWN": "arrow down"}


class IconChoices(BigChoices):
    """Answers one under another, each with an icon: for words too long to stand side by side."""

    look = "choices"


class CheckInForm(forms.Form):
    """Five questions, one minute. Two to four are asked only of a business that is running."""

    operating = forms.ChoiceField(
        label=_("1. Is the business still running?"),
        choices=Operating.choices,
        widget=IconChoices(icons=OPERATING_ICONS),
        help_text=_("If it is not running, questions 2 to 4 may stay empty."),
        error_messages={"required": _("Please choose one answer to question 1.")},
    )
    change = forms.ChoiceField(
        label=_("2. How were sales, compared with the month before?"),
        choices=Change.choices,
        widget=BigChoices(icons=CHANGE_ICONS),
        error_messages={"required": _("Please answer question 2.")},
    )
    band = forms.ChoiceField(
        label=_("3. About how much did you sell in the last 30 days?"),
        choices=[("", _("Choose the nearest")), *Band.choices],
        widget=forms.Select(),
        help_text=_("All sales, before costs. Not for tax."),
        error_messages={"required": _("Please answer question 3, or choose that you would rather not say.")},
    )
    workers = forms.IntegerField(
        label=_("4. How many people work there?"),
        min_value=0,
        max_value=MOST_WORKERS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Please answer question 4 with a number."),
            "invalid": _("Please write a number, for example 2."),
        },
    )
    needs = forms.MultipleChoiceField(
        label=_("5. What help do you need?"),
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple(),
        required=False,
        help_text=_("You may choose several, or none."),
    )
    note = forms.CharField(
        label=_("Anything else?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    # The browser must not stop a closed business at question 2.
    use_required_attribute = False

    def __init__(self, *args: Any, workers_before: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counting = _("Count the owner and family as well.")
        before = _("Last time: %(n)s people.") % {"n": workers_before} if workers_before is not None else ""
        self.fields["workers"].help_text = f"{counting} {before}".strip()
        if self.is_bound and self.data.get("operating", Operating.ACTIVE) != Operating.ACTIVE:
            for name in RUNNING_ONLY:
                self.fields[name].required = False

    def answers(self) -> Answers:
        """The checked answers for the action."""
        data = self.cleaned_data
        return Answers(
            operating=Operating(data["operating"]),
            change=data["change"],
            band=data["band"],
            workers=data["workers"],
            needs=[Need(need) for need in data["needs"]],
            note=data["note"],
        )


class PhoneAnswerForm(CheckInForm):
    """The same five questions, asked by the assistant."""

    way = forms.ChoiceField(
        label=_("How did you get the answer?"),
        choices=[(way.value, way.label) for way in (Way.PHONE, Way.VISIT)],
        widget=forms.RadioSelect(),
        initial=Way.PHONE,
    )
    informant = forms.ChoiceField(
        label=_("Who gave the answer?"),
        choices=Informant.choices,
        widget=forms.Select(),
        initial=Informant.OWNER,
    )
    field_order = ("way", "informant")


class AttemptForm(forms.Form):
    """A try without an answer."""

    contact = forms.ChoiceField(label=_("How did you try?"), choices=Contact.choices, widget=forms.Select())
    result = forms.ChoiceField(label=_("What happened?"), choices=Result.choices, widget=forms.Select())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class GiveUpForm(forms.Form):
    """Why the owner cannot be reached."""

    reason = forms.CharField(
        label=_("Why can the owner not be reached?"),
        max_length=150,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: number no longer in use, house empty, neighbours do not know."),
        error_messages={"required": _("Please say why the owner could not be reached.")},
    )


class AssignForm(forms.Form):
    """Which assistant calls; nobody = the office itself."""

    assignee = forms.ModelChoiceField(
        label=_("Assistant"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("The office itself"),
    )

    def __init__(self, *args: Any, obj: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assignee"]
        if obj is not None:
            field.queryset = assistants_near(obj)
            field.initial = obj.assignee_id
