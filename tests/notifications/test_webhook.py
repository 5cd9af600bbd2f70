"""What the WhatsApp platform tells us."""

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.actions import consents
from foundation.notifications import tasks
from foundation.notifications.actions import dispatch, webhooks
from foundation.notifications.models import Message, Silence, WebhookCall, WebhookItem
from tests.factories.foundation import UserFactory
from tests.factories.notifications import NOON, MessageFactory

pytestmark = pytest.mark.django_db
PATH = "/webhooks/whatsapp/"
Status = Message.Status


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.WHATSAPP_APP_SECRET, settings.WHATSAPP_VERIFY_TOKEN = "rahasia", "kata-kunci"


def call(client: Client, value: dict[str, Any], signature: str | None = None) -> int:
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [{"value": value}]}]}).encode()
    made = hmac.new(b"rahasia", body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={made}" if signature is None else signature}
    code = client.post(PATH, body, content_type="application/json", headers=headers).status_code
    tasks.process_webhooks()
    return code


def status(message: Message, name: str, **extra: Any) -> dict[str, Any]:
    return {"statuses": [{"id": f"wamid.{message.uid}", "status": name, "timestamp": "1795237200", **extra}]}


def said(text: str, phone: str = "628120000001", number: str = "wamid.in1") -> dict[str, Any]:
    return {"messages": [{"id": number, "from": phone, "type": "text", "text": {"body": text}}]}


def sent() -> Message:
    message = MessageFactory()
    Message.objects.update(status=Status.SENT, sent_at=NOON, gateway_id=f"wamid.{message.uid}")
    return message


def test_the_address_is_proved_with_our_word_only(client: Client) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    right = client.get(PATH, {**query, "hub.verify_token": "kata-kunci"})
    assert (right.status_code, right.content) == (200, b"1158201444")
    assert client.get(PATH, {**query, "hub.verify_token": "lain"}).status_code == 403
    assert client.get(PATH, query).status_code == 403


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "sha1=x", "é"])
def test_a_call_that_is_not_signed_is_not_even_stored(client: Client, signature: str) -> None:
    assert call(client, said("BERHENTI"), signature) == 403
    assert not WebhookCall.objects.exists()


def test_without_a_secret_nothing_is_believed(client: Client, settings: Any) -> None:
    settings.WHATSAPP_APP_SECRET = ""
    made = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    answer = client.post(
        PATH, b"{}", content_type="application/json", headers={"x-hub-signature-256": f"sha256={made}"}
    )
    assert answer.status_code == 403


def test_delivered_and_read_are_written_down(client: Client) -> None:
    message = sent()
    assert call(client, status(message, "delivered")) == 200
    call(client, status(message, "read"))
    message.refresh_from_db()
    assert message.status == Status.SENT
    assert message.delivered_at == message.read_at == dt.datetime.fromtimestamp(1795237200, dt.UTC)


def test_a_late_failure_says_why(client: Client) -> None:
    message = sent()
    call(client, status(message, "failed", errors=[{"code": 131026, "title": "Message undeliverable"}]))
    message.refresh_from_db()
    assert (message.status, message.error) == (Status.FAILED, "131026 Message undeliverable")


def test_a_message_whose_answer_was_lost_is_settled_by_our_number(client: Client) -> None:
    message = MessageFactory()
    dispatch.claim(now=NOON)
    dispatch.give_up_stranded(now=NOON + dt.timedelta(hours=1))
    call(client, status(message, "sent", biz_opaque_callback_data=str(message.uid)))
    message.refresh_from_db()
    assert (message.status, message.gateway_id) == (Status.SENT, f"wamid.{message.uid}")


def test_repeated_calls_and_repeated_items_count_once(client: Client) -> None:
    message = sent()
    for _time in range(2):
        call(client, status(message, "delivered"))
    call(client, {**status(message, "delivered"), "metadata": {"again": True}})
    assert WebhookCall.objects.count() == 2
    assert WebhookItem.objects.count() == 1


def test_a_status_of_a_stranger_s_message_is_passed_over(client: Client) -> None:
    call(client, {"statuses": [{"id": "wamid.other", "status": "sent", "biz_opaque_callback_data": "no uuid"}]})
    assert WebhookCall.objects.get().processed_at is not None


@pytest.mark.parametrize("word", ["BERHENTI", "stop", " Keluar. "])
def test_a_word_ends_all_whatsapp_messages_to_that_number(client: Client, word: str) -> None:
    user = UserFactory(phone="+628120000001")
    consents.give(purpose="WHATSAPP", subject_key="person:7", user=user, channel="web", by=user, now=NOON)
    message = MessageFactory()
    call(client, said(word))
    message.refresh_from_db()
    assert (message.status, message.error) == (Status.FAILED, "STOP")
    assert user.consents.get().withdrawn_at is not None


def test_who_has_no_account_is_left_in_peace_too(client: Client) -> None:
    call(client, said("BERHENTI", "628129999999"))
    assert Silence.objects.get().phone == "+628129999999"


def test_other_words_change_nothing(client: Client) -> None:
    call(client, said("terima kasih"))
    assert not Silence.objects.exists()


def test_what_cannot_be_read_is_kept_with_the_reason_and_stops_nothing(client: Client) -> None:
    webhooks.store(body=b"not json", now=NOON)
    call(client, said("STOP"))
    bad = WebhookCall.objects.get(body="not json")
    assert bad.error.startswith("JSONDecodeError")
    assert Silence.objects.count() == 1


def test_a_call_is_stored_before_it_is_read(client: Client, settings: Any) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    assert webhooks.store(body=b'{"entry": []}', now=NOON)
    assert WebhookCall.objects.get().processed_at is None
    assert not webhooks.store(body=b'{"entry": []}', now=NOON)


@pytest.mark.parametrize("odd", [{"id": "a\x00b"}, {"timestamp": "9" * 30}, {"timestamp": "-99999999999999"}])
def test_no_value_in_a_call_stops_the_calls_behind_it(client: Client, odd: dict[str, str]) -> None:
    message = sent()
    call(client, status(message, "sent", **odd))
    call(client, status(message, "delivered"))
    webhooks.process_waiting(now=NOON)
    assert not WebhookCall.objects.filter(processed_at=None).exists()
    message.refresh_from_db()
    assert message.delivered_at is not None
