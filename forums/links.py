"""Addresses of topics and posts, for pages and messages alike."""

from django.urls import reverse

from forums.models import Topic
from forums.rules import page_of


def topic_url(topic: Topic, no: int = 1) -> str:
    """The path of post `no` of `topic`: its page, and the anchor unless it is the question."""
    page = page_of(no)
    query = f"?hal={page}" if page > 1 else ""
    return reverse("forums:topic", args=[topic.uid]) + query + (f"#p{no}" if no > 1 else "")
