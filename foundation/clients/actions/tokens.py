"""Tokens of other systems: made, renewed, revoked. The token itself is told once and stored nowhere."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.clients import scopes as registry
from foundation.clients.models import Client, ServiceAccount
from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError

LONGEST: Final = timedelta(days=366)
LAST_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
PREFIX: Final = "guyub_"


class NotYoursToGive(ActionError):
    message = _("You can only hand on what you may do yourself, in your own region.")
    field = "scopes"


class TooLong(ActionError):
    message = _("A token is valid for one year at most. Please choose an earlier day.")
    field = "expires_on"


class InThePast(ActionError):
    message = _("The last day lies in the past.")
    field = "expires_on"


class RevokedAlready(ActionError):
    message = _("This token is revoked already. Please make a new one.")


def may_give(by: User, scope: registry.Scope, region_code: str) -> bool:
    """Whether `by` holds everything that the scope allows, in that region."""
    return all(
        any(region_code.startswith(prefix) for prefix in by.region_prefixes(permission))
        for permission in scope.permissions
    )


def _check(by: User | None, scopes: Sequence[str], region_code: str, expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise InThePast
    if expires_at - now > LONGEST:
        raise TooLong
    found = [registry.known(name) for name in scopes]
    if not found or not all(scope and (by is None or may_give(by, scope, region_code)) for scope in found):
        raise NotYoursToGive


def _new_token(client: Client) -> str:
    token = PREFIX + secrets.token_urlsafe(32)
    client.token_hash, client.token_tail = keyed_hash(token), token[-4:]
    return token


@transaction.atomic
def make(
    *,
    name: str,
    scopes: Sequence[str],
    region_code: str,
    expires_at: datetime,
    by: User | None,
    now: datetime,
    per_minute: int = 120,
) -> tuple[Client, str]:
    """A token for another system, and the token itself: it is told here and never again.

    Raises NotYoursToGive, TooLong, InThePast.
    """
    _check(by, scopes, region_code, expires_at, now)
    account = ServiceAccount(email=f"{uuid.uuid4().hex}@clients.invalid", full_name=name)
    account.set_unusable_password()
    account.save(force_insert=True)
    client = Client(
        name=name,
        user=account,
        scopes=sorted(scopes),
        region_code=region_code,
        per_minute=per_minute,
        expires_at=expires_at,
        made_by=by,
        created_at=now,
    )
    token = _new_token(client)
    client.save(force_insert=True)
    log.record("client.made", client, by=by, now=now, scopes=client.scopes, until=expires_at.isoformat())
    return client, token


@transaction.atomic
def renew(*, client: Client, expires_at: datetime, by: User, now: datetime) -> tuple[Client, str]:
    """A new token for the same system; the old one stops working at once.

    Raises RevokedAlready, NotYoursToGive, TooLong, InThePast.
    """
    client = Client.objects.locked(client.pk)
    if client.revoked_at:
        raise RevokedAlready
    _check(by, client.scopes, client.region_code, expires_at, now)
    token = _new_token(client)
    client.expires_at = expires_at
    client.save(update_fields=["token_hash", "token_tail", "expires_at", "updated_at"])
    log.record("client.renewed", client, by=by, now=now, until=expires_at.isoformat())
    return client, token


@transaction.atomic
def revoke(*, client: Client, by: User | None, now: datetime) -> Client:
    """The token stops working with the next call. Raises RevokedAlready."""
    client = Client.objects.locked(client.pk)
    if client.revoked_at:
        raise RevokedAlready
    client.revoked_at = now
    client.save(update_fields=["revoked_at", "updated_at"])
    log.record("client.revoked", client, by=by, now=now)
    return client


def used(*, client: Client, now: datetime) -> None:
    """Note that the token is in use, once a minute at most."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USE_IS_NOTED_EVERY)
    Client.objects.filter(stale, pk=client.pk).update(last_used_at=now)
