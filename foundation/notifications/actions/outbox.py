"""Putting messages into the outbox, inside the transaction of the deed they tell of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import translation

from foundation.accounts.models import User
from foundation.notifications import kinds
from foundation.notifications.kinds import Category, Channel
from foundation.notifications.models import MASK, Message, Preference
from foundation.notifications.signals import queued

BATCH = 2000


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
    rows = [
        _message(spec, letter.to, channel, subject=letter.subject, context=letter.context, url=letter.url, now=now)
        for letter in every
        for channel in spec.channels
        if letter.to.address(channel) and (letter.to.user_id, channel) not in off
    ]
    new = 0
    for start in range(0, len(rows), BATCH):
        new += _insert(rows[start : start + BATCH])
    if new:
        transaction.on_commit(partial(queued.send_robust, sender=Message), robust=True)
    return new


def _switched_off(spec: kinds.Kind, recipients: list[Recipient]) -> set[tuple[int | None, str]]:
    if spec.category == Category.SERVICE:  # cannot be switched off: preference_service_stays_on
        return set()
    users = [recipient.user_id for recipient in recipients if recipient.user_id]
    rows = Preference.objects.filter(category=spec.category, user__in=users).values_list("user_id", "channel")
    return set(rows)


def _message(
    spec: kinds.Kind,
    recipient: Recipient,
    channel: Channel,
    *,
    subject: str,
    context: Mapping[str, Any],
    url: str,
    now: datetime,
) -> Message:
    with translation.override(recipient.language):
        values = {"name": recipient.name, **context}
        secret = str(values.pop(spec.secret, ""))
        shown = {**values, spec.secret: MASK} if spec.secret else values
        title, body = str(spec.title) % shown, str(spec.body) % shown
    return Message(
        user_id=recipient.user_id,
        recipient_key=recipient.key,
        recipient_name=recipient.name,
        address=recipient.address(channel),
        region_code=recipient.region_code,
        kind=spec.name,
        subject_key=subject,
        channel=channel,
        title=title,
        body=body,
        url=f"{settings.SITE_URL}{url}" if url and channel != Channel.APP else url,
        next_try_at=now,
        created_at=now,
        updated_at=now,
        status=Message.Status.SENT if channel == Channel.APP else Message.Status.QUEUED,
        sent_at=now if channel == Channel.APP else None,
        language=recipient.language,
        urgent=bool(spec.secret),
        secret=secret,
        params=template_values(spec, values),
    )


def template_values(spec: kinds.Kind, values: Mapping[str, Any]) -> dict[str, str]:
    """The values that the WhatsApp template of `spec` names."""
    body = str(spec.body)
    return {key: str(value) for key, value in values.items() if f"%({key})" in body}


def _insert(rows: list[Message]) -> int:
    """Insert what is new; the unique constraint decides, not a look before the write."""
    before = [row.uid for row in rows]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    with connection.cursor() as cursor:
        ours = [[str(uid) for uid in before]]
        cursor.execute("SELECT count(*) FROM notifications_message WHERE uid = ANY(%s::uuid[])", ours)
        return int(cursor.fetchone()[0])


def statement(kind: str, *, letter: Letter, now: datetime) -> tuple[str, list[Any]] | None:
    """What `queue` writes for one letter that cannot be switched off, as SQL with its values, for a caller who writes
    more in the same round trip. None where no channel reaches the recipient. The sender is told after commit.
    """
    spec = kinds.get(kind)
    if spec.category != Category.SERVICE:
        raise ValueError(kind)
    rows = [
        _message(spec, letter.to, channel, subject=letter.subject, context=letter.context, url=letter.url, now=now)
        for channel in spec.channels
        if letter.to.address(channel)
    ]
    if not rows:
        return None
    transaction.on_commit(partial(queued.send_robust, sender=Message), robust=True)
    fields, sql = _insert_of(len(rows))
    return sql, [
        field.get_db_prep_save(getattr(row, name), connection) if translated else getattr(row, name)
        for row in rows
        for name, field, translated in fields
    ]


@cache
def _insert_of(count: int) -> tuple[list[tuple[str, Any, bool]], str]:
    """The columns of a message, each with whether its value is told to the driver in another form, and the SQL."""
    fields = [field for field in Message._meta.concrete_fields if not field.primary_key]
    names = ", ".join(str(field.column) for field in fields)
    every = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    sql = f"INSERT INTO notifications_message ({names}) VALUES {every} ON CONFLICT DO NOTHING"  # noqa: S608 -- own names
    plain = (models.CharField, models.TextField, models.DateTimeField, models.BooleanField, models.IntegerField)
    return [
        (field.attname, field, type(field) not in {*plain, models.PositiveSmallIntegerField}) for field in fields
    ], sql
