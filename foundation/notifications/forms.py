"""What one wants to be told, and where."""

from typing import Any

from django import forms

from foundation.accounts.models import User
from foundation.notifications.actions.inbox import CHOICES
from foundation.notifications.kinds import Category, Channel


class PreferenceForm(forms.Form):
    """One group of boxes a category."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        off = set(user.notification_preferences.values_list("category", "channel"))
        channels = [(channel.value, channel.label) for channel in Channel if channel != Channel.EMAIL or user.email]
        for category in Category:
            if category == Category.SERVICE:
                continue
            self.fields[category.value] = forms.MultipleChoiceField(
                label=category.label,
                choices=channels,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[channel for channel, _label in channels if (category.value, channel) not in off],
            )

    def wanted(self) -> set[tuple[str, str]]:
        """The pairs that stay on; a channel that was not offered stays as it is: on."""
        fields: dict[str, Any] = self.fields
        offered = {(category, value) for category in fields for value, _label in fields[category].choices}
        chosen = {(category, value) for category in fields for value in self.cleaned_data[category]}
        return chosen | (set(CHOICES) - offered)
