"""What is too large for any form is refused by its length, before a byte of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


class UploadLimitMiddleware:
    """413 with a sentence for bodies over settings.UPLOAD_MAX_BYTES: 200 MB never reach the disk or the memory."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= settings.UPLOAD_MAX_BYTES:
            return self.get_response(request)
        limit = settings.UPLOAD_MAX_BYTES // 1_000_000
        if request.path.startswith("/api/"):
            message = _("This is too large: at most %(limit)s MB in one request.") % {"limit": limit}
            return JsonResponse({"message": message, "extra": {}}, status=413)
        return HttpResponse(render_to_string("413.html", {"limit": limit}), status=413)
