"""What a device at the door needs and leaves behind: its share of free places, guests, and what is to settle."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.common.phone import BadPhone, parse_mobile
from members.models import Person
from trainings import places
from trainings.actions import attendance, enrolments, offers
from trainings.actions.attendance import Answer, Door, Shown
from trainings.enums import CheckInWay, EnrolmentState, ScanOutcome, ScanVerdict
from trainings.models import Attendance, DoorDevice, Enrolment, Guest, Scan, Session, Settlement, Training

# Free places are set apart for a device from so long before a session, and kept for scans that arrive late.
SET_APART_BEFORE = timedelta(hours=12)
KEPT_AFTER = timedelta(days=3)
MOST_APART = 5


class NoRoom(ActionError):
    message = _("No place is left. %(name)s cannot be let in here; please offer her the next training.")


class NoName(ActionError):
    message = _("Please write the name of the guest.")
    field = "name"


class NothingApart(ActionError):
    message = _("This phone holds no places any more.")


class AlreadySettled(ActionError):
    message = _("This is already settled.")


class AlreadyMerged(ActionError):
    message = _("This guest is already put to a person.")


@dataclass(frozen=True)
class GuestShown:
    """Somebody without a ticket, as the device wrote her down."""

    name: str
    phone: str = ""
    nonce: uuid.UUID | None = None
    at: datetime | None = None
    let_in: bool = False


@transaction.atomic
def prepare(*, session: Session, door: Door, now: datetime, walk_ins: int = MOST_APART) -> DoorDevice:
    """Open a device for a session: sets apart up to half of the free places for guests while it is without signal.

    A second call brings the share up to date; it never takes what others hold. `door.device` and `door.by` are needed.
    """
    if door.device is None or door.by is None:
        raise ValueError("A device at the door has a name, and somebody who holds it.")
    training = Training.objects.locked(session.training_id)
    row, _new = DoorDevice.objects.get_or_create(
        training=training,
        device=door.device,
        defaults={"user": door.by, "held_until": now, "seen_at": now, "created_at": now},
    )
    row.user, row.gate, row.seen_at = door.by, door.gate, now
    row.block = row.used  # what it held is free again, for this count
    row.held_until = training.ends_at + KEPT_AFTER
    row.save()
    near = session.starts_at - SET_APART_BEFORE <= now <= session.ends_at and training.status in attendance.AT_THE_DOOR
    waits = Enrolment.objects.filter(training=training).waiting().exists()
    if near and not waits:
        free = places.free(training, now=now)
        row.block = row.used + min(max(walk_ins, 0), MOST_APART, (free + 1) // 2)
        row.save(update_fields=["block", "updated_at"])
    return row


@transaction.atomic
def give_back(*, row: DoorDevice, now: datetime) -> list[Enrolment]:
    """The device is done: what it did not use is free again, for the queue first. Returns who got an offer."""
    training = Training.objects.locked(row.training_id)
    row = DoorDevice.objects.locked(row.pk)
    row.block, row.seen_at = row.used, now
    row.save(update_fields=["block", "seen_at", "updated_at"])
    return offers.promote(training=training, now=now) if now < training.ends_at else []


@transaction.atomic
def take_back(*, row: DoorDevice, by: User | None, now: datetime) -> int:
    """The phone is lost: free again what it did not use, for the queue first. Returns the places. Raises NothingApart.

    What it has let in without signal may still arrive: it counts where a place is free, else it stands on the list to
    settle. Should the phone come back, it is given a share anew.
    """
    training = Training.objects.locked(row.training_id)
    row = DoorDevice.objects.locked(row.pk)
    if row.left <= 0 or row.held_until <= now:
        raise NothingApart
    freed, row.block = row.left, row.used
    row.save(update_fields=["block", "updated_at"])
    if now < training.ends_at:
        offers.promote(training=training, now=now)
    log.record("device.taken_back", training, by=by, now=now, device=str(row.device), gate=row.gate, places=freed)
    return freed


@transaction.atomic
def walk_in(*, session: Session, guest: GuestShown, door: Door, now: datetime) -> Answer:
    """Let in somebody without a registration, on a place of this device or on a free one.

    A known owner (by phone) is enrolled; anybody else is a guest until somebody puts her to a person. Once for ever by
    nonce. Raises NoName; a full room is answered as a refusal and kept in the log of the door.
    """
    nonce = guest.nonce or uuid.uuid4()
    if not guest.name.strip():
        raise NoName
    training = Training.objects.locked(session.training_id)
    if Scan.objects.filter(uid=nonce).exists():
        return attendance.receive(session=session, shown=[Shown(nonce=nonce)], door=door, now=now)[0]
    person = _known(guest.phone)
    shown = Shown(text=guest.phone, way=CheckInWay.GUEST, nonce=nonce, at=guest.at, let_in=guest.let_in)
    mine = (
        Enrolment.objects.filter(training=training, person=person).live().select_related("person", "training").first()
    )
    if person and mine and mine.state == EnrolmentState.CONFIRMED:
        return _arrive(session, shown, mine, door, now)
    scan = _scan(session, shown, door, now)
    reserved = _use_place(training, door, now)
    if not reserved and places.free(training, now=now) <= 0:
        return _refused(scan, guest)
    if person is None:
        return _as_guest(scan, guest)
    try:
        made = enrolments.seat(training=training, person=person, by=door.by, now=now, seen=scan.scanned_at)
    except ActionError:
        return _as_guest(scan, guest)
    return _arrive(session, shown, made, door, now)


def _known(phone: str) -> Person | None:
    try:
        number = parse_mobile(phone)
    except BadPhone:
        return None
    found: Person | None = (
        Person.objects.filter(user__phone=number).first() or Person.objects.filter(phone=number).first()
    )
    return found


def _use_place(training: Training, door: Door, now: datetime) -> bool:
    """Take one of the places set apart for this device; the caller holds the lock on the training."""
    if door.device is None:
        return False
    row = DoorDevice.objects.for_update().filter(training=training, device=door.device, held_until__gt=now).first()
    if row is None or row.left <= 0:
        return False
    row.used += 1
    row.save(update_fields=["used", "updated_at"])
    return True


def _arrive(session: Session, shown: Shown, enrolment: Enrolment, door: Door, now: datetime) -> Answer:
    known = Shown(enrolment=enrolment, way=shown.way, nonce=shown.nonce, at=shown.at, let_in=shown.let_in)
    return attendance.receive(session=session, shown=[known], door=door, now=now)[0]


def _scan(session: Session, shown: Shown, door: Door, now: datetime) -> Scan:
    return Scan(
        uid=shown.nonce,
        session=session,
        device=door.device,
        gate=door.gate,
        way=CheckInWay.GUEST,
        text=shown.text[:200],
        let_in=shown.let_in,
        scanned_at=attendance.seen_at(shown, now),
        recorded_at=now,
        recorded_by=door.by,
        created_at=now,
    )


def _refused(scan: Scan, guest: GuestShown) -> Answer:
    error = NoRoom(NoRoom.message % {"name": guest.name})
    scan.outcome, scan.reason = ScanOutcome.REFUSED, str(error)[:250]
    scan.save(force_insert=True)
    return Answer(scan.uid, ScanOutcome.REFUSED, None, error, None, scan)


def _as_guest(scan: Scan, guest: GuestShown) -> Answer:
    scan.outcome = ScanOutcome.COUNTED
    scan.save(force_insert=True)
    training, now = scan.session.training, scan.recorded_at
    row = Guest.objects.create(
        training=training, scan=scan, name=guest.name.strip()[:150], phone=_number(guest.phone), created_at=now
    )
    log.record("guest.let_in", training, by=scan.recorded_by, now=now, guest=row.pk, session=scan.session.number)
    return Answer(scan.uid, ScanOutcome.COUNTED, None, None, scan.scanned_at, scan)


def _number(phone: str) -> str:
    try:
        return parse_mobile(phone)
    except BadPhone:
        return ""


@transaction.atomic
def merge(*, guest: Guest, person: Person, by: User | None, now: datetime) -> Attendance:
    """Put a guest to a person: her place becomes an enrolment, her scan an attendance.

    Where the person was counted in that session already, that first attendance stands and the guest's scan stays in
    the log beside it. Raises AlreadyMerged and what enrolling raises.
    """
    training = Training.objects.locked(guest.training_id)
    guest = Guest.objects.locked(guest.pk)
    if guest.person_id is not None:
        raise AlreadyMerged
    guest.person, guest.merged_at, guest.merged_by = person, now, by
    guest.save(update_fields=["person", "merged_at", "merged_by", "updated_at"])
    scan = guest.scan
    mine = (
        Enrolment.objects.filter(training=training, person=person)
        .confirmed()
        .select_related("person", "training")
        .first()
    )
    enrolment = mine or enrolments.seat(training=training, person=person, by=by, now=now, seen=scan.scanned_at)
    kept, is_new = Attendance.objects.get_or_create(
        session=scan.session,
        enrolment=enrolment,
        defaults={
            "way": CheckInWay.GUEST,
            "scanned_at": scan.scanned_at,
            "recorded_at": now,
            "recorded_by": by,
            "created_at": now,
        },
    )
    stands = "guest" if is_new else "earlier"
    log.record("guest.merged", enrolment, by=by, now=now, guest=guest.pk, stands=stands, scan=str(scan.uid))
    return kept


@transaction.atomic
def settle(*, scan: Scan, verdict: ScanVerdict, by: User | None, now: datetime) -> Settlement:
    """Decide about a doubtful scan; the scan itself stays as it came. Raises AlreadySettled."""
    row, is_new = Settlement.objects.get_or_create(
        scan=scan, defaults={"verdict": verdict, "settled_at": now, "settled_by": by, "created_at": now}
    )
    if not is_new:
        raise AlreadySettled
    log.record("scan.settled", scan.enrolment or scan.session.training, by=by, now=now, verdict=str(verdict))
    return row
