"""Calls that are not done twice, and what the schema says of tokens and keys."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.clients.actions import answers
from foundation.clients.authentication import ClientAuthentication
from foundation.common import clock

KEY_HEADER: Final = "Idempotency-Key"
KEY_LENGTH: Final = range(8, 101)


class ClientScheme(OpenApiAuthenticationExtension):
    """How the token is told to readers of the schema."""

    target_class = ClientAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the office face (System, Tokens of systems). It is shown once, has scopes, a region and an end.",
        }


def answered_once(request: Request, perform: Callable[[], Response]) -> Response:
    """`perform()` for a new key, the answer of the first call for a repeated one.

    Key, deed and answer are one transaction: a refused or broken call leaves nothing behind and may be sent again.
    """
    key = request.headers.get(KEY_HEADER, "")
    if len(key) not in KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise exceptions.ValidationError({KEY_HEADER: [_("Please send a key of 8 to 100 characters in this header.")]})
    user: Any = request.user
    with transaction.atomic():
        answer, new = answers.take(
            user=user, key=key, call=f"{request.method} {request.path}", body_hash=_digest(request), now=clock.now()
        )
        if not new:
            return Response(json.loads(answer.body), status=answer.status, headers={"Idempotent-Replayed": "true"})
        response = perform()
        text = JSONRenderer().render(response.data).decode()
        answers.keep(answer=answer, status=response.status_code, body=text)
    return response


def _digest(request: Request) -> str:
    """Of what was sent: spaces and the order of names do not matter, the bytes of files do."""
    found = hashlib.sha256()
    data: Any = request.data
    for name, file in sorted(request.FILES.items()):
        found.update(f"{name}:{file.name}:{file.size}:".encode())
        for chunk in file.chunks():
            found.update(chunk)
        file.seek(0)
        data = {key: value for key, value in data.items() if key != name}
    found.update(json.dumps(data, sort_keys=True, default=str).encode())
    return found.hexdigest()


KEY_PARAMETER: Final = OpenApiParameter(
    KEY_HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="8 to 100 characters of your choice, new for each deed. The same key with the same body is answered as "
    "the first time and does nothing (header Idempotent-Replayed: true); with another body it is 409. Kept for 30 days.",
)
