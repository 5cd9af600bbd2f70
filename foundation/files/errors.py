"""Why a file is refused, in one sentence each, with the way on."""

from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError


class FileRefused(ActionError):
    """The base of them all."""


class TooBig(FileRefused):
    def __init__(self, limit: int) -> None:
        super().__init__(
            _("This file is too large: at most %(limit)s MB. Take the photo again in a smaller size, or scan in grey.")
            % {"limit": max(1, limit // 1_000_000)}
        )


class EmptyUpload(FileRefused):
    message = _("This file is empty. Please choose it once more.")


class WrongKind(FileRefused):
    """`kinds` are the words for what would have been taken."""

    def __init__(self, kinds: str) -> None:
        super().__init__(_("This is not a file that can be read here. What can be sent: %(kinds)s.") % {"kinds": kinds})


class BrokenPhoto(FileRefused):
    message = _("The photo arrived incomplete or damaged. Please take it once more.")


class HugePhoto(FileRefused):
    message = _("This photo has too many dots to be opened. Please take it with the ordinary camera setting.")


class BrokenPdf(FileRefused):
    message = _("This PDF is incomplete or damaged. Please save or download it once more.")


class BombFile(FileRefused):
    message = _("This spreadsheet unpacks into something far too large. Please save it once more with its data only.")


class NotYours(FileRefused):
    message = _("This file is no longer there. Please choose it once more.")
