"""The policies of the two faces, and queues of the office that are fresh after a deed."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from csp.constants import HEADER, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

# What Django shows a developer instead of these has inline styles.
DEBUG_PAGES = {HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}


class QueuesMiddleware:
    """After a deed of the office's people their queues are counted anew; what others do shows within half a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user: Any = request.user
        if request.method not in {"GET", "HEAD", "OPTIONS"} and user.is_authenticated and user.is_staff:
            from msme_platform.office import queues  # noqa: PLC0415 -- the models are not there yet when settings load

            queues.forget(user)
        return response


class PolicyMiddleware:
    """The Content-Security-Policy of the face an answer belongs to, unless its view has set one.

    Unfold draws with Alpine.js, which builds functions from attributes (unsafe-eval), and writes its colours into a
    <style> element and style attributes (unsafe-inline, styles only). Both end at the office's address; the portal stays
    strict, and scripts from elsewhere or inline are forbidden in both. See docs/adr/0005-policy-of-the-office-face.md.
    Both are put together once: csp's own middleware does it for every answer, which is a twelfth of a small one's work.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.portal = build_policy()
        self.office = build_policy(update={"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]})
        self.prefix = ""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        self.prefix = self.prefix or reverse("admin:index")
        if not (settings.DEBUG and response.status_code in DEBUG_PAGES):
            response.headers.setdefault(HEADER, self.office if request.path.startswith(self.prefix) else self.portal)
        return response
