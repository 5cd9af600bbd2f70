"""The demo's own pages: be somebody, read what was sent, move the date."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from foundation.accounts.models import User
from foundation.common import clock
from foundation.notifications.models import Message
from members.models import Business, Person
from monitoring.models import DayRun
from msme_platform.portal import demo_days
from msme_platform.portal.demo_people import BY_KEY, DEMO_PEOPLE, account_of, ensure_demo_people
from tests.factories.foundation import UserFactory, office, region
from tests.factories.members import BusinessFactory, LicenceFactory
from trainings.models import Enrolment

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def _demo(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DEMO = True
    settings.DEMO_CLOCK_FILE = tmp_path / "clock"
    for code in ("16.71.04.1001", "16.71.14.1001"):
        region(code)
    office("16.71")
    yield
    cache.delete(demo_days.PROGRESS)


def test_outside_the_demo_there_is_no_such_page(client: Client) -> None:
    for path in ("/demo/", "/demo/outbox/"):
        assert client.get(path).status_code == 404
    for path in ("/demo/masuk/yani/", "/demo/tanggal/"):
        assert client.post(path).status_code == 404


@pytest.mark.usefixtures("_demo")
def test_the_demo_people_are_made_once() -> None:
    first = ensure_demo_people(NOW)
    assert [user.pk for user in ensure_demo_people(NOW)] == [user.pk for user in first]
    assert User.objects.count() == len(DEMO_PEOPLE)
    assert Business.objects.count() == 2


@pytest.mark.usefixtures("_demo")
def test_owners_step_into_the_places_of_seeded_ones_so_that_counts_stay_true() -> None:
    with_nib = LicenceFactory().business
    without = BusinessFactory()
    ensure_demo_people(NOW)
    assert Business.objects.count() == 2
    assert Person.objects.get(user=account_of(DEMO_PEOPLE[0])) == with_nib.owner
    assert Person.objects.get(user=account_of(DEMO_PEOPLE[1])) == without.owner


@pytest.mark.usefixtures("_demo")
def test_a_place_is_offered_to_the_owner_who_waits() -> None:
    BusinessFactory.create_batch(14, village=region("16.71.04.1001"))
    ensure_demo_people(NOW)
    offered = Enrolment.objects.offered().get()
    assert offered.person.user == account_of(BY_KEY["rahma"])
    assert Enrolment.objects.filter(training=offered.training).waiting().count() == 2


@pytest.mark.usefixtures("_demo")
def test_one_tap_makes_you_each_of_them(client: Client) -> None:
    ensure_demo_people(NOW)
    page = client.get("/demo/").text
    for person in DEMO_PEOPLE:
        assert person.name in page
        answer = client.post(f"/demo/masuk/{person.key}/")
        user = account_of(person)
        assert user is not None
        assert answer["Location"] == ("/kantor/" if user.works_in_office else "/")
        assert client.session["_auth_user_id"] == str(user.pk)
    assert client.post("/demo/masuk/siapa/").status_code == 404
    assert client.get("/demo/masuk/yani/").status_code == 405


@pytest.mark.usefixtures("_demo")
def test_the_outbox_shows_codes_and_links_newest_first(client: Client) -> None:
    cache.clear()
    ensure_demo_people(NOW)
    client.post("/akun/masuk/", {"phone": "+6281200000101"})
    code = Message.objects.get(kind="login_code").secret
    assert code in client.get("/demo/outbox/").text
    assert code in client.get("/demo/outbox/?person=yani").text
    assert code not in client.get("/demo/outbox/?person=rahma").text
    client.post("/akun/kode/", {"code": code})
    assert client.session["_auth_user_id"]


@pytest.mark.usefixtures("_demo")
def test_moving_the_date_runs_each_day_on_the_way(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    before = clock.today()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/demo/tanggal/", {"days": "7"})
    assert clock.today() == before + dt.timedelta(days=7)
    assert DayRun.objects.count() == 7
    assert demo_days.progress() == {}
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/demo/tanggal/", {"to": (before + dt.timedelta(days=9)).isoformat()})
    assert clock.today() == before + dt.timedelta(days=9)
    client.post("/demo/tanggal/", {"reset": "1"})
    assert clock.today() == before


@pytest.mark.usefixtures("_demo")
def test_the_date_does_not_move_back_or_to_nowhere(client: Client) -> None:
    for wrong in ({"to": "2020-01-01"}, {"to": ""}, {"days": "5000"}):
        page = client.post("/demo/tanggal/", wrong)
        assert page.status_code == 200
        assert "Ada 1 hal" in page.text
    assert not clock.shift()


@pytest.mark.usefixtures("_demo")
def test_a_date_on_its_way_is_shown_and_not_moved_twice(client: Client) -> None:
    demo_days.begin(30)
    assert "hari ke-0 dari 30" in client.get("/demo/").text
    client.post("/demo/tanggal/", {"days": "1"})
    assert not clock.shift()


def test_demo_people_are_never_made_in_production(settings: Any) -> None:
    settings.DEMO = settings.TEST = False
    UserFactory()
    with pytest.raises(RuntimeError):
        ensure_demo_people(NOW)


@pytest.mark.usefixtures("_demo")
def test_the_copies_of_an_announcement_are_one_entry_of_the_outbox(client: Client) -> None:
    rows = [
        Message.objects.create(
            recipient_key=f"p:{number}",
            recipient_name=f"Pemilik {number}",
            kind="training_announced",
            subject_key="t:1",
            channel="APP",
            title="Pelatihan baru",
            body="Isi",
            next_try_at=NOW,
        )
        for number in range(4)
    ]
    page = client.get("/demo/outbox/").text
    assert page.count("Pelatihan baru") == 1
    assert "3 orang lain" in page
    assert client.get(f"/demo/outbox/?like={rows[0].uid}").text.count("Pelatihan baru") == 4
    assert client.get("/demo/outbox/?like=x").status_code == 404
