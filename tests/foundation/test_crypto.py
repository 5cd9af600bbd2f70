"""Identity numbers at rest."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from foundation.common.crypto import decrypt, encrypt, keyed_hash
from members.models import Person
from tests.factories.members import PersonFactory

NIK = "9971045708800001"


@pytest.mark.django_db
def test_an_identity_number_never_stands_readable_in_the_database() -> None:
    person = PersonFactory.build(village_id=PersonFactory().village_id)
    person.set_nik(NIK)
    person.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_hash FROM members_person WHERE id = %s", [person.pk])
        stored = cursor.fetchone()
    assert NIK not in "".join(stored)
    assert Person.objects.with_nik(NIK).get().nik == NIK
    assert person.nik_masked == "•••• •••• •••• 0001"


def test_after_a_change_of_keys_old_numbers_can_still_be_read(settings: object) -> None:
    old = encrypt(NIK)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]  # type: ignore[attr-defined]
    assert decrypt(old) == NIK
    assert decrypt(encrypt(NIK)) == NIK


def test_the_hash_depends_on_the_key(settings: object) -> None:
    first = keyed_hash(NIK)
    settings.FIELD_HASH_KEY = "another"  # type: ignore[attr-defined]
    assert keyed_hash(NIK) != first
