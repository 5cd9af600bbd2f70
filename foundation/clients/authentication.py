"""Who calls: the token of another system, what it may do, and how often."""

import time
from typing import Any, Final

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from foundation.clients.actions import tokens
from foundation.clients.models import Client, ServiceAccount
from foundation.common import clock
from foundation.common.crypto import keyed_hash
from foundation.regions.models import Office

PERSON_PER_MINUTE: Final = 120
MINUTE: Final = 60


class ClientAuthentication(BaseAuthentication):
    """`Authorization: Bearer guyub_...`. The office's zone is in force for the rest of the call."""

    def authenticate(self, request: Request) -> tuple[ServiceAccount, Client] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        token = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""  # noqa: PLR2004 -- the word and the token
        client = Client.objects.with_hash(keyed_hash(token)).first() if token else None
        now = clock.now()
        if client is None or not client.works_at(now):
            raise exceptions.AuthenticationFailed(_("This token is not known, has ended or was revoked."))
        tokens.used(client=client, now=now)
        account = client.user
        account.client = client
        office = Office.objects.serving(client.region_code) if len(client.region_code) >= len("00.00") else None
        if office:
            timezone.activate(office.tz)  # the middleware puts the zone back at the end of the request
        return account, client

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Needs(BasePermission):
    """The view names the permission of each method: `needed = {"GET": "members.view_person"}`.

    The region is limited where rows are fetched, by `visible_to`.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        needed: dict[str, str] = getattr(view, "needed", {})
        name = needed.get("GET" if request.method == "HEAD" else str(request.method), "")
        if request.method == "OPTIONS" or request.method not in getattr(view, "allowed_methods", []):
            return True  # tells what there is; an unknown method is answered with 405
        return bool(name and request.user.has_perm(name))


class PerMinute(BaseThrottle):
    """Calls of one token (or person) per minute of the real clock, counted in Redis."""

    def allow_request(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        if not user.is_authenticated:
            return True  # turned away by the permissions
        limit = request.auth.per_minute if isinstance(request.auth, Client) else PERSON_PER_MINUTE
        key = f"clients.calls.{user.pk}.{int(time.time() // MINUTE)}"
        cache.add(key, 0, timeout=2 * MINUTE)
        return cache.incr(key) <= limit

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE
