"""Coming in: owners by phone and code, staff by password and second step."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client, override_settings

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from tests.factories.foundation import UserFactory, user_with_role

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"
PASSWORD = "sebuah kata sandi panjang"


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def newest_code(phone: str = PHONE) -> str:
    return Message.objects.filter(address=phone, kind="login_code").latest("pk").secret


def ask(client: Client, number: str = "0812 3456 7890", path: str = "/akun/masuk/") -> str:
    """Where asking for a code leads."""
    return client.post(path, {"phone": number})["Location"]


def test_an_owner_comes_in_with_the_code_sent_to_her_phone(client: Client) -> None:
    user = UserFactory(phone=PHONE, phone_verified=False)
    assert ask(client) == "/akun/kode/"
    page = client.get("/akun/kode/")
    assert "0812-xxxx-7890" in page.text
    assert newest_code() not in page.text
    answer = client.post("/akun/kode/", {"code": newest_code(), "action": "verify"})
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.phone_verified


def test_a_wrong_code_keeps_the_form_and_says_what_to_do(client: Client) -> None:
    UserFactory(phone=PHONE)
    ask(client)
    page = client.post("/akun/kode/", {"code": "000000" if newest_code() != "000000" else "111111"})
    assert page.status_code == 200
    assert "Kode ini tidak cocok" in page.text
    assert "0812-xxxx-7890" in page.text
    assert client.post("/akun/kode/", {"code": newest_code()}).status_code == 302


def test_five_wrong_codes_end_the_attempt(client: Client) -> None:
    UserFactory(phone=PHONE)
    ask(client)
    right = newest_code()
    wrong = "000000" if right != "000000" else "111111"
    for _attempt in range(5):
        client.post("/akun/kode/", {"code": wrong})
    assert client.post("/akun/kode/", {"code": right})["Location"] == "/akun/masuk/"
    assert "_auth_user_id" not in client.session


def test_an_old_code_is_no_longer_valid(client: Client) -> None:
    UserFactory(phone=PHONE)
    with override_settings(ACCOUNT_LOGIN_BY_CODE_TIMEOUT=-1):
        ask(client)
        page = client.post("/akun/kode/", {"code": newest_code()}, follow=True)
    assert "Kode sudah tidak berlaku" in page.text
    assert "_auth_user_id" not in client.session


def test_an_unknown_number_sees_the_same_pages_and_gets_one_hint_a_day(client: Client) -> None:
    UserFactory(phone=PHONE)
    known = [ask(client), client.get("/akun/kode/").text]
    stranger = Client()
    unknown = [ask(stranger, "0812 9999 7890"), stranger.get("/akun/kode/").text]
    assert [_bare(text) for text in known] == [_bare(text) for text in unknown]
    assert stranger.post("/akun/kode/", {"action": "resend"})["Location"] == "/akun/kode/"
    assert stranger.post("/akun/kode/", {"code": "123456"}).status_code == 200
    ask(Client(), "0812 9999 7890")
    assert list(Message.objects.filter(address="+6281299997890").values_list("kind", flat=True)) == ["unknown_number"]


def _bare(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_a_new_code_replaces_the_old_one(client: Client) -> None:
    UserFactory(phone=PHONE)
    ask(client)
    old = newest_code()
    client.post("/akun/kode/", {"action": "resend"})
    assert Message.objects.filter(kind="login_code").count() == 2
    if newest_code() != old:
        assert client.post("/akun/kode/", {"code": old}).status_code == 200
    assert client.post("/akun/kode/", {"code": newest_code()}).status_code == 302


def test_asking_too_often_is_stopped_by_number(client: Client) -> None:
    UserFactory(phone=PHONE)
    for _time in range(5):
        ask(Client())
    page = client.post("/akun/masuk/", {"phone": "0812 3456 7890"})
    assert page.status_code == 200
    assert "Terlalu banyak percobaan" in page.text
    assert Message.objects.filter(kind="login_code").count() == 5


def test_a_wrong_number_is_explained(client: Client) -> None:
    page = client.post("/akun/masuk/", {"phone": "12345"})
    assert "Ini bukan nomor ponsel Indonesia" in page.text
    assert 'value="12345"' in page.text


def test_the_code_stands_nowhere_in_the_clear(client: Client) -> None:
    UserFactory(phone=PHONE)
    ask(client)
    row = Message.objects.filter(kind="login_code").values("title", "body", "params", "url", "secret").get()
    assert "••••••" in row["body"]
    assert row["params"] == {}
    raw = Message.objects.raw("SELECT id, secret AS stored FROM notifications_message WHERE kind = 'login_code'")[0]
    assert row["secret"] not in raw.stored


def test_a_new_owner_signs_up_by_phone_and_is_led_to_the_registration(client: Client) -> None:
    assert ask(client, path="/akun/daftar/") == "/akun/kode/"
    assert not User.objects.get(phone=PHONE).phone_verified
    answer = client.post("/akun/kode/", {"code": newest_code()})
    assert answer["Location"] == "/daftar/"
    user = User.objects.get(phone=PHONE)
    assert user.phone_verified
    assert not user.has_usable_password()


def test_signing_up_with_a_known_number_looks_the_same_and_logs_in(client: Client) -> None:
    user = UserFactory(phone=PHONE)
    assert ask(client, path="/akun/daftar/") == "/akun/kode/"
    known = client.get("/akun/kode/").text
    stranger = Client()
    ask(stranger, "0812 9999 7890", path="/akun/daftar/")
    assert _bare(known) == _bare(stranger.get("/akun/kode/").text)
    client.post("/akun/kode/", {"code": newest_code()})
    assert client.session["_auth_user_id"] == str(user.pk)
    assert User.objects.filter(phone=PHONE).count() == 1


def test_after_login_the_person_goes_where_she_wanted(client: Client) -> None:
    UserFactory(phone=PHONE)
    target = client.post("/akun/masuk/?next=/akun/", {"phone": PHONE})["Location"]
    assert client.post(target, {"code": newest_code(), "next": "/akun/"})["Location"] == "/akun/"


def test_a_foreign_address_is_never_the_next_page(client: Client) -> None:
    UserFactory(phone=PHONE)
    ask(client)
    answer = client.post("/akun/kode/?next=https://jahat.example/", {"code": newest_code()})
    assert answer["Location"] == "/"


def test_a_closed_account_does_not_come_in(client: Client) -> None:
    UserFactory(phone=PHONE, is_active=False)
    ask(client)
    page = client.post("/akun/kode/", {"code": newest_code()}, follow=True)
    assert "Akun ini sudah ditutup" in page.text
    assert "_auth_user_id" not in client.session


def test_logging_out_needs_a_post(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/akun/keluar/").status_code == 405
    assert client.post("/akun/keluar/")["Location"] == "/akun/masuk/"
    assert "_auth_user_id" not in client.session


# Staff


def staff() -> User:
    user = user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@dinas.example")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def by_password(client: Client, password: str = PASSWORD, path: str = "/akun/masuk/petugas/") -> "object":
    return client.post(path, {"login": "petugas@dinas.example", "password": password})


def test_staff_come_in_by_email_and_password(client: Client) -> None:
    user = staff()
    assert by_password(client)["Location"] == "/"  # type: ignore[index]
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_password_says_neither_which_nor_whose(client: Client) -> None:
    staff()
    page = by_password(client, "salah")
    assert "Email atau kata sandi tidak cocok" in page.text  # type: ignore[attr-defined]
    nobody = client.post("/akun/masuk/petugas/", {"login": "tidak@ada.example", "password": "salah"})
    assert "Email atau kata sandi tidak cocok" in nobody.text


def test_the_office_face_asks_for_our_login(client: Client) -> None:
    staff()
    answer = client.get("/kantor/", follow=True)
    path = answer.redirect_chain[-1][0]
    assert path == "/akun/masuk/petugas/?next=%2Fkantor%2F"
    assert by_password(client, path=path)["Location"] == "/kantor/"  # type: ignore[index]


def test_an_owner_at_the_office_door_is_led_home(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/kantor/", follow=True).redirect_chain[-1][0] == "/"


def secret_of(client: Client) -> str:
    assert client.get("/akun/keamanan/aplikasi/").status_code == 200
    return client.session["mfa.totp.secret"]


def totp(secret: str, steps: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time())) + steps
    return format_hotp_value(hotp_value(secret, counter))


@override_settings(STAFF_TOTP_REQUIRED=True)
def test_staff_without_a_second_step_get_no_further_than_setting_it_up(client: Client) -> None:
    staff()
    by_password(client)
    for path in ("/", "/kantor/", "/pemberitahuan/"):
        assert client.get(path)["Location"] == "/akun/keamanan/aplikasi/"
    assert client.get("/api/v1/").status_code == 403
    page = client.post("/akun/keamanan/aplikasi/", {"code": totp(secret_of(client))}, follow=True)
    assert "Kode pemulihan" in page.text
    assert client.get("/akun/").status_code == 200
    assert client.get("/")["Location"] == "/kantor/"


@override_settings(STAFF_TOTP_REQUIRED=True)
def test_the_second_step_is_asked_after_the_password(client: Client) -> None:
    user = staff()
    by_password(client)
    secret = secret_of(client)
    client.post("/akun/keamanan/aplikasi/", {"code": totp(secret)})
    stored = user.authenticator_set.get(type="totp").data["secret"]
    assert secret not in stored

    again = Client()
    assert by_password(again)["Location"] == "/akun/masuk/petugas/kode/"  # type: ignore[index]
    assert "_auth_user_id" not in again.session
    wrong = again.post("/akun/masuk/petugas/kode/", {"code": "000000"})
    assert "Kode ini tidak cocok" in wrong.text
    recovery = user.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    again.post("/akun/masuk/petugas/kode/", {"code": recovery})
    assert again.session["_auth_user_id"] == str(user.pk)


@override_settings(STAFF_TOTP_REQUIRED=True)
def test_owners_are_not_asked_for_a_second_step(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/akun/").status_code == 200


@override_settings(STAFF_TOTP_REQUIRED=True)
def test_whoever_holds_a_role_of_the_office_needs_the_second_step_whatever_the_account_s_mark_says(
    client: Client,
) -> None:
    user = user_with_role(Role.AUDITOR, "16.71", email="pemeriksa@dinas.example")
    User.objects.filter(pk=user.pk).update(is_staff=False)
    client.force_login(User.objects.get(pk=user.pk))
    assert client.get("/kantor/")["Location"] == "/akun/keamanan/aplikasi/"


def test_a_number_gets_no_more_than_ten_codes_a_day_and_is_told_where_to_turn(client: Client) -> None:
    UserFactory(phone=PHONE, phone_verified=True)
    limits = {"codes_of_a_day": "2/d/key", "request_login_code": "30/m/key"}
    with override_settings(ACCOUNT_RATE_LIMITS=limits):
        assert [ask(Client()) for _time in range(2)] == ["/akun/kode/"] * 2
        refused = client.post("/akun/masuk/", {"phone": PHONE})
        elsewhere = client.post("/akun/daftar/", {"phone": PHONE})
    for page in (refused, elsewhere):
        assert page.status_code == 200
        assert "dalam sehari" in page.text
    assert Message.objects.filter(kind="login_code").count() == 2
