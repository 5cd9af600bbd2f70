"""The members for other systems: the same rules as at the desk, inside the token's scope and region."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members.actions import looks
from members.api import examples
from members.enums import Scale
from members.models import Business, Kbli, Licence, Person
from tests.factories.clients import caller
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory
from tests.races import together

PERSONS, BUSINESSES = "/api/v1/members/persons/", "/api/v1/members/businesses/"
VILLAGE, ELSEWHERE = "16.71.04.1001", "32.04.13.2001"
NIK = "1671044107850003"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    for code in (VILLAGE, ELSEWHERE, "16.71.14.1001"):
        region(code)
    office("16.71")


@pytest.fixture
def reader() -> Client:
    return caller("members.read")


@pytest.fixture
def writer() -> Client:
    return caller("members.write")


def with_nik(nik: str = NIK, **fields: Any) -> Person:
    person: Any = PersonFactory(**fields)
    person.set_nik(nik)
    person.save()
    return person


def create(browser: Client, address: str, body: dict[str, Any], *, key: str = "") -> Any:
    headers = {"idempotency-key": key or uuid.uuid4().hex}
    return browser.post(address, body, content_type="application/json", headers=headers)


def change(browser: Client, address: str, body: dict[str, Any], *, tag: str = "*") -> Any:
    return browser.patch(address, body, content_type="application/json", headers={"if-match": tag})


def test_a_reader_sees_the_people_of_its_region_with_masked_numbers(reader: Client) -> None:
    person = with_nik(full_name="Ratna")
    PersonFactory(village=region(ELSEWHERE))
    answer = reader.get(PERSONS).json()
    assert [row["uid"] for row in answer["results"]] == [str(person.uid)]
    assert answer["results"][0]["nik"] == "•••• •••• •••• 0003"
    assert NIK not in reader.get(f"{PERSONS}{person.uid}/").text
    elsewhere = Person.objects.exclude(pk=person.pk).get()
    assert reader.get(f"{PERSONS}{elsewhere.uid}/").status_code == 404


def test_a_list_is_read_page_by_page_without_gap_or_repeat(reader: Client) -> None:
    made = [str(PersonFactory().uid) for _n in range(5)]
    found, url = [], f"{PERSONS}?size=2"
    while url:
        page = reader.get(url).json()
        found += [row["uid"] for row in page["results"]]
        url = page["next"]
    assert found == made


def test_lists_are_narrowed(reader: Client) -> None:
    here: Any = PersonFactory(full_name="Nyimas Ratna", sex="FEMALE")
    there: Any = PersonFactory(full_name="Kemas Aziz", sex="MALE", village=region("16.71.14.1001"))
    first: Any = BusinessFactory(owner=here, scale=Scale.SMALL, name="Songket Ratna")
    BusinessFactory(owner=there)
    LicenceFactory(business=first, valid_to=dt.date(2030, 1, 1))

    def uids(address: str) -> list[str]:
        return [row["uid"] for row in reader.get(address).json()["results"]]

    assert (
        uids(f"{PERSONS}?q=ratna")
        == uids(f"{PERSONS}?sex=FEMALE")
        == uids(f"{PERSONS}?region=16.71.04")
        == [str(here.uid)]
    )
    later = here.updated_at + dt.timedelta(days=1)
    assert uids(f"{PERSONS}?changed_since={later:%Y-%m-%dT%H:%M:%SZ}") == []
    for query in (f"owner={here.uid}", "scale=SMALL", "holds=NIB", "q=songket"):
        assert uids(f"{BUSINESSES}?{query}") == [str(first.uid)], query
    assert len(uids(f"{BUSINESSES}?status=ACTIVE")) == 2
    for query in ("kind=NIB", f"business={first.uid}", "status=HELD", "ends_before=2031-01-01"):
        assert len(uids(f"/api/v1/members/licences/?{query}")) == 1, query
    assert uids("/api/v1/members/licences/?ends_before=2029-01-01") == []


@pytest.mark.parametrize(
    "query", ["size=0", "size=201", "region=x", "sex=X", "changed_since=yesterday", "cursor=forged"]
)
def test_a_wrong_question_is_answered(reader: Client, query: str) -> None:
    answer = reader.get(f"{PERSONS}?{query}")
    assert answer.status_code == (200 if "cursor" in query else 400)


def test_a_reader_changes_nothing(reader: Client) -> None:
    business: Any = BusinessFactory()
    assert create(reader, PERSONS, {"full_name": "Ratna", "village": VILLAGE}).status_code == 403
    assert create(reader, BUSINESSES, {"owner": str(business.owner.uid), "name": "x"}).status_code == 403
    assert change(reader, f"{PERSONS}{business.owner.uid}/", {"address": "x"}).status_code == 403
    assert change(reader, f"{BUSINESSES}{business.uid}/", {"workers": 1}).status_code == 403
    address = f"{BUSINESSES}{business.uid}/licences/nib/"
    assert reader.put(address, {"status": "WANTED"}, content_type="application/json").status_code == 403
    assert reader.post(f"{PERSONS}{business.owner.uid}/show-nik/").status_code == 403


def test_a_whole_number_is_told_to_who_may_and_is_written_down() -> None:
    person = with_nik()
    assert caller("members.write").post(f"{PERSONS}{person.uid}/show-nik/").status_code == 403
    browser = caller("members.read", "members.identity")
    answer = browser.post(f"{PERSONS}{person.uid}/show-nik/")
    assert answer.json() == {"nik": NIK}
    assert "no-store" in answer.headers["Cache-Control"]
    event = Event.objects.get(verb="person.nik_shown")
    assert (event.object_id, event.actor.full_name) == (person.pk, "Satu Data")
    assert NIK not in browser.get(PERSONS).text
    assert caller("members.identity", code="32.04").post(f"{PERSONS}{person.uid}/show-nik/").status_code == 404


def test_a_person_is_found_by_her_number_without_it_standing_in_the_address(reader: Client) -> None:
    person = with_nik()
    found = reader.post(f"{PERSONS}find/", {"nik": NIK}, content_type="application/json")
    assert found.json()["uid"] == str(person.uid)
    nobody = reader.post(f"{PERSONS}find/", {"nik": "1671044107850004"}, content_type="application/json")
    assert nobody.status_code == 404


def test_a_repeated_registration_registers_once(writer: Client) -> None:
    body = {"full_name": "Nyimas Ratna", "village": VILLAGE, "phone": "0812 7100 0001"}
    first = create(writer, PERSONS, body, key="pesanan-0001")
    again = create(writer, PERSONS, body, key="pesanan-0001")
    other = create(writer, PERSONS, {**body, "full_name": "Ratna"}, key="pesanan-0001")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == again.json()
    assert Person.objects.get().registered_by.full_name == "Satu Data"  # type: ignore[union-attr]
    assert writer.post(PERSONS, body, content_type="application/json").status_code == 400


def test_the_rules_of_the_desk_hold_here_too(writer: Client) -> None:
    with_nik()
    wrong = create(writer, PERSONS, {"full_name": "R", "village": VILLAGE, "nik": "123"})
    assert wrong.status_code == 400
    assert {"full_name", "nik"} <= set(wrong.json()["extra"]["fields"])
    taken = create(writer, PERSONS, {"full_name": "Ratna Dewi", "village": VILLAGE, "nik": NIK})
    assert (taken.status_code, taken.json()["extra"]) == (409, {"field": "nik"})
    unknown = create(writer, PERSONS, {"full_name": "Ratna", "village": "16.71.04.9999", "phone": "081271000001"})
    assert unknown.status_code == 400
    outside = create(writer, PERSONS, {"full_name": "Ratna", "village": ELSEWHERE, "phone": "081271000001"})
    assert outside.status_code == 403
    large = create(
        writer, BUSINESSES, {"owner": str(Person.objects.get().uid), "name": "Besar", "annual_sales": 10**14}
    )
    assert (large.status_code, large.json()["extra"]) == (409, {"field": "annual_sales"})
    assert Person.objects.count() == 1


def test_a_change_is_made_on_the_version_that_was_read(writer: Client) -> None:
    person: Any = PersonFactory()
    address = f"{PERSONS}{person.uid}/"
    tag = writer.get(address).headers["ETag"]
    without = writer.patch(address, {"address": "Lr. 1"}, content_type="application/json")
    first = change(writer, address, {"address": "Lr. 1"}, tag=tag)
    late = change(writer, address, {"address": "Lr. 2"}, tag=tag)
    assert (without.status_code, first.status_code, late.status_code) == (428, 200, 412)
    assert change(writer, address, {"address": "Lr. 3"}, tag=first.headers["ETag"]).status_code == 200
    person.refresh_from_db()
    assert (person.address, person.full_name) == ("Lr. 3", first.json()["full_name"])
    assert change(writer, address, {"village": ELSEWHERE}).status_code == 403


def test_a_number_is_added_and_never_replaced(writer: Client) -> None:
    person: Any = PersonFactory()
    address = f"{PERSONS}{person.uid}/"
    assert change(writer, address, {"nik": NIK}).status_code == 200
    assert change(writer, address, {"nik": NIK, "address": "Lr. 1"}).status_code == 200
    other = change(writer, address, {"nik": "1671044107850004"})
    assert (other.status_code, other.json()["extra"]) == (409, {"field": "nik"})


def test_new_figures_bring_a_new_scale(writer: Client) -> None:
    business: Any = BusinessFactory(capital=1_000_000)
    answer = change(writer, f"{BUSINESSES}{business.uid}/", {"annual_sales": 3_000_000_000, "started_year": 2019})
    assert (answer.json()["scale"], answer.json()["scale_basis"]) == ("SMALL", "SALES")
    assert change(writer, f"{BUSINESSES}{business.uid}/", {"kbli": "99999"}).status_code == 400
    Kbli.objects.get_or_create(edition=2020, code="10794", defaults={"title": "Kerupuk"})
    assert change(writer, f"{BUSINESSES}{business.uid}/", {"kbli": "10794"}).json()["kbli"] == "10794"
    assert change(writer, f"{BUSINESSES}{business.uid}/", {"village": ELSEWHERE}).status_code == 403


def test_a_licence_is_written_down_once_however_often_it_is_sent(writer: Client) -> None:
    business: Any = BusinessFactory()
    address = f"{BUSINESSES}{business.uid}/licences/nib/"
    body = {"status": "HELD", "number": "9120304561237"}
    for _time in range(2):
        assert writer.put(address, body, content_type="application/json").json()["state"] == "HELD"
    assert Licence.objects.count() == Event.objects.filter(verb="licence.recorded").count() == 1
    assert writer.get(address).json()["number"] == "9120304561237"
    assert writer.get(address.replace("nib", "halal")).status_code == 404
    assert writer.put(address.replace("nib", "sim"), body, content_type="application/json").status_code == 404
    assert writer.put(address, {"status": "HELD"}, content_type="application/json").status_code == 400


def test_the_status_of_a_business_changes_with_its_reason_and_keeps_its_history(writer: Client, reader: Client) -> None:
    business: Any = BusinessFactory(village=region(VILLAGE))
    address = f"{BUSINESSES}{business.uid}/status/"
    closed = {"status": "CLOSED", "reason": "Warung dibongkar"}
    for _time in range(2):
        answer: Any = writer.put(address, closed, content_type="application/json")
        assert (answer.status_code, answer.json()["status"]) == (200, "CLOSED")
    period = business.status_periods.get()
    assert (period.status, period.reason, period.source) == ("CLOSED", "Warung dibongkar", "STAFF")
    assert Event.objects.filter(verb="business.status_changed").count() == 1
    told: Any = reader.get(address).json()
    assert [set(row) for row in told] == [set(examples.PERIODS_OUT.value)]
    assert (told[0]["status"], told[0]["end_at"]) == ("CLOSED", None)
    for wrong in ({"status": "CLOSED"}, {"status": "SOLD", "reason": "x"}):
        assert writer.put(address, wrong, content_type="application/json").status_code == 400
    assert reader.put(address, closed, content_type="application/json").status_code == 403
    far: Any = BusinessFactory(village=region(ELSEWHERE))
    assert writer.put(f"{BUSINESSES}{far.uid}/status/", closed, content_type="application/json").status_code == 404


def test_a_business_needs_an_owner_of_the_region(writer: Client) -> None:
    stranger: Any = PersonFactory(village=region(ELSEWHERE))
    answer = create(writer, BUSINESSES, {"owner": str(stranger.uid), "name": "Keripik", "capital": 1})
    assert (answer.status_code, list(answer.json()["extra"]["fields"])) == (400, ["owner"])
    assert not Business.objects.exists()


def test_staff_may_look_with_a_session_and_owners_may_not(client: Client) -> None:
    PersonFactory()
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    assert len(client.get(PERSONS).json()["results"]) == 1
    owner: Any = PersonFactory(user=user_with_role(Role.PARTNER, "16.71"))
    client.force_login(owner.user)
    assert client.get(PERSONS).status_code == 403


@pytest.mark.parametrize("address", [PERSONS, BUSINESSES, "/api/v1/members/licences/"])
def test_a_list_costs_the_same_for_one_row_and_for_three(reader: Client, address: str) -> None:
    counts = []
    for more in (1, 2):
        for _row in range(more):
            LicenceFactory()
        with CaptureQueriesContext(connection) as queries:
            reader.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5  # one of them writes who was seen


def seen(person: Any) -> list[str]:
    """By whom she was seen, as she reads it."""
    events = Event.objects.about("members.person", person.pk).filter(verb=looks.SEEN).select_related("actor")
    return [str(event.actor.full_name) for event in events if event.actor and event.data == {"way": "api"}]


LISTS = [PERSONS, BUSINESSES, "/api/v1/members/licences/"]


@pytest.mark.parametrize("address", LISTS)
def test_everybody_on_a_page_reads_once_a_day_which_system_had_it(client: Client, reader: Client, address: str) -> None:
    first, beyond = [LicenceFactory(business__owner=OwnerFactory()).business.owner for _n in range(2)]
    for _time in range(2):
        assert len(reader.get(f"{address}?size=1").json()["results"]) == 1
    assert (seen(first), seen(beyond)) == (["Satu Data"], [])
    reader.get(f"{PERSONS}{first.uid}/")
    assert seen(first) == ["Satu Data"]
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)):
        reader.get(f"{address}?size=1")
    assert len(seen(first)) == 2
    client.force_login(first.user)
    page = client.get("/data-saya/siapa-melihat/").text
    assert "Satu Data" in page
    assert "oleh sistem lain" in page


@pytest.mark.parametrize("address", ["{business}/", "{business}/status/", "{business}/licences/nib/"])
def test_a_record_of_a_business_is_a_look_at_its_owner(reader: Client, address: str) -> None:
    business: Any = LicenceFactory().business
    assert reader.get(BUSINESSES + address.format(business=business.uid)).status_code == 200
    assert seen(business.owner) == ["Satu Data"]


def test_who_limited_the_use_of_her_data_is_given_to_no_other_system() -> None:
    business: Any = LicenceFactory().business
    owner = business.owner
    owner.set_nik(NIK)
    owner.limited_at = owner.registered_at
    owner.save()
    browser = caller("members.write", "members.identity")
    for address in LISTS:
        assert browser.get(address).json()["results"] == []
    shop, person = f"{BUSINESSES}{business.uid}/", f"{PERSONS}{owner.uid}/"
    licence = {"status": "HELD", "number": "9120304561237"}
    refused = [
        *(browser.get(address) for address in (person, shop, f"{shop}status/", f"{shop}licences/nib/")),
        change(browser, person, {"address": "x"}),
        change(browser, shop, {"workers": 1}),
        browser.put(f"{shop}licences/nib/", licence, content_type="application/json"),
        browser.put(f"{shop}status/", {"status": "CLOSED", "reason": "x"}, content_type="application/json"),
        browser.post(f"{PERSONS}find/", {"nik": NIK}, content_type="application/json"),
        browser.post(f"{person}show-nik/"),
        create(browser, BUSINESSES, {"owner": str(owner.uid), "name": "Keripik"}),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert "membatasi" in refused[0].json()["message"]
    assert seen(owner) == []


def answered(example: Any) -> dict[str, Any]:
    """What a response example promises, without what differs each time."""
    return {
        key: value
        for key, value in example.value.items()
        if key not in {"uid", "owner", "business"} and "_at" not in key
    }


def promised(answer: Any, example: Any) -> bool:
    body = answer.json()
    assert set(body) == set(example.value)
    return answered(example).items() <= body.items()


def test_every_example_of_the_schema_works(writer: Client) -> None:
    Kbli.objects.get_or_create(edition=2020, code="10794", defaults={"title": "Kerupuk"})
    made = create(writer, PERSONS, examples.PERSON_IN.value)
    assert promised(made, examples.PERSON_OUT)
    address = f"{PERSONS}{made.json()['uid']}/"
    assert change(writer, address, examples.PERSON_CHANGE.value).json()["phone"] == "+6281271000002"
    assert writer.post(f"{PERSONS}find/", examples.NIK_IN.value, content_type="application/json").status_code == 200
    business = create(writer, BUSINESSES, {**examples.BUSINESS_IN.value, "owner": made.json()["uid"]})
    assert promised(business, examples.BUSINESS_OUT)
    address = f"{BUSINESSES}{business.json()['uid']}/"
    assert change(writer, address, examples.BUSINESS_CHANGE.value).json()["workers"] == 3
    status = writer.put(f"{address}status/", examples.STATUS_IN.value, content_type="application/json")
    assert status.json()["status"] == "CLOSED"
    licence = writer.put(f"{address}licences/nib/", examples.LICENCE_IN.value, content_type="application/json")
    assert promised(licence, examples.LICENCE_OUT)


def test_the_schema_is_whole_and_every_call_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(schema)
    assert "Warning" not in capsys.readouterr().err
    for path, calls in schema["paths"].items():
        if not path.startswith("/api/v1/members/"):
            continue
        for method, call in calls.items():
            body = call.get("requestBody")
            assert body is None or body["content"]["application/json"]["examples"], (path, method)
            answers = [answer for status, answer in call["responses"].items() if status in {"200", "201"}]
            assert all(answer["content"]["application/json"]["examples"] for answer in answers), (path, method)
            assert call["description"], (path, method)


def test_the_schema_can_be_read_with_a_token(reader: Client) -> None:
    assert b"Idempotency-Key" in reader.get(reverse("api:schema")).content


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestTwoSystemsAtOnce:
    def test_the_same_number_is_registered_once(self) -> None:
        region(VILLAGE)
        body = {"full_name": "Nyimas Ratna", "village": VILLAGE, "nik": NIK}
        browsers = [caller("members.write") for _n in range(3)]
        found = together(3, lambda n: create(browsers[n], PERSONS, body).status_code)
        assert sorted(found) == [201, 409, 409]

    def test_the_same_key_registers_once_and_everybody_hears_the_same(self) -> None:
        region(VILLAGE)
        body = {"full_name": "Nyimas Ratna", "village": VILLAGE, "phone": "081271000001"}
        browser = caller("members.write")
        found = together(3, lambda _n: create(browser, PERSONS, body, key="pesanan-0001").json()["uid"])
        assert len(set(found)) == Person.objects.count() == 1

    def test_of_two_changes_on_one_version_one_is_told_to_read_again(self) -> None:
        region(VILLAGE)
        person: Any = PersonFactory()
        browser = caller("members.write")
        address = f"{PERSONS}{person.uid}/"
        tag = browser.get(address).headers["ETag"]
        found = together(2, lambda n: change(browser, address, {"address": f"Lr. {n}"}, tag=tag).status_code)
        assert sorted(found) == [200, 412]
