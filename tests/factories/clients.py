"""Small, boring factories of tokens."""

import datetime as dt
from typing import Any

from django.test import Client as Browser

from foundation.clients.actions import tokens
from foundation.clients.models import Client

UNTIL = dt.timedelta(days=30)


def token(*scopes: str, code: str = "16.71", now: dt.datetime | None = None, **fields: Any) -> tuple[Client, str]:
    """A token of another system, made by nobody in particular."""
    now = now or dt.datetime.now(dt.UTC)
    given = {
        "name": "Satu Data",
        "scopes": scopes,
        "region_code": code,
        "expires_at": now + UNTIL,
        "by": None,
        **fields,
    }
    return tokens.make(now=now, **given)


def caller(*scopes: str, code: str = "16.71", **fields: Any) -> Browser:
    """A test client that sends a token with each call."""
    _client, text = token(*scopes, code=code, **fields)
    return Browser(headers={"authorization": f"Bearer {text}"})
