"""Small helpers of views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods


def reading(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that only reads."""
    return require_http_methods(["GET", "HEAD"])(view)


def writing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A deed: POST only."""
    return require_http_methods(["POST"])(view)


def form_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page with a form: GET shows, POST does."""
    return require_http_methods(["GET", "HEAD", "POST"])(view)


def demo_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Exists in demo mode (and in tests that ask for it); elsewhere it is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def pdf_response(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response
