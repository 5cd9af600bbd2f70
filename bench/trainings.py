"""Trainings under load: `python -m bench trainings [--part announce|door|enrol|lists]`, on a scratch database of its own.

announce: outbox rows for a city of 45,827 owners, on the channels they have (rolled back).
door:     check-ins a second by 8 and 20 scanners at once: one scan a request (as others are measured), and as our scanner
          does it: people pass at a steady pace, one request is under way, and the next brings all that wait.
enrol:    500 owners press "register" for 50 places, at one moment and within seconds: exactly 50 get one, nobody is lost.
          Beside it a deed that does nothing, with the same login (bench/bare.py): no deed here can be faster.
lists:    queries and milliseconds of the lists at 5,000 sessions.

door and enrol go through gunicorn with the settings of production (two processes), on the loopback only.
"""

import argparse
import datetime as dt
import json
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from bench import crowd, serving

OWNERS = 45_827
CITY, DISTRICT, VILLAGE = "16.71", "16.71.04", "16.71.04.1001"
NAME = "bench_trainings"
SCANS, PEOPLE, PLACES = 1_000, 500, 50
ROUNDS = 5
WITHIN = {"at one moment": 0.0, "within 2 seconds": 2.0, "within 5 seconds": 5.0}
PACE = 400  # people a second who pass all scanners together; more than the target of 240
TOKEN = "a" * 32


def announcement(owners: int = OWNERS) -> tuple[int, float]:
    """Outbox rows and seconds of one announcement to `owners` people with a phone and an account."""
    from django.db import connection, transaction  # noqa: PLC0415 -- after django.setup()

    from foundation.regions.models import Region  # noqa: PLC0415
    from tests.factories.trainings import TrainingFactory  # noqa: PLC0415
    from trainings.actions import trainings  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        training = TrainingFactory(region=Region.objects.get(code=CITY), facilitator=_people(1, prefix="7")[0][0])
        _people(owners, prefix="8")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE members_person, accounts_user")
        start = time.perf_counter()
        rows = trainings.announce(training=training, now=now)
        seconds = time.perf_counter() - start
        transaction.set_rollback(True)
    return rows, seconds


def _people(count: int, *, prefix: str) -> tuple[list[Any], list[Any]]:
    """Accounts and the owners behind them."""
    from foundation.accounts.models import User  # noqa: PLC0415
    from members.models import Person  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    users = User.objects.bulk_create(
        [
            User(phone=f"+62812{prefix}{n:0{8 - len(prefix)}d}", full_name=f"Pemilik {n}", password="!", created_at=now)
            for n in range(count)
        ],
        batch_size=2000,
    )
    people = Person.objects.bulk_create(
        [
            Person(
                user=user,
                full_name=user.full_name,
                phone=user.phone,
                village_id=VILLAGE,
                source="IMPORT",
                registered_at=now,
            )
            for user in users
        ],
        batch_size=2000,
    )
    return users, people


