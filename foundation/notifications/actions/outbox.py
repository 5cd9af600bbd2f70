"""Putting messages into the outbox, inside the transaction of the deed they tell of."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from foundation.accounts.models import User
from foundation.common import batch, bulk
from foundation.notifications import kinds
from foundation.notifications.kinds import Category, Channel
from foundation.notifications.models import MASK, Message
from foundation.notifications.signals import queued

BATCH = 2000
MARK = "\ue000"  # stands for the name in the texts that the server fills in; for private use, so in no text
NEW_ONLY = "ON CONFLICT DO NOTHING"
OFF = "SELECT user_id, channel FROM notifications_preference WHERE category = %s AND user_id = ANY(%s)"


@dataclass(frozen=True)
class Recipient:
    """Somebody who can be told: an account, or a person with only a phone. `key` names them for ever."""

    key: str
    name: str
    user_id: int | None = None
    phone: str = ""
    email: str = ""
    language: str = "id"
    region_code: str = ""

    @classmethod
    def of_user(cls, user: User) -> "Recipient":
        return cls(
            key=f"user:{user.pk}",
            name=str(user),
            user_id=user.pk,
            phone=user.phone or "",
            email=user.email or "",
            language=user.language,
            region_code=user.home_code,
        )

    def address(self, channel: Channel) -> str:
        return {Channel.APP: str(self.user_id or ""), Channel.WHATSAPP: self.phone, Channel.EMAIL: self.email}[channel]


@dataclass(frozen=True)
class Letter:
    """What one recipient is told: `subject` names what it is about, `url` is the path that the link opens."""

    to: Recipient
    subject: str
    context: Mapping[str, Any]
    url: str


def queue(
    kind: str, *, to: Iterable[Recipient], subject: str, context: Mapping[str, Any], url: str, now: datetime
) -> int:
    """One message per recipient and reachable channel; a second call for the same subject adds nothing.

    `subject` names what it is about (`training:17`), `url` is the path that the link opens. Returns the
    number of new rows. They are sent after commit.
    """
    return queue_each(kind, letters=[Letter(recipient, subject, context, url) for recipient in to], now=now)


def queue_each(kind: str, *, letters: Iterable[Letter], now: datetime) -> int:
    """Like queue, for many recipients who each get a subject, a context and a link of their own."""
    spec = kinds.get(kind)
    every = list(letters)
    off = _switched_off(spec, [letter.to for letter in every])
    rows: list[Message] = []
    for language in dict.fromkeys(letter.to.language for letter in every):
        with translation.override(language):
            words = str(spec.title), str(spec.body)
            for letter in every:
                if letter.to.language == language:
                    rows += _messages(spec, words, letter, off=off, now=now)
    new = 0
    for start in range(0, len(rows), BATCH):
        new += _insert(rows[start : start + BATCH])
    if new:
        wake()
    return new


def _switched_off(spec: kinds.Kind, recipients: list[Recipient]) -> set[tuple[int | None, str]]:
    if spec.category == Category.SERVICE:  # cannot be switched off: preference_service_stays_on
        return set()
    users = [recipient.user_id for recipient in recipients if recipient.user_id]
    return {(user, channel) for user, channel in batch.run([(OFF, [str(spec.category), users])])}


def _messages(
    spec: kinds.Kind,
    words: tuple[str, str],
    letter: Letter,
    *,
    now: datetime,
    off: Collection[tuple[int | None, str]] = (),
) -> list[Message]:
    """One for each channel that reaches the recipient and is not switched off; `words` and language are the recipient's."""
    to = letter.to
    channels = [channel for channel in spec.channels if to.address(channel) and (to.user_id, channel) not in off]
    if not channels:
        return []
    values = {"name": to.name, **letter.context}
    secret = str(values.pop(spec.secret, ""))
    shown = {**values, spec.secret: MASK} if spec.secret else values
    title, body = (text % shown for text in words)
    params = template_values(words[1], values)
    return [
        Message(
            user_id=to.user_id,
            recipient_key=to.key,
            recipient_name=to.name,
            address=to.address(channel),
            region_code=to.region_code,
            kind=spec.name,
            subject_key=letter.subject,
            channel=channel,
            title=title,
            body=body,
            url=f"{settings.SITE_URL}{letter.url}" if letter.url and channel != Channel.APP else letter.url,
            next_try_at=now,
            created_at=now,
            updated_at=now,
            status=Message.Status.SENT if channel == Channel.APP else Message.Status.QUEUED,
            sent_at=now if channel == Channel.APP else None,
            language=to.language,
            urgent=bool(spec.secret),
            secret=secret,
            params=params,
        )
        for channel in channels
    ]


def template_values(body: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The values that the WhatsApp template of a kind with this `body` names."""
    return {key: str(value) for key, value in values.items() if f"%({key})" in body}


def _insert(rows: list[Message]) -> int:
    """Insert what is new; the unique constraint decides, not a look before the write. How many were new."""
    return len(bulk.insert(rows, ending=NEW_ONLY))


@cache
def for_server(kind: str) -> tuple[str, str]:
    """Channels and texts of a kind that cannot be switched off, as `notifications_tell` of the database takes them: the
    texts by language, with MARK where the name stands. For what the server writes within a call of its own.
    """
    spec = kinds.get(kind)
    if spec.category != Category.SERVICE or spec.secret:
        raise ValueError(kind)
    texts = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts[language] = [str(spec.title) % {"name": MARK}, str(spec.body) % {"name": MARK}]
    return f"{{{','.join(spec.channels)}}}", json.dumps(texts, ensure_ascii=False)


def wake() -> None:
    """Tell the sender, after commit, that messages wait."""
    transaction.on_commit(partial(queued.send_robust, sender=Message), robust=True)
