"""Family card and tax number of a person: encrypted, found by keyed hash, shown masked."""

from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from members.entries import PersonEntry
from members.models import IdentityNumber, NumberKind, Person


@transaction.atomic
def store(*, person: Person, entry: PersonEntry) -> list[str]:
    """Write the numbers that a cleaned entry brings; an empty one leaves what is there. Returns which changed."""
    given = {NumberKind.KK: entry.kk, NumberKind.NPWP: entry.npwp}
    return [
        str(kind).lower() for kind, number in given.items() if number and put(person=person, kind=kind, number=number)
    ]


def put(*, person: Person, kind: str, number: str) -> bool:
    """One checked number (digits only); whether anything changed."""
    row = IdentityNumber.objects.filter(person=person, kind=kind).first() or IdentityNumber(person=person, kind=kind)
    if row.number == number:
        return False
    row.put(number)
    row.save()
    return True


@transaction.atomic
def show(*, row: IdentityNumber, by: User, now: datetime) -> str:
    """The whole number. Looking is a deed: it is written down and visible to its owner."""
    log.record("person.number_shown", row.person, by=by, now=now, kind=row.kind)
    return str(row.number)
