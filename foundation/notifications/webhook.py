"""Where the WhatsApp platform calls us.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hashlib
import hmac
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from foundation.common import clock
from foundation.notifications import tasks
from foundation.notifications.actions import webhooks

LARGEST: Final = 1_000_000


@csrf_exempt  # another computer calls; its signature stands for the token
@login_not_required
@require_http_methods(["GET", "POST"])
def whatsapp(request: HttpRequest) -> HttpResponseBase:
    """GET proves once that the address is ours; POST brings news: checked, stored as it is, read later by a job."""
    return _challenge(request) if request.method == "GET" else _news(request)


def _challenge(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("hub.verify_token", "")
    expected = settings.WHATSAPP_VERIFY_TOKEN
    if not expected or request.GET.get("hub.mode") != "subscribe" or not _same(token, expected):
        return HttpResponse(status=403)
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")


def _news(request: HttpRequest) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    body = request.body
    if not signed(body, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=403)
    if webhooks.store(body=body, now=clock.now()):
        tasks.process_webhooks.delay_on_commit()
    return HttpResponse(status=200)


def signed(body: bytes, header: str) -> bool:
    """True if `header` is the HMAC-SHA256 of the raw body under our app's secret. Without a secret nothing is."""
    if not settings.WHATSAPP_APP_SECRET:
        return False
    made = hmac.new(settings.WHATSAPP_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return _same(header, f"sha256={made}")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
