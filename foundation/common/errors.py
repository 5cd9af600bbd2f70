"""The one family of errors that a person may see."""

from typing import Any


class ActionError(Exception):
    """An action refused. Carries the sentence for the user and, where there is one, the way on.

    `message` is the sentence (translated, may be lazy); `field` names the form field it belongs to;
    `next_url` and `next_label` are the button that does what is missing.
    """

    message: Any = ""
    field: str | None = None
    next_url: str = ""
    next_label: Any = ""

    def __init__(
        self, message: Any = "", *, field: str | None = None, next_url: str = "", next_label: Any = ""
    ) -> None:
        if message:
            self.message = message
        if field:
            self.field = field
        if next_url:
            self.next_url = next_url
            self.next_label = next_label
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)
