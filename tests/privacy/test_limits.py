"""A limit and an objection are asked, answered in 72 hours, and true; a list that leaves is read by who stands in it."""

import datetime as dt
import time
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common import clock
from foundation.jobs import tasks
from foundation.jobs.models import Job
from foundation.notifications.models import Message
from members.actions import data_requests, looks, merges, stages
from members.enums import RequestKind
from members.models import DataRequest, Person, Stage, StageRule
from msme_platform.office import exports
from tests.factories import revolving_funds as fund
from tests.factories.foundation import office, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory
from tests.factories.trainings import TrainingFactory
from trainings.actions import trainings
from trainings.enums import TrainingStatus

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def staff() -> User:
    office("16.71")
    return user_with_role(Role.STAFF, "16.71")


def taken(client: Client, address: str) -> str:
    """A list as the file that leaves; '' where a job makes it."""
    answer: Any = client.post(address, {"format": "csv"})
    return b"".join(answer.streaming_content).decode() if answer.streaming else ""


def heeded(person: Any, kind: RequestKind, by: User) -> DataRequest:
    request = data_requests.ask(person=person, kind=kind, text="", by=None, now=NOW)
    return data_requests.answer(request=request, accepted=True, answer="", by=by, now=NOW)


def test_an_owner_asks_the_office_heeds_it_and_she_ends_it(client: Client, staff: User) -> None:
    owner = OwnerFactory()
    client.force_login(owner.user)
    assert "/data-saya/batas/" in client.get("/data-saya/").text
    assert client.post("/data-saya/batas/", {"kind": "LIMIT"})["Location"] == "/data-saya/"
    assert "sudah" in client.post("/data-saya/batas/", {"kind": "LIMIT"}).text
    request = DataRequest.objects.get()
    assert request.due_at - request.asked_at == dt.timedelta(hours=72)
    client.force_login(staff)
    page = client.get(f"/kantor/members/datarequest/{request.uid}/change/").text
    assert "deed/batasi/" in page
    assert "deed/hormati/" not in page
    assert client.post(f"/kantor/members/datarequest/{request.uid}/deed/batasi/", {"answer": ""}).status_code == 302
    client.force_login(owner.user)
    assert "/data-saya/batas/limit/akhiri/" in client.get("/data-saya/").text
    assert client.post("/data-saya/batas/erasure/akhiri/").status_code == 404
    client.post("/data-saya/batas/limit/akhiri/")
    owner.refresh_from_db()
    assert owner.limited_at is None
    with pytest.raises(data_requests.NothingToLift):
        data_requests.lift(person=owner, kind=RequestKind.LIMIT, by=owner.user, now=NOW)


def test_who_limited_the_use_gets_no_announcement_and_stands_in_no_list_that_leaves(
    client: Client, staff: User
) -> None:
    limited, other = BusinessFactory(owner=OwnerFactory()).owner, BusinessFactory(owner=OwnerFactory()).owner
    heeded(limited, RequestKind.LIMIT, staff)
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    trainings.publish(training=training, by=None, now=NOW)
    told = Message.objects.filter(kind="training_announced")
    assert set((told or Message.objects.exclude(kind="data_answer")).values_list("recipient_name", flat=True)) == {
        other.full_name
    }
    client.force_login(staff)
    for model in ("person", "business"):
        text = taken(client, reverse("admin:export", args=["members", model]))
        assert other.full_name in text
        assert limited.full_name not in text
    assert limited.full_name in client.get("/kantor/members/person/").text


def test_who_objected_is_not_moved_by_rules_but_by_people(staff: User) -> None:
    StageRule.objects.all().delete()
    StageRule.objects.create(stage="CAPACITY", deed="LICENCE_HELD", valid_from=dt.date(2021, 1, 1))
    owner = PersonFactory()
    LicenceFactory(business=BusinessFactory(owner=owner))
    heeded(owner, RequestKind.OBJECTION, staff)
    assert stages.recompute(now=NOW) == 0
    stages.override(person=owner, stage=Stage.CAPACITY, note="x", held_until=None, by=staff, now=NOW)
    assert owner.stages.get().stage == "CAPACITY"


def test_a_limit_survives_a_merge_and_goes_back_with_it(staff: User) -> None:
    kept, gone = PersonFactory(), PersonFactory()
    heeded(gone, RequestKind.LIMIT, staff)
    merge = merges.merge(kept=kept, gone=Person.objects.get(pk=gone.pk), by=None, now=NOW)
    assert Person.objects.get().limited_at == NOW
    merges.undo(merge=merge, by=None, now=NOW)
    kept.refresh_from_db()
    assert kept.limited_at is None
    assert Person.objects.get(pk=gone.pk).limited_at == NOW


