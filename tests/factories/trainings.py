"""Small, boring factories of trainings."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import PersonFactory
from trainings import codes
from trainings.enums import EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import ActionStep, Enrolment, Evaluation, Session, TopicProposal, Training

# 1 December 2026, 09.00 WIB
FIRST = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HOURS = dt.timedelta(hours=3)
DAY = dt.timedelta(days=1)


def leader(code: str) -> User:
    """The district's assistant, or somebody of the office where the whole city is invited."""
    if len(code) == len("00.00"):
        return user_with_role(Role.STAFF, code)
    return user_with_role(Role.FACILITATOR, code[:8])


class TrainingFactory(DjangoModelFactory[Training]):
    """Open for registration in the district Ilir Barat Satu, 30 places, two mornings in December 2026."""

    class Meta:
        model = Training
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Menghitung harga jual {n}")
    summary = "Pulang membawa daftar harga untuk produk sendiri."
    region = factory.LazyFunction(lambda: region("16.71.04"))
    office_code = factory.LazyAttribute(lambda training: office(training.region.code[:5]).region_id)
    status = TrainingStatus.OPEN
    source = ProposalSource.OWN
    capacity = 30
    venue = "Aula Kantor Kecamatan"
    organiser = "Dinas Koperasi dan UKM"
    facilitator = factory.LazyAttribute(lambda training: leader(training.region.code))
    starts_at = FIRST
    ends_at = factory.LazyAttribute(lambda training: training.starts_at + DAY + HOURS)
    enrol_until = factory.LazyAttribute(lambda training: training.starts_at)
    published_at = NOW

    @factory.post_generation
    def sessions(self: Training, create: Any, extracted: int | None, **_kwargs: Any) -> None:  # type: ignore[misc]
        for number in range(1, (2 if extracted is None else extracted) + 1):
            start = self.starts_at + DAY * (number - 1)
            Session.objects.create(training=self, number=number, starts_at=start, ends_at=start + HOURS)


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    """A confirmed place."""

    class Meta:
        model = Enrolment

    training = factory.SubFactory(TrainingFactory)
    person = factory.SubFactory(PersonFactory)
    state = EnrolmentState.CONFIRMED
    source = ProposalSource.OWN
    queue_number = factory.Sequence(lambda n: n + 1)
    code = factory.LazyFunction(lambda: codes.make(6))
    enrolled_at = NOW
    confirmed_at = factory.LazyAttribute(lambda row: NOW if row.state == EnrolmentState.CONFIRMED else None)
    cancelled_at = factory.LazyAttribute(lambda row: NOW if row.state == EnrolmentState.CANCELLED else None)
    offer_until = factory.LazyAttribute(lambda row: NOW + DAY if row.state == EnrolmentState.OFFERED else None)


class TopicProposalFactory(DjangoModelFactory[TopicProposal]):
    """A wish of an owner of Palembang, without votes."""

    class Meta:
        model = TopicProposal

    office_code = "16.71"
    title = factory.Sequence(lambda n: f"Foto produk dengan HP {n}")
    proposed_by = factory.SubFactory(PersonFactory)
    proposed_at = NOW


class ActionStepFactory(DjangoModelFactory[ActionStep]):
    """An open step that its owner has said yes to."""

    class Meta:
        model = ActionStep

    enrolment = factory.SubFactory(EnrolmentFactory)
    number = 1
    what = "Memotret lima produk"
    due_on = (NOW + DAY * 20).date()
    confirmed_at = NOW


class EvaluationFactory(DjangoModelFactory[Evaluation]):
    """A friendly word on the first session."""

    class Meta:
        model = Evaluation

    enrolment = factory.SubFactory(EnrolmentFactory)
    session = factory.LazyAttribute(lambda row: row.enrolment.training.sessions.order_by("number").first())
    relevance = 5
    clarity = 4
    liked = "Contoh dari warung sendiri"
    given_at = NOW


def many(model: Training, count: int, *, start: dt.datetime) -> list[Training]:
    """So many trainings like one, an hour apart, each of two sessions; in two statements."""
    own = {"id", "uid", "starts_at", "ends_at", "enrol_until"}
    same = [field.attname for field in Training._meta.concrete_fields if field.attname not in own]
    made = Training.objects.bulk_create(
        Training(
            **{name: getattr(model, name) for name in same},
            starts_at=start + dt.timedelta(hours=n),
            ends_at=start + dt.timedelta(hours=n + 30),
            enrol_until=start + dt.timedelta(hours=n),
        )
        for n in range(1, count + 1)
    )
    Session.objects.bulk_create(
        Session(training=row, number=k + 1, starts_at=row.starts_at + DAY * k, ends_at=row.starts_at + DAY * k + HOURS)
        for row in made
        for k in range(2)
    )
    return made
