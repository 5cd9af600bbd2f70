"""Posts as plain text: paragraphs, line breaks and links, never markup of the writer's."""

import re
from datetime import datetime

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forums.links import topic_url
from forums.models import Post, Topic
from foundation.common import clock, dates
from foundation.common.numbers import NBSP

register = template.Library()

LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
TAIL = ".,;:!?)]}…"
SHOWN = 60
HOUR, DAY = 3600, 86400


@register.filter
def posting(text: str) -> SafeString:
    """`text` escaped, in paragraphs, with http(s) addresses as links."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return mark_safe("".join(f"<p>{_linked(part)}</p>" for part in paragraphs))  # noqa: S308 -- escaped in _linked


def _linked(text: str) -> str:
    parts, end = [], 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(TAIL)
        parts += [_plain(text[end : match.start()]), _anchor(address)]
        end = match.start() + len(address)
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")


def _anchor(address: str) -> str:
    label = address if len(address) <= SHOWN else address[: SHOWN - 1] + "…"
    return format_html('<a href="{}" rel="nofollow ugc noopener noreferrer">{}</a>', address, label)


@register.filter
def lalu(moment: datetime | None) -> str:
    """`baru saja`, `10 menit lalu`, `2 jam lalu`, `kemarin`, `18 November 2026`: how people say it in a list."""
    if moment is None:
        return ""
    now = clock.now()
    seconds = (now - moment).total_seconds()
    today = dates.as_date(now)
    days = (today - dates.as_date(moment)).days
    if seconds < HOUR:
        n = int(seconds // 60)
        said = ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n} if n > 0 else _("just now")
    elif days == 0:
        n = int(seconds // HOUR)
        said = ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n}
    elif days == 1:
        said = _("yesterday")
    else:
        said = dates.short_date(moment)
    return re.sub(r"(?<=\d) ", NBSP, said)


@register.simple_tag
def topic_link(topic: Topic) -> str:
    """Where a list leads: the first post not read yet, or the start."""
    return topic_url(topic, getattr(topic, "first_new", 1))


@register.simple_tag
def post_link(post: Post) -> str:
    """The place of `post` in its topic."""
    return topic_url(post.topic, post.no)
