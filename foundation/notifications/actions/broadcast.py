"""Telling tens of thousands at once: the outbox rows are made inside the database, in one statement each.

Same rows, same uniqueness and same preferences as `outbox.queue`, without a Python object per message.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation

from foundation.notifications import kinds
from foundation.notifications.actions import outbox
from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from foundation.notifications.signals import queued

# Stands for the recipient's name until the database fills it in; a private-use letter that nobody is called.
NAME: Final = "\ue000"
ADDRESS: Final = {
    Channel.APP: "coalesce(r.account::text, '')",
    Channel.WHATSAPP: "coalesce(r.mobile, '')",
    Channel.EMAIL: "coalesce(r.mail, '')",
}
INSERT: Final = """
    INSERT INTO notifications_message (
        uid, created_at, updated_at, user_id, recipient_key, recipient_name, address, region_code, kind, subject_key,
        channel, title, body, url, status, attempts, next_try_at, sent_at, gateway_id, error,
        language, params
    )
    SELECT gen_random_uuid(), %(now)s, %(now)s, r.account, r.key, r.name, {address}, r.region_code, %(kind)s,
        %(subject)s, %(channel)s, left(replace(%(title)s, %(mark)s, r.name), 200),
        replace(%(body)s, %(mark)s, r.name), %(url)s, %(status)s, 0, %(now)s, %(sent_at)s, '', '', %(language)s,
        replace(%(params)s, %(mark)s, substr(to_json(r.name)::text, 2, length(to_json(r.name)::text) - 2))::jsonb
    FROM ({recipients}) r
    WHERE r.language = %(language)s AND {address} <> '' AND NOT EXISTS (
        SELECT 1 FROM notifications_preference p
        WHERE p.user_id = r.account AND p.category = %(category)s AND p.channel = %(channel)s
    ) AND NOT (%(channel)s = 'WHATSAPP' AND EXISTS (
        SELECT 1 FROM notifications_silence s WHERE s.phone = {address} AND s.ended_at IS NULL
    ))
    ON CONFLICT DO NOTHING
"""


def queue(
    kind: str, *, to: QuerySet[Any, Any], subject: str, context: Mapping[str, Any], url: str, now: datetime
) -> int:
    """Like `outbox.queue`, for a query of recipients.

    `to` is a values() query with the columns key, name, account, mobile, mail, language and region_code.
    Returns the number of new rows.
    """
    spec = kinds.get(kind)
    new = 0
    try:
        for language, _label in settings.LANGUAGES:
            for channel in spec.channels:
                new += _insert(spec, to, language, channel, subject=subject, context=context, url=url, now=now)
    except EmptyResultSet:  # the query names nobody (an empty list of keys), which is nobody to tell
        return 0
    if new:
        transaction.on_commit(partial(queued.send_robust, sender=Message), robust=True)
    return new


def _insert(
    spec: kinds.Kind,
    to: QuerySet[Any, Any],
    language: str,
    channel: Channel,
    *,
    subject: str,
    context: Mapping[str, Any],
    url: str,
    now: datetime,
) -> int:
    in_app = channel == Channel.APP
    with translation.override(language):
        values = {"name": NAME, **context}
        title, body = str(spec.title) % values, str(spec.body) % values
        params = outbox.template_values(str(spec.body), values)
    with connection.cursor() as cursor:
        inner, inner_params = to.order_by().query.sql_with_params()
        recipients = cursor.mogrify(inner, inner_params).decode().replace("%", "%%")
        cursor.execute(
            INSERT.format(address=ADDRESS[channel], recipients=recipients),
            {
                "now": now,
                "kind": spec.name,
                "subject": subject,
                "channel": str(channel),
                "title": title,
                "body": body,
                "mark": NAME,
                "url": url if in_app else f"{settings.SITE_URL}{url}",
                "language": language,
                "status": str(Message.Status.SENT if in_app else Message.Status.QUEUED),
                "sent_at": now if in_app else None,
                "category": str(spec.category),
                "params": json.dumps(params, ensure_ascii=False),
            },
        )
        return int(cursor.rowcount)
