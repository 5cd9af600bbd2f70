"""One's own account: language, consents."""

import datetime as dt

import pytest
from django.test import Client

from foundation.accounts import texts
from foundation.accounts.actions import consents
from foundation.accounts.models import Consent, User
from foundation.audit.models import Event
from foundation.notifications.models import Silence
from tests.factories.foundation import UserFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def give(user: User, purpose: str = Consent.Purpose.WHATSAPP) -> Consent:
    return consents.give(
        purpose=purpose, subject_key=consents.subject_of(user), user=user, channel="web", by=user, now=NOW
    )


def test_a_consent_is_recorded_once_with_its_words() -> None:
    user = UserFactory()
    first = give(user)
    assert give(user) == first
    assert (first.text_version, first.channel, first.given_at) == (texts.VERSION, "web", NOW)
    assert Event.objects.filter(verb="consent.given", object_id=first.pk).count() == 1


def test_a_withdrawn_consent_stays_as_proof_and_can_be_given_again() -> None:
    user = UserFactory()
    give(user)
    old = consents.withdraw(purpose="WHATSAPP", subject_key=consents.subject_of(user), by=user, now=NOW)
    assert old.withdrawn_at == NOW
    assert give(user).pk != old.pk
    assert user.consents.count() == 2


def test_without_whatsapp_consent_the_number_is_silent_until_it_is_given_again() -> None:
    user = UserFactory()
    give(user)
    consents.withdraw(purpose="WHATSAPP", subject_key=consents.subject_of(user), by=user, now=NOW)
    assert Silence.objects.filter(phone=user.phone, ended_at=None).exists()
    give(user)
    assert not Silence.objects.filter(phone=user.phone, ended_at=None).exists()


def test_the_consent_that_registration_rests_on_is_not_withdrawn_by_a_tap() -> None:
    user = UserFactory()
    give(user, Consent.Purpose.REGISTER)
    with pytest.raises(consents.NeededForService):
        consents.withdraw(purpose="REGISTER", subject_key=consents.subject_of(user), by=user, now=NOW)


def test_what_was_never_given_cannot_be_withdrawn() -> None:
    user = UserFactory()
    with pytest.raises(consents.NeverGiven):
        consents.withdraw(purpose="WHATSAPP", subject_key=consents.subject_of(user), by=user, now=NOW)


def test_every_purpose_has_words_in_the_version_in_use() -> None:
    assert {purpose for purpose, _words in texts.current()} == set(Consent.Purpose.values)


def test_consents_are_given_and_withdrawn_on_the_account_page(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    client.post("/akun/persetujuan/directory/", {"give": "yes"})
    assert "Diberikan" in client.get("/akun/").text
    client.post("/akun/persetujuan/directory/", {"give": "no"})
    assert user.consents.get().withdrawn_at is not None
    page = client.post("/akun/persetujuan/register/", {"give": "no"}, follow=True)
    assert "Tanpa persetujuan ini" in page.text
    assert client.post("/akun/persetujuan/lain/", {"give": "yes"}).status_code == 404


def test_the_language_is_kept_on_the_account(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    client.post("/bahasa/", {"language": "en", "next": "/akun/"})
    user.refresh_from_db()
    assert user.language == "en"
    elsewhere = Client()
    elsewhere.force_login(user)
    assert "My account" in elsewhere.get("/akun/").text


def test_a_stranger_keeps_the_language_on_the_device_and_takes_it_along(client: Client) -> None:
    client.post("/bahasa/", {"language": "en", "next": "/akun/masuk/"})
    assert "Log in to Guyub" in client.get("/akun/masuk/").text


def test_the_browser_s_language_is_not_asked(client: Client) -> None:
    page = client.get("/akun/masuk/", headers={"accept-language": "en-US,en;q=0.9"})
    assert "Masuk ke Guyub" in page.text
    assert page["Content-Language"] == "id"


def test_the_privacy_notice_is_open_to_everybody(client: Client) -> None:
    assert "Undang-Undang Nomor 27 Tahun 2022" in client.get("/privasi/").text
