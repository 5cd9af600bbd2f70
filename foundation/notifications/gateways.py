"""The ways out: WhatsApp Cloud API, email, and a console that sends nothing. Each answers with the message's number.

A refusal that will not change is `Permanent`; what may pass later is `Temporary`. `Unsure` means that the request
went out and no answer came: it may have been sent.
"""

import smtplib
from email.utils import make_msgid
from functools import lru_cache
from typing import Any, Final, Protocol

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from foundation.notifications import kinds
from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from foundation.regions.models import Office

TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
# Errors of the Cloud API that pass: throttled (4, 80007, 130429, 131048, 131056), unavailable (1, 2, 131000, 131016).
# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
PASSING_CODES: Final = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 133004})
THROTTLED: Final = 429
SERVER_ERROR: Final = 500
SMTP_PASSING: Final = range(400, 500)


class GatewayError(Exception):
    """A message did not go out."""


class Permanent(GatewayError):
    """Another attempt would fail the same way: wrong number, refused template."""


class Temporary(GatewayError):
    """Certainly not sent; another attempt may succeed."""


class Unsure(GatewayError):
    """The request was handed over, but no answer came: perhaps sent."""


class Gateway(Protocol):
    """What the sender needs to know of a way out."""

    def send(self, message: Message) -> str:
        """Hand over; returns the other side's number of the message. Raises GatewayError."""
        ...  # pragma: no cover


class Console:
    """Demo and tests: nothing leaves; the message stays readable in the outbox."""

    keeps_secrets = True

    def send(self, message: Message) -> str:
        return f"console-{message.uid}"


class CloudApi:
    """Template messages over Meta's WhatsApp Cloud API.

    The message's uid travels as `biz_opaque_callback_data` and comes back with every status, so that a message
    whose answer was lost is still recognised.
    """

    keeps_secrets = False

    def __init__(
        self,
        *,
        url: str,
        token: str,
        sender_id: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.sender_id = sender_id
        self.client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            timeout=TIMEOUT,
            transport=transport,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
        )

    def send(self, message: Message) -> str:
        try:
            answer = self.client.post(f"{self._sender(message)}/messages", json=payload(message))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Temporary(f"no connection: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Unsure(f"no answer: {type(error).__name__}") from error
        return self._read(answer)

    def _sender(self, message: Message) -> str:
        """The office's own number where it has one, else the installation's."""
        office = Office.objects.serving(message.region_code) if message.region_code else None
        return (office.whatsapp_sender_id if office else "") or self.sender_id

    def _read(self, answer: httpx.Response) -> str:
        try:
            data: dict[str, Any] = answer.json()
        except ValueError:
            data = {}
        if answer.is_success:
            try:
                return str(data["messages"][0]["id"])
            except (KeyError, IndexError, TypeError) as error:
                raise Unsure("an answer without a number") from error
        problem = data.get("error", {}) if isinstance(data, dict) else {}
        code, reason = problem.get("code"), str(problem.get("message", ""))[:200]
        text = f"HTTP {answer.status_code} {code or ''} {reason}".strip()
        if answer.status_code == THROTTLED or code in PASSING_CODES:
            raise Temporary(text)
        if answer.status_code >= SERVER_ERROR:
            raise Unsure(text)
        raise Permanent(text)


def payload(message: Message) -> dict[str, Any]:
    """The request's body: the approved template with its values; never the free text."""
    template = kinds.get(message.kind).template
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.address.lstrip("+"),
        "type": "template",
        "biz_opaque_callback_data": str(message.uid),
        "template": {"name": template, "language": {"code": message.language}, "components": _components(message)},
    }


def _components(message: Message) -> list[dict[str, Any]]:
    if message.secret:  # Meta's authentication templates: the code in the text and on the copy button
        code = [{"type": "text", "text": message.secret}]
        return [
            {"type": "body", "parameters": code},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
        ]
    found: list[dict[str, Any]] = []
    if message.params:
        values = [
            {"type": "text", "parameter_name": name, "text": text or "-"}
            for name, text in sorted(message.params.items())
        ]
        found.append({"type": "body", "parameters": values})
    if message.url:
        path = message.url.removeprefix(settings.SITE_URL).lstrip("/")
        found.append(
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": path}],
            }
        )
    return found


class Mail:
    """Plain text by Django's mail backend."""

    keeps_secrets = False

    def send(self, message: Message) -> str:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        number = make_msgid(idstring=str(message.uid), domain=domain)
        text = f"{message.text}\n\n{message.url}\n" if message.url else f"{message.text}\n"
        mail = EmailMessage(message.title, text, to=[message.address], headers={"Message-ID": number})
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            kind = Temporary if all(code in SMTP_PASSING for code in codes) else Permanent
            raise kind(str(codes)) from error
        except smtplib.SMTPResponseException as error:
            kind = Temporary if error.smtp_code in SMTP_PASSING else Permanent
            raise kind(f"{error.smtp_code}") from error
        except (ConnectionRefusedError, smtplib.SMTPConnectError) as error:
            raise Temporary(type(error).__name__) from error
        except OSError as error:
            raise Unsure(type(error).__name__) from error
        return number


@lru_cache(maxsize=4)
def _cloud(url: str, token: str, sender_id: str) -> CloudApi:
    """One client a process, so that its connection stays open between messages."""
    return CloudApi(url=url, token=token, sender_id=sender_id)


def for_channel(channel: str) -> Any:
    """The way out of a channel, as the settings name it."""
    if channel == Channel.WHATSAPP and settings.WHATSAPP_BACKEND == "cloud":
        return _cloud(settings.WHATSAPP_API_URL, settings.WHATSAPP_TOKEN, settings.WHATSAPP_PHONE_NUMBER_ID)
    if channel == Channel.EMAIL and settings.EMAIL_CHANNEL == "smtp":
        return Mail()
    return Console()
