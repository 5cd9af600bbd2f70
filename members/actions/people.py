"""Owners: registered, linked to their account, changed; and their identity number shown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.actions import consents
from foundation.accounts.models import Consent, User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.actions import businesses, doubts, moves, numbers
from members.entries import BusinessEntry, ConsentEntry, LicenceEntry, PersonEntry, clean_person, refuse
from members.enums import Source
from members.models import Person, RegistrationDraft


class NikTaken(ActionError):
    message = _(
        "This NIK is already registered. If it is yours, please ask your assistant or the office to link the record to your number."
    )
    field = "nik"


class NikTakenClaimable(NikTaken):
    message = _("This NIK is already registered with your mobile number. You can take over the record.")


class RegisteredAlready(ActionError):
    message = _("You are already registered. Please open your profile.")


class PhoneNotVerified(ActionError):
    message = _("Please confirm your mobile number with the code first.")


class ConsentMissing(ActionError):
    message = _("Please agree to the registration first. Without it nothing is stored.")
    field = "consent"


class NotYours(ActionError):
    message = _("This record cannot be linked to your number. Please ask your assistant or the office.")


@transaction.atomic
def register(
    *,
    person: PersonEntry,
    source: Source,
    by: User | None,
    now: datetime,
    business: BusinessEntry | None = None,
    licences: Sequence[LicenceEntry] = (),
    consent: ConsentEntry | None = None,
    draft: RegistrationDraft | None = None,
) -> Person:
    """Store an owner with her first business, its licences and her consent, all or nothing.

    `draft`, from which this came, is thrown away. With source OWNER the record belongs to the account `by`, whose verified phone becomes the contact phone.
    Raises InvalidEntry, NikTaken (NikTakenClaimable where `claim` would do), RegisteredAlready, ConsentMissing.
    """
    account = by if source == Source.OWNER else None
    if account is not None:
        person = replace(person, phone=_verified_phone(account))
    if consent is None and source in {Source.OWNER, Source.FACILITATOR}:
        raise ConsentMissing
    entry, problems = clean_person(person, on=timezone.localdate(now))
    refuse(problems)
    created = _create(entry, account=account, source=source, by=by, now=now)
    numbers.store(person=created, entry=entry)
    doubts.note(person=created, problems=problems, now=now)
    if consent is not None:
        agree(person=created, consent=consent, by=by, now=now)
    log.record("person.registered", created, by=by, now=now, source=str(source))
    if business is not None:
        businesses.add(owner=created, business=business, licences=licences, source=source, by=by, now=now)
    if draft is not None:
        draft.delete()
    return created


def _verified_phone(account: User) -> str:
    if not (account.phone and account.phone_verified):
        raise PhoneNotVerified
    if Person.objects.filter(user=account).exists():
        raise RegisteredAlready
    return account.phone


def _create(entry: PersonEntry, *, account: User | None, source: Source, by: User | None, now: datetime) -> Person:
    person = Person(
        full_name=entry.full_name,
        sex=entry.sex,
        birth_date=entry.birth_date,
        phone=entry.phone,
        email=entry.email,
        village_id=entry.village,
        address=entry.address,
        user=account,
        source=source,
        registered_at=now,
        registered_by=by,
    )
    if entry.nik:
        person.set_nik(entry.nik)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise _translated(error, person, account) from error
    return person


def _constraint(error: IntegrityError) -> str:
    """The name of the constraint that the database saw broken."""
    diag: Any = getattr(error.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) or ""


def _translated(error: IntegrityError, person: Person, account: User | None) -> Exception:
    name = _constraint(error)
    if name == "person_nik_once":
        return NikTakenClaimable() if account and claimable(account, nik=person.nik) else NikTaken()
    if name.startswith("members_person_user_id"):
        return RegisteredAlready()
    return error


def agree(*, person: Person, consent: ConsentEntry, by: User | None, now: datetime) -> None:
    """Write down the consents, each with its words, way and time. Called inside `register` and `claim`."""
    purposes = [Consent.Purpose.REGISTER, *([Consent.Purpose.WHATSAPP] if consent.whatsapp else [])]
    for purpose in purposes:
        consents.give(
            purpose=purpose,
            subject_key=f"person:{person.pk}",
            user=person.user,
            channel=consent.channel,
            by=by,
            now=now,
            phone=person.phone,
            text_version=consent.text_version,
        )


def claimable(account: User, *, nik: str) -> Person | None:
    """The record without an account that has this NIK and the account's own verified phone."""
    if not (account.phone and account.phone_verified and nik):
        return None
    return Person.objects.with_nik(nik).filter(user__isnull=True, phone=account.phone).first()


@transaction.atomic
def claim(
    *, person: Person, by: User, consent: ConsentEntry | None, now: datetime, draft: RegistrationDraft | None = None
) -> Person:
    """Link a record that the office made to the account of its owner: same verified phone, no account yet.

    The interface has asked for the NIK and found `person` by `claimable`. Raises NotYours, RegisteredAlready,
    ConsentMissing.
    """
    phone = _verified_phone(by)
    if consent is None:
        raise ConsentMissing
    person = Person.objects.locked(person.pk)
    if person.user_id is not None or person.phone != phone:
        raise NotYours
    person.user = by
    try:
        with transaction.atomic():
            person.save(update_fields=["user", "updated_at"])
    except IntegrityError as error:
        raise _translated(error, person, by) from error
    agree(person=person, consent=consent, by=by, now=now)
    log.record("person.claimed", person, by=by, now=now)
    if draft is not None:
        draft.delete()
    return person


CHANGEABLE = ("full_name", "sex", "birth_date", "phone", "email", "address")


@transaction.atomic
def change(*, person: Person, entry: PersonEntry, by: User | None, now: datetime, reason: str = "") -> Person:
    """Bring an owner to what `entry` says. A NIK is only ever added, never replaced or wiped here.

    Another village is a move: it is written down with its `reason`. Raises InvalidEntry and NikTaken. The audit event names the changed fields, not their values.
    """
    person = Person.objects.locked(person.pk)
    if person.nik_hash:
        entry = replace(
            entry, nik=person.nik, sex=entry.sex or person.sex, birth_date=entry.birth_date or person.birth_date
        )
    cleaned, problems = clean_person(entry, on=timezone.localdate(now))
    refuse(problems)
    changed = [name for name in CHANGEABLE if getattr(person, name) != getattr(cleaned, name)]
    for name in changed:
        setattr(person, name, getattr(cleaned, name))
    before = person.village_id
    if before != cleaned.village:
        person.village_id = cleaned.village
        changed.append("village")
    if cleaned.nik and not person.nik_hash:
        person.set_nik(cleaned.nik)
        changed += ["nik", "nik_hash", "nik_tail"]
    shown = numbers.store(person=person, entry=cleaned)
    doubts.note(person=person, problems=problems, now=now)
    if not changed and not shown:
        return person
    try:
        with transaction.atomic():
            person.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        raise _translated(error, person, None) from error
    if "village" in changed:
        moves.note(of=person, before=before, by=by, now=now, reason=reason)
    log.record("person.changed", person, by=by, now=now, fields=[*changed, *shown])
    return person


@transaction.atomic
def show_nik(*, person: Person, by: User, now: datetime) -> str:
    """The whole identity number. Looking is a deed: it is written down and visible to its owner."""
    log.record("person.nik_shown", person, by=by, now=now)
    return str(person.nik)
