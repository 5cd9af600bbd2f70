"""Sending what waits: once, in its time, again after a passing fault, and never twice."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.notifications import tasks
from foundation.notifications.actions import dispatch, silences
from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from tests.factories.foundation import office, user_with_role
from tests.factories.notifications import NOON, MessageFactory
from tests.notifications.cloud import FakeGateway
from tests.races import together

Status = Message.Status
MINUTE = dt.timedelta(minutes=1)
NIGHT = dt.datetime(2026, 11, 21, 15, 0, tzinfo=dt.UTC)  # 22.00 WIB


def send(now: dt.datetime = NOON, way: Any = None) -> Any:
    way = way or FakeGateway()
    dispatch.send_waiting(now=now, gateway_of=lambda _channel: way)
    return way


@pytest.mark.django_db
def test_what_is_due_is_sent_and_written_down() -> None:
    message, later = MessageFactory(), MessageFactory(next_try_at=NOON + MINUTE)
    way = send()
    message.refresh_from_db()
    later.refresh_from_db()
    assert way.sent == [str(message.uid)]
    assert (message.status, message.sent_at, message.gateway_id) == (Status.SENT, NOON, f"wamid.{message.uid}")
    assert later.status == Status.QUEUED


@pytest.mark.django_db
def test_sending_twice_sends_once() -> None:
    MessageFactory()
    way = send()
    assert len(send(way=way).sent) == 1


@pytest.mark.django_db
def test_a_passing_fault_is_tried_again_with_growing_pauses_and_then_given_up() -> None:
    message = MessageFactory(address="+628120000005")
    now, pauses = NOON, []
    for _attempt in range(dispatch.MAX_ATTEMPTS):
        send(now)
        message.refresh_from_db()
        pauses.append((message.next_try_at - now) // MINUTE)
        now = message.next_try_at
    assert pauses[:5] == [1, 4, 16, 64, 256]
    assert (message.status, message.attempts) == (Status.FAILED, 6)
    send(now + dt.timedelta(days=1))
    message.refresh_from_db()
    assert message.attempts == 6


@pytest.mark.django_db
def test_a_refusal_for_good_is_not_tried_again() -> None:
    message = MessageFactory(address="+628120000002")
    send()
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.FAILED, 1)
    assert message.error


@pytest.mark.django_db
def test_a_lost_answer_is_not_tried_again_for_it_may_have_arrived() -> None:
    message = MessageFactory(address="+628120000009")
    send()
    message.refresh_from_db()
    assert message.status == Status.UNKNOWN


@pytest.mark.django_db
def test_a_code_is_wiped_once_it_is_sent_and_stays_in_the_console_only() -> None:
    real, shown = (MessageFactory(kind="login_code", secret="471902") for _number in range(2))
    shown.next_try_at = NOON + MINUTE
    shown.save()
    send()
    dispatch.send_waiting(now=NOON + MINUTE)
    real.refresh_from_db()
    shown.refresh_from_db()
    assert (real.secret, shown.secret) == ("", "471902")


@pytest.mark.django_db
def test_a_code_comes_before_everything_and_not_after_its_time() -> None:
    MessageFactory(next_try_at=NOON - MINUTE)
    code = MessageFactory(kind="login_code", secret="1", urgent=True)
    old = MessageFactory(kind="login_code", secret="2", urgent=True, created_at=NOON - 11 * MINUTE)
    way = send()
    assert way.sent[0] == str(code.uid)
    old.refresh_from_db()
    assert (old.status, old.error, old.secret) == (Status.FAILED, "too late", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "channel", "waits"),
    [
        ("test_invitation", Channel.WHATSAPP, True),
        ("test_decision", Channel.WHATSAPP, False),
        ("test_invitation", Channel.EMAIL, False),
    ],
)
def test_nobody_is_woken_at_night_by_what_can_wait(kind: str, channel: str, waits: bool) -> None:
    message = MessageFactory(kind=kind, channel=channel)
    send(NIGHT)
    message.refresh_from_db()
    assert (message.status == Status.QUEUED) == waits
    if waits:
        assert message.next_try_at == dt.datetime(2026, 11, 22, 0, 0, tzinfo=dt.UTC)  # 07.00 WIB
        assert message.attempts == 0


@pytest.mark.django_db
def test_the_night_is_the_one_of_the_office() -> None:
    jayapura = office("91.71")
    jayapura.zone = "Asia/Jayapura"
    jayapura.save()
    evening = dt.datetime(2026, 11, 21, 11, 30, tzinfo=dt.UTC)  # 18.30 WIB, 20.30 WIT
    assert dispatch.quiet_until("16.71.04", evening) is None
    until = dispatch.quiet_until("91.71.01", evening)
    assert until is not None
    assert until.astimezone(dt.UTC) == dt.datetime(2026, 11, 21, 22, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_what_waits_for_a_number_that_says_stop_is_taken_back() -> None:
    message, code = MessageFactory(), MessageFactory(kind="login_code", secret="1", urgent=True)
    silences.begin(phone=message.address, now=NOON)
    later = MessageFactory()
    way = send()
    assert way.sent == [str(code.uid)]
    assert set(Message.objects.exclude(pk=code.pk).values_list("status", "error")) == {(Status.FAILED, "STOP")}
    assert later.pk


@pytest.mark.django_db
def test_the_office_may_send_again_what_did_not_arrive() -> None:
    message = MessageFactory(address="+628120000002")
    staff = user_with_role(Role.STAFF, "16.71")
    send()
    again = dispatch.send_again(message=message, by=staff, now=NOON)
    assert (again.status, again.attempts) == (Status.QUEUED, 0)
    assert Event.objects.filter(verb="message.sent_again", actor=staff).exists()
    with pytest.raises(dispatch.NothingToRepeat):
        dispatch.send_again(message=message, by=staff, now=NOON)


@pytest.mark.django_db
def test_a_code_is_never_sent_again_by_hand() -> None:
    code = MessageFactory(kind="login_code", status=Status.FAILED)
    with pytest.raises(dispatch.NothingToRepeat):
        dispatch.send_again(message=code, by=user_with_role(Role.STAFF, "16.71"), now=NOON)


@pytest.mark.django_db
def test_the_jobs_run_twice_do_no_harm() -> None:
    MessageFactory(next_try_at=NOON - dt.timedelta(days=400), created_at=NOON - dt.timedelta(days=400))
    assert (tasks.send_waiting(), tasks.send_waiting()) == (1, 0)
    tasks.sweep()
    tasks.sweep()
    assert Message.objects.get().attempts == 1


# Killed and racing senders


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


class KillingGateway(FakeGateway):
    """Hands the message over; then the process is killed before the answer is written down."""

    def send(self, message: Message) -> str:
        super().send(message)
        raise Killed


@pytest.mark.django_db
def test_a_sender_killed_on_the_way_leads_to_no_second_message() -> None:
    message, waiting = MessageFactory(), MessageFactory(next_try_at=NOON + MINUTE)
    way = KillingGateway()
    with pytest.raises(Killed):
        send(way=way)
    message.refresh_from_db()
    assert message.status == Status.SENDING
    send(NOON + MINUTE)
    assert dispatch.give_up_stranded(now=NOON + 4 * MINUTE) == 0
    assert dispatch.give_up_stranded(now=NOON + 6 * MINUTE) == 1
    send(NOON + dt.timedelta(days=1))
    message.refresh_from_db()
    waiting.refresh_from_db()
    assert (message.status, message.attempts) == (Status.UNKNOWN, 1)
    assert waiting.status == Status.SENT
    assert way.sent == [str(message.uid)]


@pytest.mark.django_db
def test_a_slow_sender_that_was_given_up_still_reports_its_success() -> None:
    MessageFactory()
    claimed = dispatch.claim(now=NOON)
    assert claimed is not None
    dispatch.give_up_stranded(now=NOON + 6 * MINUTE)
    dispatch.deliver(claimed, way=FakeGateway(), now=NOON)
    claimed.refresh_from_db()
    assert claimed.status == Status.SENT


@pytest.mark.django_db
def test_who_lost_the_claim_writes_nothing() -> None:
    MessageFactory()
    first = dispatch.claim(now=NOON)
    assert first is not None
    Message.objects.update(status=Status.QUEUED)
    second = dispatch.claim(now=NOON)
    assert second is not None
    dispatch.deliver(first, way=FakeGateway(), now=NOON)
    second.refresh_from_db()
    assert second.status == Status.SENDING


@pytest.mark.django_db(transaction=True)
def test_eight_senders_at_once_send_each_message_once() -> None:
    for _number in range(40):
        MessageFactory()
    way = FakeGateway()
    together(8, lambda _number: send(way=way))
    assert len(way.sent) == len(set(way.sent)) == 40
    assert set(Message.objects.values_list("status", "attempts")) == {(Status.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_senders_take_the_same_message() -> None:
    """The negative control: the same look at the queue without FOR UPDATE finds one row twice."""
    MessageFactory()
    both_looked = threading.Barrier(2)

    def take(_number: int) -> int:
        with transaction.atomic():
            message = Message.objects.waiting(NOON).first()
            both_looked.wait()
            assert message is not None
            return message.pk

    assert len(set(together(2, take))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_in_another_sender_s_hands_is_passed_over() -> None:
    held, free = MessageFactory(), MessageFactory(next_try_at=NOON + MINUTE)
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Message.objects.for_update().get(pk=held.pk)
            locked.set()
            done.wait(5)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(5)
    way = send(NOON + MINUTE)
    done.set()
    holder.join()
    assert way.sent == [str(free.uid)]
    assert connection.in_atomic_block is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ("status = 'LOST'", "message_status_known"),
        ("status = 'SENT', sent_at = NULL", "message_sent_has_time"),
        ("status = 'SENDING', claim = NULL", "message_sending_has_claim"),
        ("status = 'SENDING', claim = gen_random_uuid(), claimed_at = NULL", "message_sending_has_claim"),
        ("attempts = -1", "notifications_message_attempts_check"),
    ],
)
def test_a_message_is_whole(changes: str, constraint: str) -> None:
    message = MessageFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notifications_message SET {changes} WHERE id = %s", [message.pk])
