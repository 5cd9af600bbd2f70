"""Who follows a topic, and who has read what."""

from django.conf import settings
from django.db import models

from forums.models.talk import Board, Topic
from foundation.common.querysets import BaseQuerySet


class Follow(models.Model):
    """Wants to hear of replies. `told_no` is the post of the last message: no other one until it was read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="forum_follows")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField()
    told_no = models.PositiveIntegerField(null=True, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.topic_id}"


class ReadMark(models.Model):
    """Up to which post somebody has read a topic. One row per topic opened, none for the others."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="read_marks")
    last_no = models.PositiveIntegerField()

    objects = BaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="readmark_once")]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.topic_id} to {self.last_no}"


class BoardMark(models.Model):
    """When somebody last looked at a board (`seen_at`), and when they declared all of it read (`read_at`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="marks")
    seen_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "board"], name="boardmark_once")]

    def __str__(self) -> str:
        return f"{self.user_id} saw board {self.board_id}"
