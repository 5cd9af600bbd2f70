"""Erasing a person: what names her goes, what counts without a name stays (UU 27/2022 art. 43, 44)."""

from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox
from members.actions import statuses
from members.enums import BusinessStatus, Source
from members.models import Business, Person
from members.privacy import registry
from members.privacy.messages import DATA_ERASED


@transaction.atomic
def anonymise(*, person: Person, by: User | None, now: datetime) -> Person:
    """Take out of every app what names `person`. Her NIK, phone and licence numbers are free: she may register anew.

    The caller has asked `registry.holds`. Doing it twice changes nothing. She is told where she was last reached.
    """
    person = Person.objects.locked(person.pk)
    if person.anonymised_at is not None:
        return person
    subject, farewell = registry.Subject.of(person), person.as_recipient()
    for business in Business.objects.filter(owner=person).exclude(status=BusinessStatus.CLOSED).order_by("pk"):
        statuses.change(business=business, status=BusinessStatus.CLOSED, reason="", source=Source.STAFF, by=by, now=now)
    for part in registry.parts():
        part.erase(subject, now)
        for table in part.tables:
            if table.drop:
                table.rows(subject).delete()
            elif table.blank:
                table.rows(subject).update(**table.blank)
    _person(person, now)
    if subject.user_id:
        _account(User.objects.select_for_update().get(pk=subject.user_id))
    log.record("person.erased", person, by=by, now=now)
    outbox.queue(
        DATA_ERASED.name, to=[farewell], subject=f"person:{person.pk}", context={}, url="/akun/daftar/", now=now
    )
    return person


def _person(person: Person, now: datetime) -> None:
    person.full_name, person.birth_date = registry.GONE, None
    person.nik, person.nik_hash, person.nik_tail = "", None, ""
    person.phone = person.email = person.address = ""
    person.anonymised_at = now
    person.save(
        update_fields=[
            "full_name",
            "birth_date",
            "nik",
            "nik_hash",
            "nik_tail",
            "phone",
            "email",
            "address",
            "anonymised_at",
            "updated_at",
        ]
    )


def _account(user: User) -> None:
    """Nobody logs in with it any more, and its number is free for a new one."""
    user.full_name, user.phone, user.phone_verified = registry.GONE, None, False
    user.email, user.is_active = f"{user.uid}@erased.invalid", False
    user.set_unusable_password()
    user.save(update_fields=["full_name", "phone", "phone_verified", "email", "is_active", "password", "updated_at"])
