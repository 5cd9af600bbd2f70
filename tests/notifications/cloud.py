"""A WhatsApp Cloud API of our own on this machine, and the same behaviour without a network.

What happens is chosen by the number written to: see OUTCOMES.
"""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from foundation.notifications.gateways import Permanent, Temporary, Unsure
from foundation.notifications.models import Message

SENT = "sent"
# Number -> (HTTP status, code of the error) and what the sender must make of it.
OUTCOMES: dict[str, tuple[int, int | None, Any]] = {
    "+628120000001": (200, None, SENT),
    "+628120000002": (400, 131026, Permanent),  # not on WhatsApp
    "+628120000003": (400, 132001, Permanent),  # the template does not exist
    "+628120000004": (401, 190, Permanent),  # the token has expired
    "+628120000005": (429, 130429, Temporary),  # too fast
    "+628120000006": (400, 131056, Temporary),  # too many to this number
    "+628120000007": (503, 131016, Temporary),  # service unavailable, and it says so
    "+628120000008": (500, None, Unsure),  # an error page
    "+628120000009": (0, None, Unsure),  # the line is cut after the request
    "+628120000010": (200, 1, Unsure),  # success without a number
}
OK_STATUS = 200


class FakeGateway:
    """The console's sister for tests: behaves like the real one by the same table."""

    keeps_secrets = False

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, message: Message) -> str:
        _status, _code, outcome = OUTCOMES.get(message.address, OUTCOMES["+628120000001"])
        if outcome is not SENT:
            raise outcome("as the table says")
        self.sent.append(str(message.uid))
        return f"wamid.{message.uid}"


class _Handler(BaseHTTPRequestHandler):
    server: "CloudServer"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append({"path": self.path, "token": self.headers["Authorization"], **body})
        status, code, _outcome = OUTCOMES.get(f"+{body['to']}", OUTCOMES["+628120000001"])
        if not status:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        answer: dict[str, Any] = {"messages": [{"id": f"wamid.{body['biz_opaque_callback_data']}"}]}
        if status != OK_STATUS or code:
            answer = {"error": {"code": code, "message": "as the table says"}} if code else {}
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: Any) -> None:
        """Silence."""


class CloudServer(ThreadingHTTPServer):
    """Runs while it is used as a context; `url` is its address, `seen` what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[dict[str, Any]] = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v23.0"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()
