"""The office face: its wider Content-Security-Policy, and queues that are fresh after a deed."""

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


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


class OfficePolicyMiddleware:
    """Unfold draws with Alpine.js, which builds functions from attributes (unsafe-eval), and writes its colours into a
    <style> element and style attributes (unsafe-inline, styles only). Both end at the office's address; the portal stays
    strict, and scripts from elsewhere or inline are forbidden in both. See docs/adr/0005-policy-of-the-office-face.md.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.prefix = ""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        self.prefix = self.prefix or reverse("admin:index")
        if request.path.startswith(self.prefix):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 -- what csp's own decorator sets
                "script-src": [UNSAFE_EVAL],
                "style-src": [UNSAFE_INLINE],
            }
        return response
