"""Consents: given and withdrawn, always with the words and the moment (UU 27/2022 art. 20-24)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts import texts
from foundation.accounts.models import Consent, User
from foundation.accounts.signals import consent_changed, happened
from foundation.common.errors import ActionError


class NeededForService(ActionError):
    message = _(
        "Without this consent the office cannot serve you. To leave Guyub and have your data deleted, please talk to "
        "your assistant or write to the office."
    )


class NeverGiven(ActionError):
    message = _("This consent is not in force.")


def subject_of(user: User) -> str:
    """Under which key the consents of an account stand: the person's, where one was recorded, else the account's."""
    first = user.consents.order_by("pk").values_list("subject_key", flat=True).first()
    return first or f"user:{user.pk}"


@transaction.atomic
def give(
    *,
    purpose: str,
    subject_key: str,
    user: User | None,
    channel: str,
    by: User | None,
    now: datetime,
    phone: str = "",
    text_version: str = texts.VERSION,
) -> Consent:
    """Record that `subject_key` (`person:7` or `user:3`) agrees. A consent already in force stays as it is.

    `channel` says how it was given: `web`, `paper`, `phone`.
    """
    consent, new = Consent.objects.get_or_create(
        subject_key=subject_key,
        purpose=purpose,
        withdrawn_at=None,
        defaults={"user": user, "text_version": text_version, "channel": channel, "given_at": now},
    )
    if new:
        _tell(consent, given=True, phone=phone, by=by, now=now)
    return consent


@transaction.atomic
def withdraw(*, purpose: str, subject_key: str, by: User | None, now: datetime, phone: str = "") -> Consent:
    """End a consent; the row stays as proof of what held until now.

    Raises NeededForService for the consent on which registration rests, NeverGiven if none is in force.
    """
    if purpose == Consent.Purpose.REGISTER:
        raise NeededForService
    consent = (
        Consent.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(subject_key=subject_key, purpose=purpose, withdrawn_at=None)
        .first()
    )
    if consent is None:
        raise NeverGiven
    consent.withdrawn_at = now
    consent.save(update_fields=["withdrawn_at", "updated_at"])
    _tell(consent, given=False, phone=phone, by=by, now=now)
    return consent


def _tell(consent: Consent, *, given: bool, phone: str, by: User | None, now: datetime) -> None:
    number = phone or (consent.user.phone if consent.user else "") or ""
    verb = "consent.given" if given else "consent.withdrawn"
    happened.send(
        sender=Consent,
        verb=verb,
        obj=consent,
        by=by,
        now=now,
        data={"purpose": consent.purpose, "version": consent.text_version, "channel": consent.channel},
    )
    consent_changed.send(sender=Consent, consent=consent, given=given, phone=number, by=by, now=now)
