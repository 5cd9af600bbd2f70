"""One address, page or fragment."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers


def page_or_part(request: HttpRequest, template: str, part: str, context: dict[str, Any]) -> TemplateResponse:
    """The whole page, or only its partial `part` when htmx asks; never a fragment for the back button."""
    htmx: Any = getattr(request, "htmx", None)
    fragment = bool(htmx) and not htmx.history_restore_request
    response = TemplateResponse(request, f"{template}#{part}" if fragment else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
