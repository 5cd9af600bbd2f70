"""Licensing: an owner's business with what a case needs around it."""

import datetime as dt
from typing import Any

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from members.actions import cases
from members.enums import LicenceKind, LicenceStatus, Source
from members.models import Business, LicenceCase
from tests.factories.foundation import office, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
NIB = "0220001234567"


def business(*, nib: bool = True, **fields: Any) -> Business:
    """A business of crisps in Ilir Barat Satu, Palembang, whose owner logs in."""
    office("16.71")
    made: Business = BusinessFactory(owner=fields.pop("owner", None) or OwnerFactory(), product="Keripik", **fields)
    if nib:
        LicenceFactory(business=made)
    return made


def case(*, of: Business | None = None, kind: str = LicenceKind.PIRT, by: User | None = None) -> LicenceCase:
    """A case that the owner has asked for, or that `by` has opened."""
    of = of or business()
    source = Source.STAFF if by else Source.OWNER
    return cases.start(business=of, kind=kind, source=source, by=by or of.owner.user, now=NOW)


def staff(code: str = "16.71") -> User:
    return user_with_role(Role.STAFF, code)


def assistant(code: str = "16.71.04") -> User:
    return user_with_role(Role.FACILITATOR, code)


def status_of(of: Business, kind: str) -> str:
    row = of.licences.filter(kind=kind).first()
    return row.status if row else LicenceStatus.NONE
