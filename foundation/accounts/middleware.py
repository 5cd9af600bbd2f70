"""The office's time zone, the person's language and the second step of staff, for each request."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from foundation.regions import zones

Next = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """Indonesian, unless the person chose otherwise on this device.

    The browser's own language is not asked: many phones here are set to English by people who read Indonesian.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class OfficeContextMiddleware:
    """`request.office` is the office of the person's region (None for strangers); its zone is in force.

    Who is logged in reads in the language of the account, whatever the browser says.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        code = request.session.get("region_code", "") if request.user.is_authenticated else ""
        zone, office = zones.with_office(code) if len(code) >= len("00.00") else (None, None)
        request.office = office  # type: ignore[attr-defined]
        if request.user.is_authenticated and request.user.language != request.LANGUAGE_CODE:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        with timezone.override(zone or timezone.get_default_timezone()):
            return self.get_response(request)


class SecondStepMiddleware:
    """Office accounts without an authenticator app get no further than its enrolment (settings.STAFF_TOTP_REQUIRED)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.STAFF_TOTP_REQUIRED or self._may_pass(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            message = _("Please set up the second step of your login first.")
            return JsonResponse({"message": message, "extra": {}}, status=403)
        return redirect("mfa_activate_totp")

    def _may_pass(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated or not (user.is_staff or user.works_in_office):
            return True
        open_paths = (reverse("accounts:account"), reverse("set_language"), "/health/", settings.STATIC_URL)
        if request.path.startswith(open_paths):
            return True
        return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())
