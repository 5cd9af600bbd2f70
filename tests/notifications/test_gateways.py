"""The ways out: one table of cases for the real client against a server of ours, and for its stand-in."""

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from foundation.notifications.gateways import CloudApi, Console, Mail, Permanent, Temporary, Unsure, for_channel
from foundation.notifications.kinds import Channel
from tests.factories.foundation import office
from tests.factories.notifications import MessageFactory
from tests.notifications.cloud import OUTCOMES, SENT, CloudServer, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[CloudServer]:
    with CloudServer() as running:
        yield running


@pytest.fixture
def cloud(server: CloudServer) -> CloudApi:
    return CloudApi(url=server.url, token="rahasia", sender_id="1001")


@pytest.fixture(params=["cloud", "fake"])
def way(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("cloud") if request.param == "cloud" else FakeGateway()


@pytest.mark.parametrize("address", OUTCOMES)
def test_each_answer_means_the_same_to_the_real_client_and_to_its_stand_in(way: Any, address: str) -> None:
    message = MessageFactory(address=address)
    outcome = OUTCOMES[address][2]
    if outcome is SENT:
        assert way.send(message) == f"wamid.{message.uid}"
        return
    with pytest.raises(outcome):
        way.send(message)


def test_the_template_travels_with_its_values_and_our_number(
    server: CloudServer, cloud: CloudApi, settings: Any
) -> None:
    settings.SITE_URL = "https://guyub.example"
    message = MessageFactory(
        kind="test_invitation", params={"name": "Ani", "place": "kantor"}, url="https://guyub.example/pelatihan/7/"
    )
    cloud.send(message)
    request = server.seen[0]
    assert request["path"] == "/v23.0/1001/messages"
    assert request["token"] == "Bearer rahasia"
    assert request["to"] == "628120000001"
    assert request["biz_opaque_callback_data"] == str(message.uid)
    assert request["template"] == {
        "name": "guyub_invitation",
        "language": {"code": "id"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "name", "text": "Ani"},
                    {"type": "text", "parameter_name": "place", "text": "kantor"},
                ],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "pelatihan/7/"}],
            },
        ],
    }
    assert "datang ke" not in str(request)


def test_a_code_travels_in_the_text_and_on_the_button(server: CloudServer, cloud: CloudApi) -> None:
    cloud.send(MessageFactory(kind="login_code", secret="471902"))
    assert str(server.seen[0]["template"]["components"]).count("471902") == 2


def test_an_office_with_its_own_number_sends_from_it(server: CloudServer, cloud: CloudApi) -> None:
    palembang = office("16.71")
    palembang.whatsapp_sender_id = "2002"
    palembang.save()
    cloud.send(MessageFactory(region_code="16.71.04.1001"))
    assert server.seen[0]["path"] == "/v23.0/2002/messages"


def test_a_server_that_is_not_there_was_certainly_not_reached() -> None:
    with pytest.raises(Temporary):
        CloudApi(url="http://127.0.0.1:9", token="x", sender_id="1").send(MessageFactory())


def test_the_console_sends_nothing_and_keeps_the_code_readable() -> None:
    message = MessageFactory(kind="login_code", secret="471902", body="•••••• adalah kode")
    assert Console().send(message) == f"console-{message.uid}"
    assert message.text == "471902 adalah kode"


def test_an_email_has_text_link_and_our_number() -> None:
    message = MessageFactory(channel=Channel.EMAIL, address="ani@usaha.example", url="https://guyub.example/x/")
    number = Mail().send(message)
    sent = mail.outbox[0]
    assert (sent.subject, sent.to) == ("Keputusan", ["ani@usaha.example"])
    assert sent.body == "Buka Guyub\n\nhttps://guyub.example/x/\n"
    assert sent.extra_headers["Message-ID"] == number
    assert str(message.uid) in number


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}), Permanent),
        (smtplib.SMTPRecipientsRefused({"x": (451, b"later")}), Temporary),
        (smtplib.SMTPDataError(554, b"refused"), Permanent),
        (smtplib.SMTPDataError(421, b"busy"), Temporary),
        (smtplib.SMTPServerDisconnected("gone"), Unsure),
        (TimeoutError(), Unsure),
        (ConnectionRefusedError(), Temporary),
    ],
)
def test_each_error_of_the_mail_server_is_understood(
    monkeypatch: pytest.MonkeyPatch, error: Exception, outcome: Any
) -> None:
    def fail(_self: object, _messages: object) -> int:
        raise error

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", fail)
    with pytest.raises(outcome):
        Mail().send(MessageFactory(channel=Channel.EMAIL, address="ani@usaha.example"))


def test_the_settings_choose_the_way(settings: Any) -> None:
    assert isinstance(for_channel(Channel.WHATSAPP), Console)
    settings.WHATSAPP_BACKEND, settings.EMAIL_CHANNEL = "cloud", "smtp"
    assert isinstance(for_channel(Channel.WHATSAPP), CloudApi)
    assert isinstance(for_channel(Channel.EMAIL), Mail)
