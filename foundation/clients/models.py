"""Other systems that may call us: their tokens, and the answers given to calls that must not be done twice."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.clients.scopes import permissions_of
from foundation.common.crypto import EncryptedField
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record

MOST_CALLS_A_MINUTE = 6_000


class ServiceAccount(User):
    """The account behind a token, so that every deed has its actor. It has no password, phone or role, and cannot log in.

    What it may do follows from the scopes of its token and is limited to the token's region.
    """

    class Meta:
        proxy = True
        verbose_name = _("account of a system")
        verbose_name_plural = _("accounts of systems")

    def region_prefixes(self, permission: str) -> list[str]:
        client: Client = self.client
        return [client.region_code] if permission in permissions_of(client.scopes) else []

    @property
    def works_in_office(self) -> bool:
        """It has nothing of its own: lists need not look for that."""
        return True


class ClientQuerySet(ScopedQuerySet["Client"]):
    region_path = "region_code"

    def with_hash(self, token_hash: str) -> "ClientQuerySet":
        return self.filter(token_hash=token_hash).select_related("user")


class Client(Record):
    """Another system of the office with its token, of which only a hash is kept."""

    name = models.CharField(_("name of the system"), max_length=100)
    user = models.OneToOneField(ServiceAccount, on_delete=models.PROTECT, related_name="client", editable=False)
    region_code = models.CharField(_("region code"), max_length=13, blank=True, db_collation="C")
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("what it may do"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token_tail = models.CharField(_("token ends in"), max_length=4, editable=False)
    per_minute = models.PositiveIntegerField(_("calls per minute"), default=120)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("token of a system")
        verbose_name_plural = _("tokens of systems")
        constraints = [
            models.CheckConstraint(
                name="client_may_do_something",
                condition=Q(scopes__len__gt=0),
                violation_error_message=_("Please choose what the system may do."),
            ),
            models.CheckConstraint(
                name="client_calls_bounded",
                condition=Q(per_minute__gt=0, per_minute__lte=MOST_CALLS_A_MINUTE),
                violation_error_message=_("Please give between 1 and 6,000 calls per minute."),
            ),
            models.CheckConstraint(
                name="client_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("The last day lies in the past."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def works_at(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class Answer(Record):
    """What a call with an idempotency key was answered: asked again, the same is said and nothing is done."""

    # The caller: a system's account, or a person's who calls from a browser.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    call = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = EncryptedField(blank=True)
    answered_at = models.DateTimeField(db_index=True)

    objects: Any = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer kept")
        verbose_name_plural = _("answers kept")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                name="answer_once_per_key",
                violation_error_message=_("This key was used already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.call} {self.status}"
