"""Asking for a record that is already there: by a code to its phone, or by a reason that staff judge."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.actions import consents
from foundation.accounts.models import Consent, User
from foundation.audit import log
from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from members.actions import people
from members.actions.people import RegisteredAlready
from members.entries import ConsentEntry
from members.models import ClaimRequest, ClaimState, Person

CODE_LIVES: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
CODES_A_DAY: Final = 3
DIGITS: Final = 6
# Different numbers that one account may ask about in a day: an owner types her own, an assistant a queue of people.
PROBES_OF_AN_OWNER: Final = 5
PROBES_OF_A_WORKER: Final = 200
DAY_SECONDS: Final = 24 * 60 * 60


class TooManyNumbers(ActionError):
    message = _("That were too many different NIKs for one day. Please try again tomorrow, or ask your assistant.")
    field = "nik"


class AskedAlready(ActionError):
    message = _("You have already asked for a record. The office will answer.")


class ReasonMissing(ActionError):
    message = _("Please write in a sentence why this record is yours, so that the office can check it.")
    field = "reason"


class NoCodeHere(ActionError):
    message = _("No code can be sent for this record. Please write to the office why it is yours.")


class TooManyCodes(ActionError):
    message = _(
        "Three codes were sent today. Please try again tomorrow, or write to the office why the record is yours."
    )


class WrongCode(ActionError):
    message = _("This code is not right. Look at the newest WhatsApp message on the recorded number.")
    field = "code"


class CodeOver(ActionError):
    message = _("This code is no longer valid. Please ask for a new one.")
    field = "code"


class DecidedAlready(ActionError):
    message = _("This request is already decided.")


def count_probe(*, by: User, nik: str) -> None:
    """Count a NIK that somebody asks about; the same one again is free. Raises TooManyNumbers.

    Whether a NIK is known is itself personal: without a limit somebody could try numbers until one is there.
    """
    limit = PROBES_OF_A_WORKER if by.has_perm("members.register_person") else PROBES_OF_AN_OWNER
    if not cache.add(f"members.nik.{by.pk}.{keyed_hash(nik)}", 1, timeout=DAY_SECONDS):
        return
    key = f"members.niks.{by.pk}"
    cache.add(key, 0, timeout=DAY_SECONDS)
    if cache.incr(key) > limit:
        cache.delete(f"members.nik.{by.pk}.{keyed_hash(nik)}")
        raise TooManyNumbers


@transaction.atomic
def ask(*, person: Person, by: User, reason: str, consent: ConsentEntry, now: datetime) -> ClaimRequest:
    """Put the claim before the office, with a reason and the asker's consent.

    Raises RegisteredAlready, ReasonMissing, AskedAlready.
    """
    if not reason.strip():
        raise ReasonMissing
    claim = _open(person, by=by, now=now)
    if claim.reason:
        raise AskedAlready
    claim.reason = reason.strip()
    claim.save(update_fields=["reason", "updated_at"])
    consents.give(
        purpose=Consent.Purpose.REGISTER,
        subject_key=f"user:{by.pk}",
        user=by,
        channel=consent.channel,
        by=by,
        now=now,
        text_version=consent.text_version,
    )
    log.record("claim.asked", person, by=by, now=now)
    return claim


@transaction.atomic
def send_code(*, person: Person, by: User, now: datetime) -> ClaimRequest:
    """Send a code to the phone that the record has. Raises NoCodeHere where it has none or has an account already."""
    if not person.phone or person.user_id is not None:
        raise NoCodeHere
    key = f"members.claim.{person.pk}"
    cache.add(key, 0, timeout=DAY_SECONDS)
    if cache.incr(key) > CODES_A_DAY:
        raise TooManyCodes
    claim = _open(person, by=by, now=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    claim.code_hash, claim.code_until, claim.tries = _hash(claim, code), now + CODE_LIVES, 0
    claim.save(update_fields=["code_hash", "code_until", "tries", "updated_at"])
    holder = outbox.Recipient(key=f"person:{person.pk}", name=person.full_name, phone=person.phone)
    outbox.queue("claim_code", to=[holder], subject=f"claim:{uuid4()}", context={"code": code}, url="", now=now)
    log.record("claim.code_sent", person, by=by, now=now)
    return claim


def _open(person: Person, *, by: User, now: datetime) -> ClaimRequest:
    """The one waiting claim of this account, made if there is none. Raises RegisteredAlready, AskedAlready."""
    if Person.objects.filter(user=by).exists():
        raise RegisteredAlready
    waiting: ClaimRequest | None = ClaimRequest.objects.for_update().filter(user=by).waiting().first()
    if waiting is not None:
        if waiting.person_id != person.pk:
            if waiting.reason:
                raise AskedAlready
            waiting.person, waiting.code_hash, waiting.code_until = person, "", None
            waiting.save(update_fields=["person", "code_hash", "code_until", "updated_at"])
        return waiting
    try:
        with transaction.atomic():
            return ClaimRequest.objects.create(user=by, person=person, asked_at=now)
    except IntegrityError as error:
        raise AskedAlready from error


def _hash(claim: ClaimRequest, code: str) -> str:
    return keyed_hash(f"claim:{claim.pk}:{code}")


def try_code(*, claim: ClaimRequest, code: str, by: User, consent: ConsentEntry, now: datetime) -> Person:
    """The right code links the record to the account. Raises WrongCode, CodeOver, RegisteredAlready.

    A wrong try is counted even though it is refused: its own transaction ends before the refusal is raised.
    """
    with transaction.atomic():
        claim = ClaimRequest.objects.locked(claim.pk)
        if claim.state != ClaimState.WAITING or not claim.code_open(now) or claim.tries >= MOST_TRIES:
            raise CodeOver
        right = secrets.compare_digest(claim.code_hash, _hash(claim, code.strip()))
        claim.tries += 1
        claim.save(update_fields=["tries", "updated_at"])
        if right:
            person = _link(claim, by=by, decided_by=None, note="", now=now)
            people.agree(person=person, consent=consent, by=by, now=now)
            return person
    raise WrongCode


@transaction.atomic
def accept(*, claim: ClaimRequest, by: User, note: str, now: datetime) -> Person:
    """Staff have seen that the record is the asker's. An account that the record had before is closed."""
    claim = _waiting(claim)
    person = _link(claim, by=claim.user, decided_by=by, note=note, now=now)
    _answer(claim, now=now)
    return person


