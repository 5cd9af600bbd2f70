"""Forms of groups and documents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.files.forms import StoredFileField, UploadForm
from foundation.regions.models import Office
from trainings.handouts import PURPOSE


class CommunityForm(forms.Form):
    """A new group."""

    name = forms.CharField(label=_("Name of the group"), max_length=80)
    note = forms.CharField(label=_("What they do"), max_length=150, required=False)
    office = forms.ChoiceField(label=_("Office"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["office"]
        field.choices = [(office.region_id, office.name) for office in offices]
        self.offices = offices
        if len(offices) > 1:
            field.widget, field.required = forms.Select(choices=field.choices), True

    def office_code(self) -> str:
        code: str = self.cleaned_data["office"] or self.offices[0].region_id
        return code


class MemberSearchForm(forms.Form):
    """Whom to add: a name or a phone number."""

    q = forms.CharField(label=_("Name or phone number of the owner"), max_length=100)


class MembersForm(forms.Form):
    """Who belongs to it from now on: those who are ticked, and those whose numbers are typed."""

    numbers = forms.CharField(
        label=_("Phone numbers, one on each line"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("numbers", "").strip() and not self.data.get("person"):
            self.add_error("numbers", _("Please tick somebody whom you have searched for, or type a number."))
        return data


class DocumentForm(UploadForm):
    """Something for participants to read."""

    file = StoredFileField(label=_("Document"), purpose=PURPOSE)
    title = forms.CharField(
        label=_("Title"), max_length=80, required=False, help_text=_("Left empty: the name of the file.")
    )
