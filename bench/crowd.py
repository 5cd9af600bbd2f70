"""Hundreds of browsers that press at one moment, from one process that costs little beside what it measures.

Threads of a client library would take more of the same two cores than the server: here all sockets hang on one selector.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Answers:
    """Status and milliseconds of each request in its order, seconds until the last, and of our own work in them."""

    each: list[tuple[int, float]]
    seconds: float
    own_seconds: float

    def share(self, part: float) -> float:
        """The milliseconds within which `part` of all had their answer."""
        taken = sorted(ms for _status, ms in self.each)
        return taken[min(int(len(taken) * part), len(taken) - 1)]


def press(port: int, requests: Sequence[bytes], *, within: float = 0.0) -> Answers:
    """Send all at once, or evenly over `within` seconds, each on its own connection that the server closes.

    A connection that ends without an answer has the status 0. A press begins when the connection is asked for.
    """
    ready = selectors.DefaultSelector()
    each, heard = [(0, 0.0)] * len(requests), [b""] * len(requests)
    begun: list[float] = []
    own, start, done = time.process_time(), time.perf_counter(), 0
    while done < len(requests):
        while len(begun) < len(requests) and time.perf_counter() - start >= len(begun) / len(requests) * within:
            link = socket.socket()
            link.setblocking(False)
            begun.append(time.perf_counter())
            link.connect_ex(("127.0.0.1", port))
            ready.register(link, selectors.EVENT_WRITE, len(begun) - 1)
        for key, event in ready.select(0.002 if len(begun) < len(requests) else 1):
            link, index = key.fileobj, key.data
            if event & selectors.EVENT_WRITE:
                link.send(requests[index])
                ready.modify(link, selectors.EVENT_READ, index)
                continue
            if piece := _receive(link):
                heard[index] += piece
                continue
            ready.unregister(link)
            link.close()
            status = int(heard[index].split(b" ", 2)[1]) if heard[index] else 0
            each[index], done = (status, (time.perf_counter() - begun[index]) * 1000), done + 1
    return Answers(each, time.perf_counter() - start, time.process_time() - own)


def _receive(link: socket.socket) -> bytes:
    try:
        return link.recv(65536)
    except OSError:
        return b""


def post(path: str, cookie: str, token: str) -> bytes:
    """The bytes of an empty form that is sent."""
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", f"X-CSRFToken: {token}",
        "Content-Type: application/x-www-form-urlencoded", "Content-Length: 0", "Connection: close", "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()
