"""A person's rights and the office's clock: requests, holds, erasure, the copy, who looked, leaks, retention."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.models import Consent, User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.jobs import tasks as job_tasks
from foundation.jobs.models import Job
from foundation.notifications.models import Message
from members.actions import breaches, copies, data_requests, erasures, looks, people, retention
from members.entries import PersonEntry
from members.enums import BusinessStatus, RequestKind, RequestState, Source
from members.models import Breach, DataCopy, DataRequest, Person, RetentionRule
from members.privacy import registry
from members.privacy.registry import GONE
from msme_platform.office import queues
from revolving_funds.models import Loan
from tests.factories import clients, forums, notifications, revolving_funds, trainings
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NIK = "9971045708850003"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    region("16.71.04.1001")
    office("16.71")
    found: Any = OwnerFactory(full_name="Nyimas Ratna", email="ratna@contoh.id", address="Lr. 1")
    found.set_nik(NIK)
    found.save()
    return found  # type: ignore[no-any-return]


@pytest.fixture
def staff() -> User:
    return user_with_role(Role.STAFF, "16.71", email="fitri@dinas.example", full_name="Fitri")


def ask(person: Person, kind: RequestKind = RequestKind.ERASURE, now: dt.datetime = NOW) -> DataRequest:
    return data_requests.ask(person=person, kind=kind, text="Tahun lahir saya 1985", by=person.user, now=now)


# Requests and their clock


def test_a_request_waits_three_times_24_hours_by_the_clock(person: Person, staff: User) -> None:
    request = ask(person, RequestKind.CORRECTION)
    assert request.due_at == NOW + 72 * HOUR
    for hours, late in ((0, 0), (72, 0), (73, 1)):
        queues.forget(staff)
        with time_machine.travel(NOW + hours * HOUR, tick=False):
            queue = next(each for each in queues.waiting(staff) if each.key == "data_requests")
            assert (queue.count, queue.late) == (1, late), hours
    data_requests.answer(request=request, accepted=True, answer="Sudah diperbaiki", by=staff, now=NOW + HOUR)
    queues.forget(staff)
    assert not any(queue.key == "data_requests" for queue in queues.waiting(staff))
    assert Message.objects.filter(kind="data_answer", user=person.user).exists()


def test_a_refusal_says_why_and_an_answer_is_given_once(person: Person, staff: User) -> None:
    request = ask(person, RequestKind.CORRECTION)
    with pytest.raises(data_requests.SayWhy):
        data_requests.answer(request=request, accepted=False, answer=" ", by=staff, now=NOW)
    data_requests.answer(request=request, accepted=False, answer="KTP berkata lain", by=staff, now=NOW)
    with pytest.raises(data_requests.AnsweredAlready):
        data_requests.answer(request=request, accepted=True, answer="", by=staff, now=NOW)
    with pytest.raises(data_requests.AnsweredAlready):
        data_requests.take_back(request=request, by=staff, now=NOW)


def test_one_erasure_at_a_time_and_it_can_be_taken_back(person: Person) -> None:
    first = ask(person)
    with pytest.raises(data_requests.AskedAlready):
        ask(person)
    data_requests.take_back(request=first, by=person.user, now=NOW)  # type: ignore[arg-type]
    assert ask(person).state == RequestState.OPEN
    with pytest.raises(data_requests.SayWhat):
        data_requests.ask(person=person, kind=RequestKind.CORRECTION, text=" ", by=None, now=NOW)


# Erasure


def test_erasure_takes_the_name_out_of_every_app(person: Person) -> None:
    account: Any = person.user
    phone = person.phone
    account_phone = account.phone
    shop: Any = BusinessFactory(owner=person, name="Keripik Ratna")
    LicenceFactory(business=shop, number="9120304561237")
    topic = forums.topic(by=account)
    enrolment: Any = trainings.EnrolmentFactory(person=person)
    told: Any = notifications.MessageFactory(user=account, recipient_name="Nyimas Ratna", body="Halo Nyimas Ratna")
    erasures.anonymise(person=person, by=None, now=NOW)
    person.refresh_from_db()
    assert (person.full_name, person.nik, person.nik_hash, person.phone, person.birth_date) == (
        GONE,
        "",
        None,
        "",
        None,
    )
    account.refresh_from_db()
    assert (account.phone, account.is_active, account.full_name) == (None, False, GONE)
    shop.refresh_from_db()
    assert (shop.name, shop.status) == (GONE, BusinessStatus.CLOSED)
    topic.refresh_from_db()
    assert (topic.author_name, topic.last_author_name) == (GONE, GONE)
    told.refresh_from_db()
    assert (told.body, told.address) == ("", "")
    enrolment.refresh_from_db()
    assert enrolment.person_id == person.pk
    for table in (
        "members_person",
        "members_business",
        "members_licence",
        "accounts_user",
        "forums_topic",
        "forums_post",
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text ~* %s",
                [f"Ratna|9120304561237|{NIK}|{phone[3:]}|{account_phone[3:]}"],
            )
            assert cursor.fetchone() == (0,), table


def test_who_was_erased_may_register_anew_with_the_same_card_and_phone(person: Person) -> None:
    account: Any = person.user
    phone = account.phone
    erasures.anonymise(person=person, by=None, now=NOW)
    again = UserFactory(phone=phone)
    entry = PersonEntry(full_name="Nyimas Ratna", village="16.71.04.1001", nik="1671044107850003", phone=phone)
    made = people.register(person=entry, source=Source.STAFF, by=again, now=NOW)
    assert made.pk != person.pk
    assert erasures.anonymise(person=person, by=None, now=NOW).anonymised_at == NOW  # twice changes nothing


def test_a_running_loan_holds_the_erasure_and_the_law_says_until_when(person: Person, staff: User) -> None:
    revolving_funds.pool()
    RetentionRule.objects.filter(key="loans").delete()
    RetentionRule.objects.create(key="loans", days=10, valid_from=dt.date(2022, 1, 1), legal_basis="UU 8/1997 ps. 11")
    owner = revolving_funds.owner()
    loan = revolving_funds.loan(owner)
    request = ask(owner)
    data_requests.carry_out(request=request, by=staff, now=NOW)
    request.refresh_from_db()
    assert request.state == RequestState.HELD
    assert loan.number in request.hold_reason
    assert request.held_until is None
    Loan.objects.filter(pk=loan.pk).update(status="CLOSED", closed_on=dt.date(2026, 11, 25))
    assert retention.run_day(now=NOW + 5 * DAY)["erasures"] == 0
    request.refresh_from_db()
    assert (request.state, request.held_until) == (RequestState.HELD, dt.date(2026, 12, 5))
    assert "UU 8/1997" in request.hold_reason
    assert retention.run_day(now=NOW + 14 * DAY)["erasures"] == 1
    request.refresh_from_db()
    owner.refresh_from_db()
    assert (request.state, owner.full_name) == (RequestState.DONE, GONE)
    assert retention.run_day(now=NOW + 15 * DAY)["erasures"] == 0


# The copy


def test_the_copy_has_everything_and_opens_with_a_fresh_code_only(client: Client, person: Person) -> None:
    account: Any = person.user
    BusinessFactory(owner=person, name="Keripik Ratna")
    forums.topic(by=account)
    client.force_login(account)
    client.post(reverse("members:my-data-copy-start"))
    client.post(reverse("members:my-data-copy-start"))
    job = Job.objects.get()
    job_tasks.run(job.pk)
    copy = DataCopy.objects.get()
    assert copy.path
    page, file = (reverse(f"members:my-data-copy{end}", args=[copy.uid]) for end in ("", "-file"))
    assert client.get(file).headers["Location"] == page
    client.post(page, {"action": "send"})
    code = _code_of(account)
    wrong = client.post(page, {"action": "verify", "code": "000000" if code != "000000" else "111111"})
    assert wrong.status_code == 200
    assert client.get(file).status_code == 302
    client.post(page, {"action": "verify", "code": code})
    answer = client.get(file)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    found = json.loads(archive.read("data.json"))
    assert found["members"]["tables"]["Person"]["rows"][0]["nik"] == NIK
    assert found["members"]["tables"]["Business"]["rows"][0]["name"] == "Keripik Ratna"
    assert found["forums"]["tables"]["Post"]["rows"]
    assert set(found) == {part.name for part in registry.parts()}
    assert Event.objects.filter(verb="data.copy_fetched").exists()


def _code_of(account: User) -> str:
    message = Message.objects.filter(kind="login_code", user=account).order_by("-pk").first()
    assert message is not None
    return message.secret or "".join(char for char in message.text if char.isdigit())[:6]


def test_five_wrong_codes_end_the_code_and_a_new_one_waits_a_minute(client: Client, person: Person) -> None:
    client.force_login(person.user)  # type: ignore[arg-type]
    copy, _new = copies.ask(person=person, by=person.user, now=dt.datetime.now(dt.UTC))  # type: ignore[arg-type]
    copies.finish(copy=copy, path="copies/x.zip", size=1, now=dt.datetime.now(dt.UTC))
    page = reverse("members:my-data-copy", args=[copy.uid])
    client.post(page, {"action": "send"})
    client.post(page, {"action": "send"})
    assert Message.objects.filter(kind="login_code").count() == 1
    code = _code_of(person.user)  # type: ignore[arg-type]
    for _try in range(5):
        client.post(page, {"action": "verify", "code": f"{(int(code) + 1) % 10**6:06d}"})
    client.post(page, {"action": "verify", "code": code})
    assert "fresh_until" not in client.session


def test_a_copy_is_its_owners_alone_and_goes_after_a_day(client: Client, person: Person, staff: User) -> None:
    copy, _new = copies.ask(person=person, by=person.user, now=NOW)  # type: ignore[arg-type]
    copies.finish(copy=copy, path="copies/none.zip", size=1, now=NOW)
    other: Any = OwnerFactory()
    for who in (other.user, staff):
        client.force_login(who)
        assert client.get(reverse("members:my-data-copy", args=[copy.uid])).status_code == 404
    assert copies.sweep(now=NOW + 23 * HOUR) == 0
    assert copies.sweep(now=NOW + 24 * HOUR) == 1
    copy.refresh_from_db()
    assert not copy.is_open_at(NOW + 24 * HOUR)


# Who looked


def test_every_pair_of_eyes_is_written_down_once_a_day_and_told_in_words(
    client: Client, person: Person, staff: User
) -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04", full_name="Dewi")
    for _time in range(2):
        client.force_login(assistant)
        assert client.get(reverse("members:person-detail", args=[person.uid])).status_code == 200
        client.force_login(staff)
        assert client.get(reverse("admin:members_person_change", args=[person.uid])).status_code == 200
        clients.caller("members.read").get(f"/api/v1/members/persons/{person.uid}/")
    people.show_nik(person=person, by=staff, now=NOW)
    seen = Event.objects.filter(verb="person.seen")
    assert sorted(event.data["way"] for event in seen) == [
        "api",
        "api",
        "office",
        "portal",
    ]  # two systems, two pairs of eyes
    client.force_login(person.user)  # type: ignore[arg-type]
    client.get(reverse("members:profile"))
    page = client.get(reverse("members:my-data-looks")).text
    for words in ("Dewi", "Fitri", "Membuka data Ibu/Bapak", "NIK"):
        assert words in page, words
    assert seen.count() == 4
    assert looks.note(person=person, by=staff, way="office", now=NOW + 3 * DAY)


def test_the_page_of_looks_costs_the_same_for_one_line_and_for_three(client: Client, person: Person) -> None:
    client.force_login(person.user)  # type: ignore[arg-type]
    counts = []
    for more in (1, 2):
        for _look in range(more):
            looks.note(person=person, by=UserFactory(), way="office", now=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("members:my-data-looks"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Leaks


def leak(staff: User, **fields: Any) -> Any:
    given = {
        "region_code": "16.71",
        "title": "Laptop hilang",
        "happened_at": None,
        "noticed_at": NOW,
        "what": "Nama dan NIK.",
    }
    return breaches.record(
        **{**given, "how": "Laptop hilang di bus.", "done": "Kata sandi diganti.", "criterion": "all", **fields},
        by=staff,
        now=NOW + HOUR,
    )


def test_a_leak_has_its_clock_its_people_and_its_notice(person: Person, staff: User) -> None:
    PersonFactory(village=region("32.04.13.2001"))
    PersonFactory()
    breach = leak(staff)
    assert breach.due_at == NOW + 72 * HOUR
    assert breaches.touched(breach).count() == 2
    assert list(breaches.touched(leak(staff, criterion="with_account"))) == [person]
    assert not breaches.touched(leak(staff, criterion="borrowers")).exists()
    with time_machine.travel(NOW + 73 * HOUR, tick=False):
        assert next(each for each in queues.waiting(staff) if each.key == "breaches").late == 3
    with pytest.raises(breaches.FirstTell):
        breaches.close(breach=breach, by=staff, now=NOW)
    breaches.tell_people(breach=breach, by=staff, now=NOW)
    with pytest.raises(breaches.ToldAlready):
        breaches.tell_people(breach=breach, by=staff, now=NOW)
    notice = Message.objects.filter(kind="data_breach", user=person.user).first()
    assert notice is not None
    assert "Laptop hilang di bus." in notice.body
    breaches.authority_told(breach=breach, by=staff, now=NOW)
    assert breaches.close(breach=breach, by=staff, now=NOW).closed_at == NOW


def test_a_leak_is_not_noticed_before_it_happens(staff: User) -> None:
    with pytest.raises(breaches.HappenedLater):
        leak(staff, happened_at=NOW + HOUR)
    with pytest.raises(breaches.HappenedLater):
        leak(staff, noticed_at=NOW + DAY)


# Retention


def test_texts_of_messages_go_when_their_rule_says_so(person: Person) -> None:
    old: Any = notifications.MessageFactory(status="SENT", sent_at=NOW, body="Halo")
    Message.objects.filter(pk=old.pk).update(created_at=NOW - 731 * DAY)
    young: Any = notifications.MessageFactory(status="SENT", sent_at=NOW, body="Halo", created_at=NOW)
    assert retention.run_day(now=NOW)["messages"] == 1
    assert retention.run_day(now=NOW)["messages"] == 0
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.body, young.body) == ("", "Halo")


# Pages


def test_an_owner_asks_and_the_office_answers_in_the_browser(client: Client, person: Person, staff: User) -> None:
    client.force_login(person.user)  # type: ignore[arg-type]
    client.post(reverse("members:my-data-correction"), {"text": "Tahun lahir saya 1985"})
    client.post(reverse("members:my-data-erasure"), {"sure": "on"})
    assert client.post(reverse("members:my-data-erasure"), {"sure": "on"}).status_code == 200
    page = client.get(reverse("members:my-data")).text
    assert "Tahun lahir saya 1985" in page
    correction, erasure = DataRequest.objects.order_by("pk")
    client.force_login(staff)
    assert client.get(reverse("admin:members_datarequest_changelist")).status_code == 200
    client.post(reverse("admin:members_datarequest_deed", args=[correction.uid, "dibetulkan"]), {"answer": "Sudah"})
    client.post(reverse("admin:members_datarequest_deed", args=[erasure.uid, "hapus"]))
    person.refresh_from_db()
    assert person.full_name == GONE
    client.force_login(person.user)  # type: ignore[arg-type]
    assert client.get(reverse("members:my-data")).status_code == 302  # the account is gone


def test_staff_records_a_leak_at_the_desk(client: Client, person: Person, staff: User) -> None:
    client.force_login(staff)
    now = dt.datetime.now(dt.UTC)
    sent = {
        "title": "Daftar di grup WA",
        "noticed_at": f"{now + 7 * HOUR - DAY:%Y-%m-%dT%H:%M}",
        "what": "Nama dan nomor HP.",
        "how": "Salah kirim.",
        "done": "Pesan dihapus.",
        "criterion": "all",
    }
    client.post(reverse("admin:members_breach_list_deed", args=["catat"]), sent)
    breach = Breach.objects.get()
    page = client.get(reverse("admin:members_breach_change", args=[breach.uid])).text
    assert "Salah kirim." in page
    client.post(reverse("admin:members_breach_deed", args=[breach.uid, "beritahu"]))
    client.post(reverse("admin:members_breach_deed", args=[breach.uid, "lembaga"]))
    client.post(reverse("admin:members_breach_deed", args=[breach.uid, "tutup"]))
    breach.refresh_from_db()
    assert breach.closed_at


def test_a_consent_has_its_words_and_its_end(client: Client, person: Person) -> None:
    client.force_login(person.user)  # type: ignore[arg-type]
    client.post("/akun/persetujuan/whatsapp/", {"give": "yes"})
    client.post("/akun/persetujuan/whatsapp/", {"give": "no"})
    consent = Consent.objects.get()
    assert consent.text_version
    assert consent.withdrawn_at