def _cookie(user: Any) -> str:
    """A browser that is logged in."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.cached_db import SessionStore  # noqa: PLC0415

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "foundation.accounts.backends.LoginBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["region_code"] = DISTRICT
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def _post(connection: HTTPConnection, path: str, cookie: str, body: str, kind: str) -> tuple[int, bytes]:
    headers = {"Cookie": cookie, "X-CSRFToken": TOKEN, "Content-Type": kind, "Connection": "keep-alive"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _at_once(deeds: list[Callable[[], Any]]) -> tuple[list[Any], float]:
    """All let go at the same moment; what came of each, and the seconds until the last was done."""
    results: list[Any] = [None] * len(deeds)
    start = threading.Barrier(len(deeds) + 1)

    def run(index: int, deed: Callable[[], Any]) -> None:
        start.wait()
        results[index] = deed()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return results, time.perf_counter() - began


def door() -> Iterator[str]:
    """Check-ins a second, by how many scanners and how many scans a request."""
    from tests.factories.trainings import TrainingFactory  # noqa: PLC0415
    from trainings import codes  # noqa: PLC0415
    from trainings.models import Attendance, Enrolment  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    with serving.server() as port:
        for scanners, pace in ((8, 0), (20, 0), (8, PACE), (20, PACE)):
            training = TrainingFactory(starts_at=now, ends_at=now + dt.timedelta(hours=3), sessions=1, capacity=2000)
            _users, people = _people(SCANS, prefix=f"9{scanners % 10}{int(pace > 0)}")
            rows = Enrolment.objects.bulk_create(
                Enrolment(
                    training=training, person=person, state="CONFIRMED", source="OWN", queue_number=n,
                    code=codes.make(6), enrolled_at=now, confirmed_at=now,
                )
                for n, person in enumerate(people, start=1)
            )  # fmt: skip
            tickets = [codes.ticket_token(row.code) for row in rows]
            shares = [tickets[n::scanners] for n in range(scanners)]
            cookie = _cookie(training.facilitator)
            deeds = [_scanner(port, training, cookie, share, pace / scanners) for share in shares]
            found, seconds = _at_once(deeds)
            taken = sorted(ms for times in found for ms in times)
            counted = Attendance.objects.filter(session__training=training).count()
            p95 = taken[int(len(taken) * 0.95)]
            how = f"{pace} people a second, what waits a request" if pace else "one a request"
            yield (
                f"| {scanners} scanners, {how} | {counted} of {SCANS} | {counted / seconds:,.0f}/s |"
                f" {statistics.median(taken):.0f} ms | {p95:.0f} ms |"
            )


def _scanner(port: int, training: Any, cookie: str, tickets: list[str], pace: float) -> Callable[[], list[float]]:
    """One device: it gets its roster, then sends its scans; milliseconds from each scan to its answer.

    At `pace` scans a second, each request brings those that came meanwhile (static/js/door/door.js, flush); at 0, one
    after the other.
    """
    device = str(uuid.uuid4())
    path = f"/pelatihan/{training.uid}/pindai/"
    link = HTTPConnection("127.0.0.1", port, timeout=60)
    _status, body = _post(link, f"{path}siap/", cookie, json.dumps({"device": device}), "application/json")
    roster = json.loads(body)

    def run() -> list[float]:
        taken = []
        link = HTTPConnection("127.0.0.1", port, timeout=60)  # the first one may have been idle for too long
        began, sent = time.perf_counter(), 0
        while sent < len(tickets):
            passed = time.perf_counter() - began
            come = min(int(passed * pace) + 1, len(tickets)) if pace else sent + 1
            if come == sent:
                time.sleep(1 / pace / 4)
                continue
            rows = [
                {"nonce": str(uuid.uuid4()), "way": "SCAN", "text": text, "at": int(time.time() * 1000), "in": True}
                for text in tickets[sent:come]
            ]
            body = json.dumps({"device": device, "session": 1, "token": roster["token"], "rows": rows})
            status, answer = _post(link, f"{path}kirim/", cookie, body, "application/json")
            assert status == 200, answer[:200]
            done = time.perf_counter() - began
            taken += [(done - (n / pace if pace else passed)) * 1000 for n in range(sent, come)]
            sent = come
        return taken

    return run


def enrol() -> Iterator[str]:
    """500 presses for 50 places: all at one moment, then within some seconds; above it what a deed costs that does nothing.

    The kinds take turns; each row is the median of its rounds, each round with people and a training of its own.
    """
    yield f"| {PEOPLE} owners press, median of {ROUNDS} | places | waiting | lost | median | p95 | last | work: server, database, clients |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    kinds = {"nothing, at one moment": 0.0, **WITHIN}
    rounds: dict[str, list[Press]] = {name: [] for name in kinds}
    with serving.server() as port:
        for number in range(ROUNDS + 1):
            users, _people_of = _people(PEOPLE, prefix=f"6{number}")
            cookies = [_cookie(user) for user in users]
            if number == 0:  # a server that has just started
                crowd.press(port, [crowd.post("/bench/nothing/", cookie, TOKEN) for cookie in cookies])
                continue
            for name, within in kinds.items():
                rounds[name].append(_press(port, cookies, within=within, for_places=not name.startswith("nothing")))
    for name, taken in rounds.items():
        yield _row(name, taken)


@dataclass
class Press:
    """One round: how it came out, and what it took."""

    training: Any
    found: crowd.Answers
    work: list[float]

    def state(self, name: str) -> int:
        return int(self.training.enrolments.filter(state=name).count()) if self.training else 0

    @property
    def lost(self) -> int:
        return sum(status != 302 for status, _ms in self.found.each)


def _press(port: int, cookies: list[str], *, within: float, for_places: bool) -> Press:
    training = _wanted() if for_places else None
    path = f"/pelatihan/{training.uid}/daftar/" if training else "/bench/nothing/"
    presses = [crowd.post(path, cookie, TOKEN) for cookie in cookies]
    before = serving.work(port, NAME)
    found = crowd.press(port, presses, within=within)
    work = [after - earlier for after, earlier in zip(serving.work(port, NAME), before, strict=True)]
    return Press(training, found, [*work, found.own_seconds])


def _wanted() -> Any:
    """A training of 50 places that begins at a time of its own, so that nobody is registered twice at one time."""
    from tests.factories.trainings import TrainingFactory  # noqa: PLC0415
    from trainings.models import Training  # noqa: PLC0415

    start = dt.datetime.now(dt.UTC) + dt.timedelta(days=9 + Training.objects.count())
    return TrainingFactory(starts_at=start, ends_at=start + dt.timedelta(hours=3), sessions=1, capacity=PLACES)


def _row(name: str, taken: list[Press]) -> str:
    def median(of: Callable[[Press], float]) -> float:
        return statistics.median(of(press) for press in taken)

    cells = [
        name,
        *(" ".join(map(str, sorted({press.state(state) for press in taken}))) for state in ("CONFIRMED", "WAITING")),
        sum(press.lost for press in taken),
        f"{median(lambda press: press.found.share(0.5)):,.0f} ms",
        f"{median(lambda press: press.found.share(0.95)):,.0f} ms",
        f"{median(lambda press: press.found.seconds):.2f} s",
        ", ".join(f"{median(lambda press, at=at: press.work[at]):.2f}" for at in range(3)),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def lists() -> Iterator[str]:
    """Queries and milliseconds at 5,000 sessions."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from bench.measure import page, table  # noqa: PLC0415
    from tests.factories.trainings import TrainingFactory, many  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    model = TrainingFactory(sessions=0, starts_at=now)
    made = many(model, 2_500, start=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE trainings_training, trainings_session, trainings_enrolment")
    client = Client()
    client.force_login(model.facilitator, backend=settings.AUTHENTICATION_BACKENDS[-1])
    bare = page("check a certificate, empty form", client, "/pelatihan/sertifikat/")
    pages = [
        page("schedule", client, "/pelatihan/"),
        page("places left", client, "/pelatihan/?tampil=tempat"),
        page("yours to run", client, "/pelatihan/?tampil=kelola"),
        page("one training", client, f"/pelatihan/{made[2000].uid}/"),
        page("running it", client, f"/pelatihan/{made[2000].uid}/kelola/"),
        page("its participants", client, f"/pelatihan/{made[2000].uid}/peserta/"),
        page("its documents", client, f"/pelatihan/{made[2000].uid}/dokumen/"),
        page("its scanner", client, f"/pelatihan/{made[2000].uid}/pindai/"),
        page("new training, form", client, "/pelatihan/baru/"),
        page("home of the assistant", client, "/"),
        page("calendar of everything", client, "/pelatihan/kalender/semua.ics"),
        page("calendar of a district", client, f"/pelatihan/kalender/wilayah/{DISTRICT}.ics"),
    ]
    yield table("Trainings: 5,000 sessions", [bare, *pages], bare.median_ms)


def main() -> None:
    """Make the scratch database, measure the parts that are wanted, drop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("announce", "door", "enrol", "lists"), action="append")
    options = parser.parse_args()
    from django.db import connection  # noqa: PLC0415 -- only after setup

    from foundation.regions.loading import load_regions  # noqa: PLC0415
    from foundation.regions.models import Office  # noqa: PLC0415

    wanted = options.part or ["announce", "door", "enrol", "lists"]
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_regions()
        Office.objects.get_or_create(region_id=CITY, defaults={"name": "Dinas", "short_name": "Dinas"})
        if "announce" in wanted:
            rows, seconds = announcement()
            print(f"announcement to {OWNERS:,} owners: {rows:,} outbox rows in {seconds:.2f} s", flush=True)
        if "door" in wanted:
            print("| door | counted | check-ins | median | p95 |\n|---|---:|---:|---:|---:|", flush=True)
            for line in door():
                print(line, flush=True)
        for name, part in (("enrol", enrol), ("lists", lists)):
            if name in wanted:
                for line in part():
                    print(line, flush=True)
    finally:
        connection.close()
        connection.creation.destroy_test_db(old, verbosity=0)
