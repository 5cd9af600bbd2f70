"""An announcement whose process is killed with -9 on the way: nobody is told twice, and nobody is left out."""

import datetime as dt
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from foundation.notifications.actions import dispatch
from foundation.notifications.models import Message
from tests.factories.foundation import office
from tests.factories.members import OwnerFactory
from tests.factories.trainings import NOW, TrainingFactory
from tests.processes import script
from trainings.actions import trainings
from trainings.enums import TrainingStatus
from trainings.models import Training

pytestmark = [pytest.mark.ci, pytest.mark.django_db(transaction=True)]
OWNERS = 40
PUBLISH = """
import sys, datetime, django
django.setup()
from trainings.actions import trainings
from trainings.models import Training
now = datetime.datetime.fromisoformat(sys.argv[2])
trainings.publish(training=Training.objects.get(pk=sys.argv[1]), by=None, now=now)
"""
# Hands over as a gateway does, and is stopped after the tenth, before it can write down that it was sent.
SEND = """
import sys, time, datetime, django
django.setup()
from foundation.notifications.actions import dispatch
class Way:
    keeps_secrets = False
    sent = 0
    def send(self, message):
        with open(sys.argv[1], "a") as book:
            book.write(f"{message.uid}\\n")
        Way.sent += 1
        if Way.sent == 10:
            time.sleep(120)
        return str(message.uid)
dispatch.send_waiting(now=datetime.datetime.fromisoformat(sys.argv[2]), gateway_of=lambda _channel: Way())
"""


def until(found: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


@pytest.fixture
def draft() -> Training:
    office("16.71")
    for _number in range(OWNERS):
        OwnerFactory()
    made: Training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    return made


@pytest.fixture
def watch() -> Any:
    """A connection of its own, that sees what the others wait for."""
    looking = connections.create_connection("default")
    yield looking
    looking.close()


def rows(watch: Any, sql: str) -> list[Any]:
    with watch.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


WAITING = """
    SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
    WHERE NOT l.granted AND l.relation = 'audit_event'::regclass AND a.backend_xid IS NOT NULL
"""


def test_killed_while_it_writes_the_announcement_leaves_nothing_and_is_announced_once_afterwards(
    draft: Training, watch: Any
) -> None:
    """The second process has written its messages and waits before it commits; there it is killed."""
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute("LOCK TABLE audit_event IN SHARE MODE")  # lets nobody write down what was done
        process = script(PUBLISH, str(draft.pk), NOW.isoformat())
        until(lambda: rows(watch, WAITING))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    until(lambda: not rows(watch, WAITING))
    draft.refresh_from_db()
    assert (draft.status, Message.objects.count()) == (TrainingStatus.PLANNED, 0)

    trainings.publish(training=draft, by=None, now=NOW)
    told = Counter(Message.objects.filter(kind="training_announced").values_list("recipient_key", "channel"))
    assert set(told.values()) == {1}
    assert len({key for key, _channel in told}) == OWNERS
    assert trainings.announce(training=draft, now=NOW) == 0


def test_killed_while_it_sends_hands_over_each_message_once(draft: Training, tmp_path: Path) -> None:
    trainings.publish(training=draft, by=None, now=NOW)
    waiting = Message.objects.exclude(channel="APP")
    waiting.update(status="QUEUED", sent_at=None, attempts=0, gateway_id="", next_try_at=NOW)
    book, total = tmp_path / "book", waiting.count()
    noon = NOW + dt.timedelta(minutes=1)
    process = script(SEND, str(book), noon.isoformat())
    until(lambda: book.exists() and len(book.read_text().split()) == 10)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)

    class Way:
        keeps_secrets = False

        def send(self, message: Message) -> str:
            with book.open("a") as page:
                page.write(f"{message.uid}\n")
            return str(message.uid)

    dispatch.send_waiting(now=noon, gateway_of=lambda _channel: Way())
    assert dispatch.give_up_stranded(now=noon + dt.timedelta(minutes=6)) == 1
    dispatch.send_waiting(now=noon + dt.timedelta(minutes=6), gateway_of=lambda _channel: Way())
    handed = book.read_text().split()
    assert len(handed) == len(set(handed)) == total >= OWNERS
    assert Counter(waiting.values_list("status", flat=True)) == {"SENT": total - 1, "UNKNOWN": 1}
