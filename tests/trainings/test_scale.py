"""With 5,000 sessions every list and page asks the database as often as with ten."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.common import clock
from tests.factories.foundation import office
from tests.factories.members import OwnerFactory
from tests.factories.trainings import EnrolmentFactory, TrainingFactory, many
from trainings import calendars
from trainings.actions import calendar_keys
from trainings.models import Enrolment, Training

pytestmark = [pytest.mark.ci, pytest.mark.django_db]
FEW, MANY = 5, 2_500
OF_ONE = ("training-detail", "training-manage", "participant-list", "training-documents", "crew", "training-dates", "door",
          "scanner", "reach-report", "settle-list", "training-schedule")  # fmt: skip


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert answer.status_code == 200, address
    return len(asked)


def logged_in(training: Training) -> Client:
    client = Client()
    client.force_login(training.facilitator)
    return client


@pytest.fixture
def first(db: None) -> Training:
    office("16.71")
    made: Training = TrainingFactory(starts_at=clock.now())
    return made


def test_lists_pages_and_feeds_are_constant_in_queries(first: Training) -> None:
    client, owner = logged_in(first), OwnerFactory()
    key = calendar_keys.renew(user=owner.user, now=clock.now())
    mine = reverse("trainings:calendar-mine", args=[calendars.token(key)])
    lists = [
        reverse("trainings:training-list"),
        *(f"{reverse('trainings:training-list')}?tampil={shown}" for shown in ("tempat", "kelola", "daring")),
        reverse("trainings:calendar-all"),
        reverse("trainings:calendar-region", args=["16.71.04"]),
        mine,
        reverse("trainings:my-list"),
    ]
    of_one: Callable[[str], str] = lambda name: (  # noqa: E731 -- short enough
        reverse(f"trainings:{name}") if name == "training-schedule" else reverse(f"trainings:{name}", args=[first.uid])
    )
    addresses = [*lists, *map(of_one, OF_ONE)]
    made = many(first, FEW, start=clock.now())
    EnrolmentFactory(training=made[0], person=owner)
    few = {address: cost(client, address) for address in addresses}

    more = many(first, MANY - FEW, start=clock.now())
    Enrolment.objects.bulk_create(
        Enrolment(training=row, person=owner, state="CONFIRMED", source="OWN", queue_number=1, code=f"{n:06d}",
                  enrolled_at=clock.now(), confirmed_at=clock.now())
        for n, row in enumerate(more[:300])
    )  # fmt: skip
    found = {address: cost(client, address) for address in addresses}
    assert found == few
    assert max(found.values()) <= 30
