"""The outbox: one row per recipient, kind, subject and channel, so nothing is sent twice."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from foundation.common.crypto import EncryptedField
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.notifications.kinds import Category, Channel

# Stands in the stored text in place of a secret.
MASK = "••••••"


class MessageQuerySet(ScopedQuerySet["Message"]):
    region_path = "region_code"

    def inbox(self, user: Any) -> "MessageQuerySet":
        """What stands in the app for `user`, newest first."""
        return self.filter(user=user, channel=Channel.APP).order_by("-created_at", "-id")

    def unread(self, user: Any) -> "MessageQuerySet":
        return self.filter(user=user, channel=Channel.APP, read_at__isnull=True)

    def waiting(self, now: object) -> "MessageQuerySet":
        """What the sender should take: queued and due."""
        return self.filter(status=Message.Status.QUEUED, next_try_at__lte=now).order_by("-urgent", "next_try_at", "id")


class Message(Record):
    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        SENDING = "SENDING", _("Being sent")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Not delivered")
        UNKNOWN = "UNKNOWN", _("Perhaps sent")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="messages")
    recipient_key = models.CharField(max_length=60)
    recipient_name = models.CharField(_("recipient"), max_length=150)
    address = models.CharField(_("address"), max_length=254, blank=True)
    region_code = models.CharField(_("region"), max_length=13, blank=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=60)
    subject_key = models.CharField(max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    url = models.CharField(_("link"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    gateway_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(_("reason"), max_length=300, blank=True)
    language = models.CharField(max_length=2, default="id", db_default="id")
    urgent = models.BooleanField(default=False, db_default=False)
    params = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    secret = EncryptedField(blank=True, default="", db_default="")
    claim = models.UUIDField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_key", "kind", "subject_key", "channel"],
                name="message_once",
                violation_error_message=_("This message is already in the outbox."),
            ),
            models.CheckConstraint(
                name="message_sent_has_time",
                condition=~Q(status="SENT") | Q(sent_at__isnull=False),
                violation_error_message=_("A sent message has a time."),
            ),
            models.CheckConstraint(
                name="message_status_known",
                condition=Q(status__in=["QUEUED", "SENDING", "SENT", "FAILED", "UNKNOWN"]),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="message_sending_has_claim",
                condition=~Q(status="SENDING") | Q(claim__isnull=False, claimed_at__isnull=False),
                violation_error_message=_("Who sends a message says so."),
            ),
            models.UniqueConstraint(
                fields=["gateway_id"],
                condition=~Q(gateway_id=""),
                name="message_gateway_id_once",
                violation_error_message=_("The gateway's number of this message is already known."),
            ),
        ]
        indexes = [
            models.Index(fields=["-urgent", "next_try_at", "id"], condition=Q(status="QUEUED"), name="message_due_idx"),
            models.Index(fields=["claimed_at"], condition=Q(status="SENDING"), name="message_sending_idx"),
            models.Index(fields=["user", "-created_at", "-id"], condition=Q(channel="APP"), name="message_inbox_idx"),
            models.Index(fields=["user"], condition=Q(channel="APP", read_at__isnull=True), name="message_unread_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_key} {self.recipient_key} {self.channel}"

    @property
    def text(self) -> str:
        """The body as it goes out: with the secret, as long as that is kept."""
        return self.body.replace(MASK, self.secret) if self.secret else self.body


class Preference(Record):
    """A channel that a person switched off for a category; no row = on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    category = models.CharField(max_length=12, choices=Category.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "category", "channel"], name="preference_once"),
            models.CheckConstraint(
                name="preference_service_stays_on",
                condition=~Q(category="SERVICE"),
                violation_error_message=_("Messages on decisions, money and security cannot be switched off."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.category} {self.channel} off"


class Silence(Record):
    """A number that wants no WhatsApp from us (STOP, or a consent withdrawn); ended when the person agrees again."""

    phone = models.CharField(max_length=16)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=Q(ended_at__isnull=True), name="silence_once_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.phone} since {self.since:%Y-%m-%d}"


class WebhookCall(Record):
    """What the WhatsApp platform called us with, as it came: stored before anything is read."""

    body = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(processed_at__isnull=True), name="webhook_waiting_idx")]

    def __str__(self) -> str:
        return f"{self.digest[:12]} {self.received_at:%Y-%m-%d %H:%M}"


class WebhookItem(models.Model):
    """One status or one incoming message, handled once however often the platform repeats it."""

    key = models.CharField(max_length=200, unique=True)
    call = models.ForeignKey(WebhookCall, on_delete=models.CASCADE, related_name="items")

    def __str__(self) -> str:
        return self.key
