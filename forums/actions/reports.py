"""Reports of posts: filed by members, answered by the moderators of the region."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from forums import rules
from forums.actions import voices
from forums.actions.errors import (
    AlreadyHandled,
    AlreadyReported,
    NothingToReport,
    NotYourRegion,
    OwnPost,
    ReasonMissing,
)
from forums.enums import ReportReason, ReportStatus
from forums.links import topic_url
from forums.models import Post, Report
from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox


@transaction.atomic
def file(*, post: Post, reason: ReportReason, note: str, by: User, now: datetime) -> Report:
    """Tell the moderators that `post` should not stand there.

    Raises OwnPost, NothingToReport (already hidden), AlreadyReported.
    """
    post = Post.objects.locked(post.pk)
    if post.author_id == by.pk:
        raise OwnPost
    if post.hidden_at:
        raise NothingToReport
    report = Report(
        post=post,
        reporter=by,
        reason=reason,
        note=note.strip(),
        region_code=post.region_code,
        reported_at=now,
        created_at=now,
    )
    # The unique constraint decides, not a look before the write.
    if (
        not Report.objects.bulk_create([report], ignore_conflicts=True)
        or not Report.objects.filter(uid=report.uid).exists()
    ):
        raise AlreadyReported
    report = Report.objects.get(uid=report.uid)
    log.record("post.reported", report, by=by, now=now, reason=str(reason), post=str(post.uid))
    return report


@transaction.atomic
def dismiss(*, report: Report, answer: str, by: User, now: datetime) -> int:
    """The post stays: every open report of it is closed with `answer`, and its writers are told. Returns how many.

    Raises NotYourRegion, ReasonMissing, AlreadyHandled.
    """
    post = Post.objects.locked(report.post_id)
    if not rules.may_moderate(by, post):
        raise NotYourRegion
    if not answer.strip():
        raise ReasonMissing(field="answer")
    closed = close_open(post=post, status=ReportStatus.DISMISSED, answer=answer.strip(), by=by, now=now)
    if not closed:
        raise AlreadyHandled
    log.record("report.dismissed", post, by=by, now=now, answer=answer.strip(), reports=closed)
    return closed


def close_open(*, post: Post, status: ReportStatus, answer: str, by: User, now: datetime) -> int:
    """Close the open reports of the locked `post` and tell who filed them. Returns how many."""
    reports = list(Report.objects.waiting().for_update().filter(post=post).order_by("pk"))
    Report.objects.filter(pk__in=[report.pk for report in reports]).update(
        status=status, answer=answer, handled_at=now, handled_by=by, updated_at=now
    )
    for report in reports:
        outbox.queue(
            "forum_report_handled",
            to=voices.recipients([report.reporter_id]),
            subject=f"report:{report.pk}",
            context={"topic": post.topic.title, "result": status.label, "answer": answer},
            url=_link(post, status),
            now=now,
        )
    return len(reports)


def _link(post: Post, status: ReportStatus) -> str:
    """A hidden question has no page any more for who reported it."""
    return (
        reverse("forums:home") if status == ReportStatus.UPHELD and post.is_question else topic_url(post.topic, post.no)
    )