def exported(person: Person) -> list[dict[str, Any]]:
    return list(Event.objects.about("members.person", person.pk).filter(verb=looks.EXPORTED).values("actor", "data"))


def test_everybody_in_a_list_reads_who_took_it_along(client: Client, staff: User) -> None:
    owner, outside = OwnerFactory(), OwnerFactory()
    LicenceFactory(business=BusinessFactory(owner=owner, name="Keripik"))
    client.force_login(staff)
    taken(client, reverse("admin:export", args=["members", "licence"]))
    assert exported(owner) == [{"actor": staff.pk, "data": {"list": "members.licence"}}]
    assert exported(outside) == []
    taken(client, reverse("admin:export", args=["members", "person"]) + "?q=tidakada")
    assert len(exported(owner)) == 1
    client.force_login(owner.user)
    assert "daftar" in client.get("/data-saya/siapa-melihat/").text


def test_a_job_and_an_assistants_list_are_told_too(
    client: Client, staff: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    owner = OwnerFactory()
    monkeypatch.setattr(exports, "DIRECT", 0)
    client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=False):
        taken(client, reverse("admin:export", args=["members", "person"]))
    tasks.run(Job.objects.get().pk)
    assert len(exported(owner)) == 1
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    taken(client, "/binaan/unduh/")
    assert [row["data"]["list"] for row in exported(owner)] == ["members.people", "members.person"]


def test_five_thousand_people_are_told_in_one_statement(staff: User, django_assert_num_queries: Any) -> None:
    village = PersonFactory().village
    fixed = {"village": village, "source": "IMPORT", "registered_at": NOW}
    Person.objects.bulk_create(
        [Person(full_name=f"Orang {n}", phone=f"+62812{n:08d}", **fixed) for n in range(5_000)], batch_size=1_000
    )
    start = time.perf_counter()
    with django_assert_num_queries(1):
        count = looks.note_export(people=Person.objects.values("pk"), of="x", by=staff, now=clock.now())
    assert count == 5_001
    assert time.perf_counter() - start < 2


def test_whatever_page_of_the_office_is_about_her_she_reads_who_opened_it(client: Client, staff: User) -> None:
    licence = LicenceFactory(business=BusinessFactory(owner=OwnerFactory()))
    owner, other = licence.business.owner, OwnerFactory()
    fund.pool()
    loan = fund.loan()
    client.force_login(staff)
    pages = {
        f"/kantor/members/licence/{licence.uid}/change/": owner,
        f"/kantor/members/business/{licence.business.uid}/change/": owner,
        f"/kantor/members/person/{owner.uid}/change/": owner,
    }
    for address, person in pages.items():
        assert client.get(address).status_code == 200
        seen = Event.objects.about("members.person", person.pk).filter(verb=looks.SEEN)
        assert [(event.actor_id, event.data) for event in seen] == [(staff.pk, {"way": "office"})]
    client.force_login(user_with_role(Role.APPROVER, "16.71"))
    assert client.get(f"/kantor/revolving_funds/loan/{loan.uid}/change/").status_code == 200
    assert Event.objects.about("members.person", loan.person_id).filter(verb=looks.SEEN).count() == 1
    client.force_login(user_with_role(Role.VERIFIER, "16.71"))
    assert client.get(f"/dana/pinjaman/{loan.uid}/").status_code == 200
    application = fund.checked(fund.submitted())
    assert client.get(f"/dana/survei/{application.uid}/").status_code == 200
    for person in (loan.person_id, application.person_id):
        assert Event.objects.about("members.person", person).filter(verb=looks.SEEN, actor=client.session[SESSION_KEY])
    assert not Event.objects.about("members.person", other.pk).filter(verb=looks.SEEN).exists()


def test_an_assistant_who_opens_the_ladder_of_a_business_is_told_of(client: Client, staff: User) -> None:
    business = BusinessFactory(owner=OwnerFactory())
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    for _time in range(2):
        assert client.get(f"/izin/usaha/{business.uid}/").status_code == 200
    seen = Event.objects.about("members.person", business.owner_id).filter(verb=looks.SEEN)
    assert [event.data for event in seen] == [{"way": "portal"}]
    client.force_login(business.owner.user)
    client.get(f"/izin/usaha/{business.uid}/")
    assert seen.count() == 1
