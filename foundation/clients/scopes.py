"""What a token may be for. An app registers its scopes when it starts; each stands for permissions of roles.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scope:
    """`name` is what other systems are told (`members.read`), `label` what the office reads."""

    name: str
    label: Any
    permissions: frozenset[str]


_SCOPES: dict[str, Scope] = {}


def register(*scopes: Scope) -> None:
    """Called from an app's `ready`; the same name twice is a mistake."""
    for scope in scopes:
        if _SCOPES.get(scope.name, scope) != scope:
            raise ValueError(f"The scope {scope.name} is registered twice.")
        _SCOPES[scope.name] = scope


def every() -> list[Scope]:
    return sorted(_SCOPES.values(), key=lambda scope: scope.name)


def known(name: str) -> Scope | None:
    return _SCOPES.get(name)


def permissions_of(names: Iterable[str]) -> frozenset[str]:
    """What these scopes allow together; a scope that no app knows any more allows nothing."""
    return frozenset().union(*(scope.permissions for name in names if (scope := _SCOPES.get(name))))
