"""An observer of a province reads figures and never a person; nor can she work one out."""

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from members.enums import Scale
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def observer(client: Client) -> Client:
    office("16.71")
    here, there = PersonFactory(), PersonFactory(village=region("16.71.14.1001"))
    for owner, counts in ((here, {Scale.MICRO: 8, Scale.SMALL: 3}), (there, {Scale.MICRO: 9, Scale.SMALL: 7})):
        for scale, count in counts.items():
            BusinessFactory.create_batch(count, owner=owner, scale=scale)
    client.force_login(user_with_role(Role.OBSERVER, "16", phone=None, email="provinsi@example.go.id"))
    return client


@pytest.mark.parametrize(
    "address", ["person", "business", "licence", "duplicatepair", "doubt", "claimrequest", "merge"]
)
def test_no_list_of_people_opens(observer: Client, address: str) -> None:
    assert observer.get(f"/kantor/members/{address}/").status_code == 403


def test_a_small_number_and_what_gives_it_away_is_hidden_everywhere(observer: Client) -> None:
    data = observer.get("/api/v1/figures/district_scale/?office=16.71").json()
    rows = {row["district"]: row for row in data["rows"]}
    assert rows["Ilir Barat Satu"]["small"] is None
    assert rows["Ilir Barat Satu"]["micro"] is None
    assert rows["Plaju"]["small"] is None
    page = observer.get("/kantor/angka/district_scale/?office=16.71").text
    assert "di bawah 5" in page
    assert "/kantor/members/business/?" not in page
    for path in ("/kantor/", "/kantor/rekapitulasi/", "/kantor/angka/district_scale/?office=16.71&format=xlsx"):
        assert observer.get(path).status_code == 200


def test_who_sees_the_people_sees_every_number(observer: Client) -> None:
    observer.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="staf@example.go.id"))
    page = observer.get("/kantor/angka/district_scale/?office=16.71").text
    assert "di bawah 5" not in page
