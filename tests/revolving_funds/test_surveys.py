"""The look at the papers before the visit, and the visit itself: on the phone, sent once however often it comes."""

import json
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.files.models import StoredFile
from revolving_funds.actions import applications, checks, hands, surveys
from revolving_funds.enums import CheckLine
from revolving_funds.models import Application, PapersCheck, Survey
from tests.factories import revolving_funds as make
from tests.factories.files import picture, upload
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.TODAY
LIST = "revolving_funds:surveys"
SEEN = {
    "is_operating": "on",
    "place_matches": "on",
    "monthly_sales": "4.000.000",
    "monthly_costs": "2.500.000",
    "other_debts": "0",
    "notes": "Ramai pembeli.",
    "place": "-2.976074, 104.775430",
    "is_recommended": "1",
}


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deed(application: Application, name: str) -> str:
    return reverse("admin:revolving_funds_application_deed", args=[application.uid, name])


def ready() -> Application:
    make.pool(year=timezone.localdate().year)
    return make.checked(make.submitted(on=timezone.localdate()))


# The check


def test_no_visit_before_somebody_has_looked_at_the_papers() -> None:
    application = make.submitted() if make.pool() else None
    assert application is not None
    with pytest.raises(applications.PapersNotChecked):
        applications.survey(application=application, by=make.verifier(), now=NOW, on=TODAY, **make.SEEN)
    verifier = make.verifier()
    made = checks.check(application=application, missing=(), by=verifier, now=NOW)
    application.refresh_from_db()
    assert (made.is_complete, application.checked_at, application.checked_by) == (True, NOW, verifier)
    with pytest.raises(checks.CheckedAlready):
        checks.check(application=application, missing=(), by=make.verifier(), now=NOW)
    with pytest.raises(hands.SamePersonTwice, match="berkas"):
        applications.survey(application=application, by=verifier, now=NOW, on=TODAY, **make.SEEN)
    applications.survey(application=application, by=make.verifier(), now=NOW, on=TODAY, **make.SEEN)


def test_what_is_not_there_is_found_complete_only_with_a_reason() -> None:
    make.pool()
    application = make.submitted()
    application.documents.filter(kind="KTP").delete()
    verifier = make.verifier()
    with pytest.raises(checks.NotThere, match="KTP, keempat sudutnya"):
        checks.check(application=application, missing=(), by=verifier, now=NOW)
    page = seen_by(verifier).post(deed(application, "periksa"), {line.value: "on" for line in CheckLine})
    assert "Belum ada: KTP" in page.content.decode()
    made = checks.check(application=application, missing=(), by=verifier, now=NOW, note="KTP asli dilihat di loket")
    assert made.is_complete
    change = reverse("admin:revolving_funds_application_change", args=[application.uid])
    assert "KTP asli dilihat di loket" in seen_by(make.approver()).get(change).content.decode()


def test_the_missing_lines_go_back_to_the_owner_and_the_next_look_is_a_new_one() -> None:
    make.pool()
    application = make.submitted()
    owner = application.person.user
    missing = (CheckLine.NIB, CheckLine.KTP)
    made = checks.check(
        application=application, missing=missing, by=make.verifier(), now=NOW, note="Sudut kanan terpotong"
    )
    assert made.missing == ["KTP", "NIB"]
    application.refresh_from_db()
    assert (application.status, application.checked_at) == ("DRAFT", None)
    page = seen_by(owner).get(reverse("revolving_funds:application-business", args=[application.uid])).content.decode()
    for words in ("KTP, keempat sudutnya terlihat dan terbaca", "NIB atas nama usaha ini", "Sudut kanan terpotong"):
        assert words in page
    applications.submit(application=application, by=owner, now=NOW, on=TODAY)
    application.refresh_from_db()
    assert application.checked_at is None  # the old look does not count for what was sent anew
    checks.check(application=application, missing=(), by=make.verifier(), now=NOW)
    assert list(PapersCheck.objects.order_by("pk").values_list("missing", flat=True)) == [["KTP", "NIB"], []]


def test_the_checker_decides_nothing_and_the_database_says_so() -> None:
    make.pool()
    person = make.owner()
    application = make.submitted(person)
    with pytest.raises(hands.SamePersonTwice):
        checks.check(application=application, missing=(), by=person.user, now=NOW)
    both: User = make.approver()
    checks.check(application=application, missing=(), by=both, now=NOW)
    applications.survey(application=application, by=make.verifier(), now=NOW, on=TODAY, **make.SEEN)
    with pytest.raises(hands.SamePersonTwice):
        applications.approve(application=application, by=both, now=NOW, on=TODAY)
    rows = Application.objects.filter(pk=application.pk)
    for hand, when in (("decided_by", "decided_at"), ("disbursed_by", "disbursed_at")):
        with pytest.raises(IntegrityError, match="two steps of one loan"), transaction.atomic():
            rows.update(**{hand: both, when: NOW})
    for hand in ("borrower", "applied_by"):
        with pytest.raises(IntegrityError, match=f"checked_by_not_{hand}"), transaction.atomic():
            rows.update(**{hand: both})
    with pytest.raises(IntegrityError, match="application_checked_at_pair"), transaction.atomic():
        rows.update(checked_at=None)
    values = {"application": application, "checked_at": NOW, "checked_by": make.verifier()}
    with pytest.raises(IntegrityError, match="paperscheck_lines_known"), transaction.atomic():
        PapersCheck.objects.create(missing=["HOROSKOP"], **values)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        PapersCheck.objects.update(note="")


