"""Small, boring factories of the foundation."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import OFFICE_ROLES, Role
from foundation.regions.models import Office, Region, normal

NAMES = {
    "16": "Sumatera Selatan",
    "16.71": "Kota Palembang",
    "16.71.04": "Ilir Barat Satu",
    "16.71.04.1001": "Bukitlama",
    "16.71.14": "Plaju",
    "16.71.14.1001": "Plaju Ulu",
    "32": "Jawa Barat",
    "32.04": "Kabupaten Bandung",
    "32.04.13": "Banjaran",
    "32.04.13.2001": "Banjaran",
}
LEVELS = {2: Region.Level.PROVINCE, 5: Region.Level.REGENCY, 8: Region.Level.DISTRICT, 13: Region.Level.VILLAGE}


def region(code: str) -> Region:
    """The region `code` with all regions above it; real names where the tests use them."""
    parent = region(code.rpartition(".")[0]) if "." in code else None
    name = NAMES.get(code, f"Wilayah {code}")
    found, _created = Region.objects.get_or_create(
        code=code, defaults={"name": name, "search_name": normal(name), "level": LEVELS[len(code)], "parent": parent}
    )
    return found


def office(code: str = "16.71") -> Office:
    """The office of a regency or city."""
    found, _created = Office.objects.get_or_create(
        region=region(code),
        defaults={
            "name": f"Dinas Koperasi dan UKM {NAMES.get(code, code)}",
            "short_name": f"Dinas {NAMES.get(code, code)}",
            "head_name": "Dra. Kartini",
        },
    )
    return found


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+628120000{n:04d}")
    phone_verified = True
    full_name = factory.Sequence(lambda n: f"Pengguna {n}")


def user_with_role(role: Role, code: str, **fields: object) -> User:
    """Somebody who holds `role` in the region `code`."""
    user = UserFactory(is_staff=role in OFFICE_ROLES, **fields)
    Assignment.objects.create(user=user, role=role, region_code=code, start_on=dt.date(2026, 1, 1))
    return user
