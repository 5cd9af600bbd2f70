"""Registering others: what is ticked, typed and chosen stays while one goes on searching."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories.members import PersonFactory
from tests.factories.trainings import FIRST, NOW, EnrolmentFactory, TrainingFactory
from trainings.models import Enrolment, Training

pytestmark = pytest.mark.django_db


@pytest.fixture
def training(client: Client) -> Training:
    made = TrainingFactory()
    client.force_login(made.facilitator, backend="foundation.accounts.backends.LoginBackend")
    return made


def send(client: Client, name: str, training: Training, **data: Any) -> str:
    return client.post(reverse(f"trainings:{name}", args=[training.uid]), data, follow=True).content.decode()


def ticked(person: Any) -> str:
    return f'name="person" value="{person.uid}" checked'


def test_ticks_numbers_group_and_source_stay_while_a_second_name_is_searched(
    client: Client, training: Training
) -> None:
    first, second = PersonFactory(full_name="Sumi Lestari"), PersonFactory(full_name="Wati Anggraini")
    page = send(
        client,
        "participant-add",
        training,
        q="wati",
        person=str(first.uid),
        numbers="0812 1111 2222",
        group="KUB Melati",
        source="MUSRENBANG",
    )
    assert ticked(first) in page
    assert "Sumi Lestari" in page
    assert f'value="{second.uid}"' in page
    assert ticked(second) not in page
    assert "0812 1111 2222" in page
    assert "KUB Melati" in page
    assert '<option value="MUSRENBANG" selected>' in page
    assert not Enrolment.objects.exists()
    back = send(client, "participant-add", training, q="sumi", person=[str(first.uid), str(second.uid)])
    assert ticked(first) in back
    assert ticked(second) in back


def test_registering_one_keeps_the_ticks_of_the_others(client: Client, training: Training) -> None:
    one, other = PersonFactory(), PersonFactory()
    people = [str(one.uid), str(other.uid)]
    page = send(client, "participant-enrol", training, one=str(one.uid), person=people, source="EPOKIR")
    assert Enrolment.objects.get().source == "EPOKIR"
    assert ticked(other) in page
    assert ticked(one) not in page


def test_nobody_chosen_or_unknown_numbers_lose_nothing(client: Client, training: Training) -> None:
    page = send(client, "participant-enrol-many", training, numbers="12345", group="KUB", source="PD")
    assert "12345</textarea>" in page
    assert 'value="KUB"' in page
    assert '<option value="PD" selected>' in page


def test_the_source_survives_a_clash(client: Client, training: Training) -> None:
    busy = EnrolmentFactory(training=TrainingFactory(title="Pembukuan", starts_at=FIRST)).person
    with time_machine.travel(NOW, tick=False):
        page = send(client, "participant-enrol", training, one=str(busy.uid), q=busy.full_name, source="EPOKIR")
        assert "Pembukuan" in page
        assert '<option value="EPOKIR" selected>' in page
        assert f'name="seen" value="{busy.uid}"' in page
        asked = send(client, "participant-enrol-many", training, person=str(busy.uid), source="EPOKIR")
        assert 'name="source" value="EPOKIR"' in asked
        send(client, "participant-enrol", training, one=str(busy.uid), seen=str(busy.uid), source="EPOKIR")
    assert Enrolment.objects.get(training=training).source == "EPOKIR"