def test_the_desk_ticks_the_lines_and_sees_what_was_missing_before() -> None:
    today = timezone.localdate()
    make.pool(year=today.year)
    application = make.submitted(on=today)
    verifier = seen_by(make.verifier())
    page = verifier.get(deed(application, "periksa")).content.decode()
    assert "Dikirim" in page  # a paper that is there, with its day
    assert page.count("checked") == len(CheckLine)  # ticked is what is there
    lines = {line.value: "on" for line in CheckLine}
    verifier.post(deed(application, "periksa"), {key: value for key, value in lines.items() if key != "PLACE"})
    applications.submit(application=application, by=application.person.user, now=NOW, on=today)
    shown = verifier.get(reverse("admin:revolving_funds_application_change", args=[application.uid])).content.decode()
    assert "Foto yang memperlihatkan usaha" in shown
    assert "Belum ada yang memeriksa" in shown
    assert verifier.post(deed(application, "periksa"), lines).status_code == 302
    application.refresh_from_db()
    assert application.checked_at is not None
    assert seen_by(make.approver()).get(deed(application, "periksa")).status_code == 403


def test_the_page_offers_the_visit_to_everybody_but_who_looked_at_the_papers() -> None:
    make.pool(year=timezone.localdate().year)
    ana = make.verifier()
    application = make.checked(make.submitted(on=timezone.localdate()), by=ana)
    page = reverse("admin:revolving_funds_application_change", args=[application.uid])
    on_phone = reverse("revolving_funds:survey", args=[application.uid])
    hers, others = seen_by(ana), seen_by(make.verifier())
    shown = hers.get(page).content.decode()
    assert (deed(application, "survey") in shown, on_phone in shown) == (False, False)
    assert f"bukan oleh {ana}" in shown
    shown = others.get(page).content.decode()
    assert (deed(application, "survey") in shown, on_phone in shown) == (True, True)
    listed = hers.get(reverse(LIST)).content.decode()
    assert (on_phone in listed, "petugas lain" in listed) == (False, True)
    assert on_phone in others.get(reverse(LIST)).content.decode()
    assert hers.get(on_phone)["Location"] == reverse(LIST)
    refused = hers.post(deed(application, "survey"), SEEN | {"visited_on": str(timezone.localdate())})
    assert "sudah memeriksa berkas" in refused.content.decode()
    assert "sudah memeriksa berkas" in brought(hers, application, uuid.uuid4(), ana).content.decode()
    assert not Survey.objects.exists()


# The visit


def test_the_form_on_the_phone_without_javascript_keeps_place_and_both_photos() -> None:
    application = ready()
    verifier = seen_by(make.verifier())
    url = reverse("revolving_funds:survey", args=[application.uid])
    assert url in verifier.get(reverse(LIST)).content.decode()
    assert application.person.full_name in verifier.get(url).content.decode()
    values = SEEN | {"visited_on": str(timezone.localdate()), "request_uid": str(uuid.uuid4())}
    wrong = verifier.post(url, values | {"place": "di sana", "photo": upload(picture(), "a.jpg")}).content.decode()
    assert "a.jpg" in wrong  # the photo is kept although another field is wrong
    photos = {"photo": upload(picture(), "a.jpg"), "goods": upload(picture(), "b.jpg")}
    assert verifier.post(url, values | photos)["Location"] == reverse(LIST)
    found = Survey.objects.get()
    assert (str(found.latitude), str(found.longitude)) == ("-2.976074", "104.775430")
    assert set(application.documents.filter(file__used_at__isnull=False).values_list("kind", flat=True)) >= {
        "SURVEY",
        "GOODS",
    }
    assert verifier.get(url).status_code == 404  # done


def brought(client: Client, application: Application, key: uuid.UUID, user: User, **changes: Any) -> Any:
    values = SEEN | {"visited_on": str(timezone.localdate()), "request_uid": str(key), "user": str(user.uid)} | changes
    values["photo"] = upload(picture(), "a.jpg")
    return client.post(reverse("revolving_funds:survey-bring", args=[application.uid]), values)


