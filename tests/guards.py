"""What no test may do, whatever it tests: reach the outside, leave files about, or show a variable nobody set."""

import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

HERE = {"127.0.0.1", "::1", "localhost", ""}
OURS = str(settings.BASE_DIR / "templates")
FALLBACKS = {"default", "default_if_none", "firstof"}


class OutsideError(AssertionError):
    """A test tried to reach another machine."""


class UndefinedVariableError(AssertionError):
    """A template of ours shows a variable that its view did not give."""


def close_the_door() -> None:
    """Let sockets reach this machine only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse_outside(address: Any) -> None:
        if isinstance(address, tuple) and str(address[0]) not in HERE:
            raise OutsideError(
                f"A test tried to reach {address[0]}. Outside services stand behind a gateway with a fake."
            )

    def guarded(self: socket.socket, address: Any) -> None:
        refuse_outside(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        refuse_outside(address)
        return connect_ex(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign]


class Undefined(str):
    """Stands where Django puts an undefined variable: refuses in our templates, stays empty in those of parts.

    Django asks `if string_if_invalid` for a variable, and `"%s" in string_if_invalid` inside blocktranslate; both
    questions come from a frame that knows the variable and the template.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        asker = sys._getframe(1).f_locals
        expression, context = asker.get("self"), asker.get("context")
        filters = [function.__name__ for function, _arguments in getattr(expression, "filters", [])]
        if context is not None and not (filters and filters[0] in FALLBACKS):
            refuse(context, str(getattr(expression, "var", expression)))
        return False

    def __contains__(self, part: object) -> bool:
        asker = sys._getframe(1)
        if part == "%s" and asker.f_code.co_name == "render_value":
            refuse(asker.f_locals["context"], str(asker.f_locals["key"]))
        return False


def refuse(context: Any, variable: str) -> None:
    """Fail if the template that is being rendered is one of ours."""
    template = context.render_context.template or context.template
    origin = str(template.origin.name)
    if origin.startswith(OURS):
        raise UndefinedVariableError(f"{Path(origin).relative_to(OURS)} shows {variable!r}, which nobody set.")


def own_redis(worker: str) -> None:
    """A numbered database of Redis for each process of tests that runs at the same time."""
    if not worker.startswith("gw"):
        return
    cache = settings.CACHES["default"]
    cache["LOCATION"] = numbered(cache["LOCATION"], int(worker.removeprefix("gw")) + 1)


def numbered(address: str, number: int) -> str:
    """The address of the database `number` further on."""
    if address.startswith("unix:"):  # urlsplit would put it together again with one slash instead of three
        return f"{address.partition('?')[0]}?db={number}"
    parts = urlsplit(address)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}").geturl()
