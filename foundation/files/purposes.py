"""What files are for. Each app registers its own in `<app>/papers.py`, imported by its AppConfig."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from foundation.files.enums import FileKind

if TYPE_CHECKING:
    from foundation.files.models import StoredFile

PAPER: Final = frozenset({FileKind.PHOTO, FileKind.PDF})
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True)
class Purpose:
    """A use of private files.

    `may_read(user, file)` decides who may open one that is in use; `is_own(user, file)` says whether it is the user's
    own, so that the look is not written down. A file not in use yet is its sender's alone.
    """

    name: str
    title: Any
    may_read: Callable[[Any, "StoredFile"], bool]
    is_own: Callable[[Any, "StoredFile"], bool]
    kinds: frozenset[FileKind] = PAPER
    max_bytes: int = 12 * MEGABYTE

    @property
    def kind_words(self) -> str:
        """`foto, PDF`"""
        return ", ".join(str(kind.label) for kind in FileKind if kind in self.kinds)


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    if purpose.name in _purposes and _purposes[purpose.name] != purpose:
        raise ValueError(f"Two purposes of files are called {purpose.name}.")
    _purposes[purpose.name] = purpose
    return purpose


def get(name: str) -> Purpose:
    return _purposes[name]


def find(name: str) -> Purpose | None:
    """None for a purpose whose app is gone."""
    return _purposes.get(name)
