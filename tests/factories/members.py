"""Small, boring factories of members."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, ScaleBasis, Source
from members.models import Business, Licence, Person
from tests.factories.foundation import UserFactory, region

REGISTERED = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.UTC)


class PersonFactory(DjangoModelFactory[Person]):
    """An owner in Kelurahan Bukitlama, Palembang, with a phone but no account and no NIK."""

    class Meta:
        model = Person

    full_name = factory.Sequence(lambda n: f"Pemilik {n}")
    phone = factory.Sequence(lambda n: f"+628121000{n:04d}")
    village = factory.LazyFunction(lambda: region("16.71.04.1001"))
    source = Source.STAFF
    registered_at = REGISTERED


class OwnerFactory(PersonFactory):
    """An owner who logs in by phone."""

    user = factory.SubFactory(UserFactory)
    source = Source.OWNER


class BusinessFactory(DjangoModelFactory[Business]):
    class Meta:
        model = Business

    owner = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"Keripik {n}")
    village = factory.LazyAttribute(lambda business: business.owner.village)
    scale = Scale.MICRO
    scale_basis = ScaleBasis.CAPITAL
    status = BusinessStatus.ACTIVE
    source = Source.STAFF
    registered_at = REGISTERED


class LicenceFactory(DjangoModelFactory[Licence]):
    """A NIB that is held; other kinds by argument."""

    class Meta:
        model = Licence

    business = factory.SubFactory(BusinessFactory)
    kind = LicenceKind.NIB
    status = LicenceStatus.HELD
    number = factory.Sequence(lambda n: f"{n:013d}")
