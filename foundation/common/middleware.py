"""What is refused before any page sees it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase


class NoNullMiddleware:
    """A NUL in an address is nobody's typing, and PostgreSQL stores none in a text: 400, before any query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            message = "NUL in the address"
            raise BadRequest(message)
        return self.get_response(request)
