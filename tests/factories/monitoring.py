"""Small, boring factories of monitoring."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from monitoring.enums import Cause, Informant, Operating, State, Way
from monitoring.models import CheckIn, Response, Task
from tests.factories.members import BusinessFactory

ENDED = dt.date(2026, 9, 1)
OPENED = dt.date(2026, 10, 1)
NOW = dt.datetime(2026, 10, 1, 2, 0, tzinfo=dt.UTC)


class CheckInFactory(DjangoModelFactory[CheckIn]):
    """Planned for one month after a training that ended on 1 September 2026."""

    class Meta:
        model = CheckIn

    class Params:
        open = factory.Trait(
            state=State.OPEN,
            opened_on=OPENED,
            expires_on=dt.date(2026, 11, 15),
            invited_at=NOW,
            next_step_on=dt.date(2026, 10, 4),
        )
        escalated = factory.Trait(
            state=State.ESCALATED,
            opened_on=OPENED,
            expires_on=dt.date(2026, 11, 15),
            invited_at=NOW,
            reminders=2,
            escalated_at=NOW,
        )

    business = factory.SubFactory(BusinessFactory)
    person = factory.LazyAttribute(lambda row: row.business.owner)
    region_code = factory.LazyAttribute(lambda row: row.business.village_id)
    cause = Cause.TRAINING
    cause_id = 1
    cause_label = "pelatihan Foto produk"
    anchor_on = ENDED
    wave = 1
    due_on = OPENED


class ResponseFactory(DjangoModelFactory[Response]):
    """Closed, told by link."""

    class Meta:
        model = Response

    checkin = factory.SubFactory(CheckInFactory, open=True)
    operating = Operating.CLOSED
    way = Way.LINK
    informant = Informant.OWNER
    answered_at = NOW


class TaskFactory(DjangoModelFactory[Task]):
    """Waiting, without an assistant."""

    class Meta:
        model = Task

    checkin = factory.SubFactory(CheckInFactory, escalated=True)
    region_code = factory.LazyAttribute(lambda row: row.checkin.region_code)
    opened_at = NOW
    due_on = dt.date(2026, 10, 18)
