"""Identity numbers at rest: encrypted, and found again by a keyed hash."""

import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


def keyed_hash(text: str) -> str:
    """HMAC-SHA256 in hex: equal numbers meet, but nobody without the key can try all of them."""
    return hmac.digest(settings.FIELD_HASH_KEY.encode(), text.encode(), "sha256").hex()


class EncryptedField(models.TextField):  # type: ignore[type-arg]  # Django's fields are no generics while running
    """Text that stands encrypted in the database; the newest key writes, every listed key reads."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: Any, *_args: Any) -> Any:
        return decrypt(value) if value else value