@transaction.atomic
def refuse(*, claim: ClaimRequest, by: User, note: str, now: datetime) -> ClaimRequest:
    """The record is somebody else's; why is told to the asker. Raises ReasonMissing."""
    claim = _waiting(claim)
    if not note.strip():
        raise ReasonMissing(field="note")
    _decide(claim, ClaimState.REFUSED, by=by, note=note, now=now)
    log.record("claim.refused", claim.person, by=by, now=now)
    _answer(claim, now=now)
    return claim


def _waiting(claim: ClaimRequest) -> ClaimRequest:
    claim = ClaimRequest.objects.locked(claim.pk)
    if claim.state != ClaimState.WAITING:
        raise DecidedAlready
    return claim


def _link(claim: ClaimRequest, *, by: User, decided_by: User | None, note: str, now: datetime) -> Person:
    person = Person.objects.locked(claim.person_id)
    former = person.user
    person.user = by
    person.phone = by.phone or person.phone
    try:
        with transaction.atomic():
            person.save(update_fields=["user", "phone", "updated_at"])
    except IntegrityError as error:
        raise RegisteredAlready from error
    if former is not None:
        User.objects.filter(pk=former.pk).update(is_active=False)
    _decide(claim, ClaimState.ACCEPTED, by=decided_by, note=note, now=now)
    way: dict[str, Any] = {"way": "code" if decided_by is None else "staff", "former": former.pk if former else None}
    log.record("person.claimed", person, by=decided_by or by, now=now, **way)
    return person


def _decide(claim: ClaimRequest, state: str, *, by: User | None, note: str, now: datetime) -> None:
    claim.state, claim.decided_at, claim.decided_by, claim.note = state, now, by, note.strip()
    claim.code_hash, claim.code_until = "", None
    fields = ["state", "decided_at", "decided_by", "note", "code_hash", "code_until", "updated_at"]
    claim.save(update_fields=fields)


def _answer(claim: ClaimRequest, *, now: datetime) -> None:
    to = [outbox.Recipient.of_user(claim.user)]
    context = {"name": claim.person.full_name if claim.state == ClaimState.ACCEPTED else claim.user.full_name}
    outbox.queue("claim_decided", to=to, subject=f"claim:{claim.pk}", context=context, url="/daftar/", now=now)