def test_what_waited_on_the_phone_counts_once_however_often_it_is_brought() -> None:
    application, user, key = ready(), make.verifier(), uuid.uuid4()
    client = seen_by(user)
    for _try in range(3):
        answer = brought(client, application, key, user)
        assert (answer.status_code, json.loads(answer.content)) == (200, {"done": True})
    assert Survey.objects.count() == 1
    assert application.documents.filter(kind="SURVEY").count() == 1
    assert StoredFile.objects.filter(used_at__isnull=True).count() == 2  # photos of the two replays: swept after a day


def test_what_cannot_be_taken_says_why_and_stays_for_a_person_to_see() -> None:
    application, user = ready(), make.verifier()
    client = seen_by(user)
    wrong = brought(client, application, uuid.uuid4(), user, notes="")
    assert json.loads(wrong.content)["done"] is False
    assert "Hasil pengamatan" in json.loads(wrong.content)["message"]
    other = make.verifier()
    assert "petugas lain" in json.loads(brought(client, application, uuid.uuid4(), other).content)["message"]
    key = uuid.uuid4()
    brought(client, application, key, user)
    late = brought(seen_by(other), application, uuid.uuid4(), other)  # somebody else was quicker
    assert json.loads(late.content)["done"] is False
    second = ready()
    with pytest.raises(surveys.OtherSurvey):
        surveys.record(
            application=second, request_uid=key, photos={}, by=user, now=NOW, on=timezone.localdate(), **make.SEEN
        )
    assert Survey.objects.count() == 1


def test_a_refusal_names_its_fields_and_a_form_outlives_an_application_that_went_back() -> None:
    application, user, key = ready(), make.verifier(), uuid.uuid4()
    client = seen_by(user)
    found = json.loads(
        brought(client, application, key, user, recommended_amount="9.000.000", is_recommended="1").content
    )
    assert [fault["field"] for fault in found["faults"]] == ["recommended_amount"]
    assert found["faults"][0]["text"] == found["message"]
    found = json.loads(brought(client, application, key, user, monthly_sales="", notes="").content)
    assert [fault["field"] for fault in found["faults"]] == ["monthly_sales", "notes"]
    applications.send_back(application=application, reason="Foto kios buram.", by=make.verifier(), now=NOW)
    assert "dikembalikan" in json.loads(brought(client, application, key, user).content)["message"]
    applications.submit(application=application, by=application.person.user, now=NOW, on=timezone.localdate())
    make.checked(application)
    assert json.loads(brought(client, application, key, user).content) == {"done": True}
    never_sent = make.draft(make.owner(), on=timezone.localdate())
    assert brought(client, never_sent, uuid.uuid4(), user).status_code == 404


def test_the_phones_key_is_one_for_an_account_and_a_device_and_goes_with_the_login() -> None:
    name, first, second = str(uuid.uuid4()), make.verifier(), make.verifier()

    def given(user: User, device: str = name) -> Any:
        asked = seen_by(user).post(
            reverse("revolving_funds:survey-key"), json.dumps({"device": device}), content_type="application/json"
        )
        assert asked.json() == {"user": str(user.uid)}
        return asked.cookies["guyub_survey"]

    key = given(first)
    assert (len(key.value), key["path"], key["samesite"], key["max-age"]) == (64, reverse(LIST), "Strict", 3 * 86_400)
    assert given(first).value == key.value
    assert len({key.value, given(second).value, given(first, str(uuid.uuid4())).value}) == 3
    for body in ("", "[]", "{}", '{"device": "ponsel"}', '{"device": 7}'):
        wrong = seen_by(first).post(reverse("revolving_funds:survey-key"), body, content_type="application/json")
        assert wrong.status_code == 404
    out = seen_by(first).post(reverse("accounts:logout"))
    for cookie, path in (("guyub_survey", reverse(LIST)), ("guyub_door", "/pelatihan/")):
        assert (out.cookies[cookie].value, out.cookies[cookie]["path"]) == ("", path)


def test_the_frame_that_a_phone_keeps_names_nobody() -> None:
    application, user = ready(), make.verifier()
    page = seen_by(user).get(reverse("revolving_funds:survey-frame")).content.decode()
    for word in (
        application.person.full_name,
        application.business.name,
        user.full_name,
        str(user.uid),
        str(user.phone),
    ):
        assert word not in page


@pytest.mark.parametrize(("role", "code", "status"), [(Role.APPROVER, "16.71", 403), (Role.VERIFIER, "32.04", 404)])
def test_who_visits_nobody_here_has_no_form(role: Role, code: str, status: int) -> None:
    application, user = ready(), user_with_role(role, code)
    client = seen_by(user)
    assert client.get(reverse("revolving_funds:survey", args=[application.uid])).status_code == status
    assert brought(client, application, uuid.uuid4(), user).status_code == status
    assert not Survey.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_visits_costs_the_same_for_any_length(count: int) -> None:
    for _number in range(count):
        ready()
    client = seen_by(make.verifier())
    with CaptureQueriesContext(connection) as spent:
        page = client.get(reverse(LIST)).content.decode()
    assert page.count("data-to-visit") == count
    assert len(spent) <= 10, [query["sql"][:90] for query in spent]
