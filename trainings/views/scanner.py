"""The scanner page, which works without signal: its frame, its roster, and what it brings back."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from foundation.common import clock, phone_keys
from foundation.common.errors import ActionError
from foundation.common.http import reading, writing
from trainings import queries, roster, texts, verdicts
from trainings.actions import attendance, door
from trainings.actions.attendance import MOST_AT_ONCE, Door, Shown, door_hours
from trainings.enums import CheckInWay
from trainings.models import DoorDevice, Session
from trainings.views import crowd, reach

KEY = phone_keys.register(phone_keys.PhoneKey("door", "guyub_door", reverse_lazy("trainings:training-list")))
KEY_SHORTEST = dt.timedelta(minutes=10)
LARGEST = 300_000  # bytes of what a device brings at once
WAYS = {"SCAN": CheckInWay.SCAN, "TYPED": CheckInWay.TYPED, "MANUAL": CheckInWay.MANUAL, "GUEST": CheckInWay.GUEST}


class BadBody(ValueError):
    """What came is not what our own script sends."""


@dataclass(frozen=True)
class Upload:
    """What a device sends: who it is, which roster it holds, and its looks at the door."""

    device: UUID
    gate: str
    session: int
    token: str
    rows: list[dict[str, Any]]


@never_cache
@reading
def scanner(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The frame of the scanner. It names nobody, so that a phone may keep it; names come with the roster."""
    training = reach.runnable(request, uid)
    session = queries.door_session(training, now=clock.now())
    context = {"training": training, "session": session, "csrf_cookie": settings.CSRF_COOKIE_NAME}
    return render(request, "trainings/scanner.html", context)


@writing
def scanner_prepare(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The roster of the session of today for this device, with its share of free places."""
    training, now = reach.runnable(request, uid), clock.now()
    try:
        upload = _read(request)
    except BadBody:
        return _not_ours()
    session = queries.door_session(training, now=now)
    if session is None:
        raise Http404
    session.training = training
    row = door.prepare(session=session, door=_door(request, upload), now=now)
    response = JsonResponse(roster.build(session, row, now=now))
    lasts = max(door_hours(session)[1] - now, KEY_SHORTEST)  # until the door shuts
    KEY.give(response, account=reach.actor(request).pk, device=row.device, lasts=lasts)
    return response


@writing
def scanner_send(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Looks at the door, each answered once for ever; sent again they get the same answer."""
    try:
        upload = _read(request)
    except BadBody:
        reach.runnable(request, uid)
        return _not_ours()
    session = reach.door(request, uid, upload.session)
    if not roster.fits(upload.token, session, upload.device):
        message = _("This list was made for another session or device. Please open the scanner again.")
        return JsonResponse({"message": message}, status=409)
    now, here = clock.now(), _door(request, upload)
    answers: list[dict[str, Any]] = []
    with timezone.override(texts.zone_of(session.training)):
        try:
            looks = [_shown(row) for row in upload.rows if row.get("way") != "GUEST"]
            guests = [_guest(row) for row in upload.rows if row.get("way") == "GUEST"]
        except BadBody:
            return _not_ours()
        if looks:
            found = crowd.receive(session, looks, here)
            way_of = {look.nonce: look.way for look in looks}
            answers += [_said(answer, session, way_of[answer.nonce]) for answer in found]
        for guest in guests:
            try:
                answer = door.walk_in(session=session, guest=guest, door=here, now=now)
            except ActionError as error:
                answers.append({"nonce": str(guest.nonce), "state": "bad", "outcome": "REFUSED", "text": str(error)})
            else:
                answers.append(_said(answer, session, CheckInWay.GUEST))
    return JsonResponse({"answers": answers})


@writing
def scanner_close(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The device is done for today: the places it kept are free again."""
    training = reach.runnable(request, uid)
    try:
        upload = _read(request)
    except BadBody:
        return _not_ours()
    row = DoorDevice.objects.filter(training=training, device=upload.device).first()
    if row is not None:
        door.give_back(row=row, now=clock.now())
    return JsonResponse({})


def _said(answer: attendance.Answer, session: Session, way: CheckInWay) -> dict[str, Any]:
    verdict = verdicts.say(answer, session, way)
    return {
        "nonce": str(answer.nonce),
        "outcome": str(answer.outcome),
        "id": answer.enrolment.uid.hex if answer.enrolment else "",
        "state": verdict.state,
        "title": verdict.title,
        "text": verdict.text,
        "seen": int(answer.first_seen.timestamp() * 1000) if answer.first_seen else 0,
    }


def _door(request: HttpRequest, upload: Upload) -> Door:
    return Door(by=reach.actor(request), device=upload.device, gate=upload.gate)


def _not_ours() -> JsonResponse:
    return JsonResponse({"message": _("This could not be read. Please load the page again.")}, status=404)


def _read(request: HttpRequest) -> Upload:
    """Raises BadBody."""
    if len(request.body) > LARGEST:
        raise BadBody
    try:
        body = json.loads(request.body)
        rows = body.get("rows", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadBody
        return Upload(
            device=UUID(str(body["device"])),
            gate=_text(body.get("gate", ""))[:40],
            session=int(body.get("session", 0)),
            token=_text(body.get("token", "")),
            rows=rows[:MOST_AT_ONCE],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadBody from error


def _shown(row: dict[str, Any]) -> Shown:
    way = WAYS.get(_text(row.get("way", "")))
    if way is None:
        raise BadBody
    return Shown(
        text=_text(row.get("text", ""))[:200], way=way, nonce=_nonce(row), at=_moment(row), let_in=bool(row.get("in"))
    )


def _guest(row: dict[str, Any]) -> door.GuestShown:
    return door.GuestShown(
        name=_text(row.get("name", ""))[:150],
        phone=_text(row.get("text", ""))[:30],
        nonce=_nonce(row),
        at=_moment(row),
        let_in=bool(row.get("in")),
    )


def _nonce(row: dict[str, Any]) -> UUID:
    try:
        return UUID(str(row.get("nonce", "")))
    except ValueError as error:
        raise BadBody from error


def _moment(row: dict[str, Any]) -> dt.datetime | None:
    """The device's time in milliseconds; nonsense counts as none."""
    try:
        return dt.datetime.fromtimestamp(int(row.get("at", 0)) / 1000, tz=dt.UTC)
    except (OSError, OverflowError, TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise BadBody
    return value
