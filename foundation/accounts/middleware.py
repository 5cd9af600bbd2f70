"""The office's time zone and the person's language for each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from foundation.regions.models import Office


class OfficeContextMiddleware:
    """`request.office` is the office of the person's region (None for strangers); its zone is in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.office = None  # type: ignore[attr-defined]
        code = request.session.get("region_code", "") if request.user.is_authenticated else ""
        office = Office.objects.serving(code) if len(code) >= len("00.00") else None
        request.office = office  # type: ignore[attr-defined]
        with timezone.override(office.tz if office else timezone.get_default_timezone()):
            return self.get_response(request)
