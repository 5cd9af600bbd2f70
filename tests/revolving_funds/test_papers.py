"""Papers of an application: what is missing, what is replaced, what is given back to be mended."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.notifications.models import Message
from revolving_funds.actions import applications, documents
from revolving_funds.enums import DocumentKind
from revolving_funds.models import Application, ApplicationDocument
from tests.factories import revolving_funds as make
from tests.factories.files import picture
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db


def photo(name: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


def stored(application: Application) -> StoredFile:
    return uploads.store(photo(), purpose=documents.PURPOSE, by=application.person.user, now=NOW)


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def filled(on: dt.date = TODAY) -> Application:
    make.pool()
    application = make.draft(on=on)
    user = application.person.user
    applications.fill(application=application, by=user, now=NOW, amount=2_000_000, purpose="MATERIALS", monthly_sales=1)
    return application


def test_an_application_without_its_papers_is_not_sent_and_says_which_are_missing() -> None:
    application = filled()
    user = application.person.user
    with pytest.raises(documents.DocumentMissing, match="KTP"):
        applications.submit(application=application, by=user, now=NOW, on=TODAY)
    for kind in (DocumentKind.PLACE, DocumentKind.KTP):
        documents.attach(application=application, kind=kind, file=stored(application), by=user, now=NOW)
    assert applications.submit(application=application, by=user, now=NOW, on=TODAY).status == "SUBMITTED"
    with pytest.raises(documents.NotOpen):
        documents.attach(application=application, kind=DocumentKind.KTP, file=stored(application), by=user, now=NOW)


def test_a_paper_sent_again_takes_the_place_of_the_first() -> None:
    application = filled()
    user, first, second = application.person.user, stored(application), stored(application)
    for file in (first, second):
        documents.attach(application=application, kind=DocumentKind.KTP, file=file, by=user, now=NOW)
    first.refresh_from_db()
    assert (ApplicationDocument.objects.get().file, first.removed_at) == (second, NOW)


def test_what_is_given_back_is_mended_and_sent_again() -> None:
    make.pool()
    application, verifier = make.submitted(), make.verifier()
    with pytest.raises(applications.ReasonMissing):
        applications.send_back(application=application, reason=" ", by=verifier, now=NOW)
    back = applications.send_back(application=application, reason="Foto KTP buram", by=verifier, now=NOW)
    assert (back.status, back.return_reason, back.submitted_at) == ("DRAFT", "Foto KTP buram", None)
    assert Message.objects.filter(kind="fund_application_returned").exists()
    owner = application.person.user
    page = seen_by(owner).get(reverse("revolving_funds:application-business", args=[application.uid]))
    assert "Foto KTP buram" in page.content.decode()
    again = applications.submit(application=back, by=owner, now=NOW, on=TODAY)
    assert (again.status, again.return_reason) == ("SUBMITTED", "")


def test_four_steps_on_the_phone_with_photos() -> None:
    application = filled(on=timezone.localdate())
    client = seen_by(application.person.user)

    def step(name: str) -> str:
        return reverse(f"revolving_funds:application-{name}", args=[application.uid])

    assert client.post(step("need"), {"amount": "2.000.000", "purpose": "MATERIALS"}).url == step("papers")
    assert "KTP" in client.post(step("send"), {"agree": "on"}).content.decode()
    assert client.post(step("papers"), {"place": photo(), "ktp": photo()}).url == step("send")
    assert ApplicationDocument.objects.count() == 2
    assert client.get(step("papers")).status_code == 200
    assert client.post(step("send"), {"agree": "on"}).status_code == 302
    application.refresh_from_db()
    assert application.status == "SUBMITTED"
    file = ApplicationDocument.objects.order_by("pk")[0].file
    address = reverse("files:read", args=[file.uid])
    assert opened(client, address) == 200
    assert opened(seen_by(make.verifier()), address) == 200
    assert opened(seen_by(make.verifier("32.04")), address) == 404


def test_a_survey_keeps_place_photo_and_that_it_was_on_paper() -> None:
    today = timezone.localdate()
    make.pool(year=today.year)
    application = make.checked(make.submitted(on=today))
    url = reverse("admin:revolving_funds_application_deed", args=[application.uid, "survey"])
    values = {
        "visited_on": str(today),
        "is_operating": "on",
        "place_matches": "on",
        "monthly_sales": "4.000.000",
        "monthly_costs": "2.000.000",
        "other_debts": "0",
        "notes": "Ramai",
        "is_recommended": "1",
        "on_paper": "on",
    }
    desk = seen_by(make.verifier())
    assert desk.post(url, values | {"place": "lima, enam"}).status_code == 200
    assert desk.post(url, values | {"place": "-2.976074, 104.775430", "photo": photo()}).status_code == 302
    survey = Application.objects.get(pk=application.pk).survey
    assert (str(survey.latitude), str(survey.longitude), survey.on_paper) == ("-2.976074", "104.775430", True)
    assert application.documents.filter(kind="SURVEY").exists()


def test_a_refusal_tells_until_when_an_appeal_could_be_filed() -> None:
    make.pool()
    application = make.surveyed(is_recommended=False)
    applications.reject(application=application, by=make.approver(), now=NOW, reason="Usaha belum berjalan")
    page = seen_by(application.person.user).get(application.get_absolute_url()).content.decode()
    assert "Usaha belum berjalan" in page
    assert "Hari terakhir untuk keberatan adalah" in page  # the days are over
