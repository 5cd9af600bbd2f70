"""A year of trainings for the demo cities, written in a handful of statements. No message is made, none can leave."""

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from foundation.common.bulk import settle
from foundation.regions.models import Office, Region
from trainings import codes
from trainings.actions.certificates import next_serial, number
from trainings.actions.seeded_words import TOPICS, VENUES
from trainings.enums import CheckInWay, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import (
    Attendance,
    Certificate,
    Enrolment,
    PlanActivity,
    PlanShare,
    Session,
    Spending,
    Training,
    YearPlan,
)
from trainings.models.certificates import VERIFICATION_LENGTH
from trainings.models.enrolments import CODE_LENGTH

# How the places of a year spread over the four sources of the office's plan, in percent; budget a place in rupiah.
SHARES: Final = {
    ProposalSource.MUSRENBANG: 30,
    ProposalSource.EPOKIR: 25,
    ProposalSource.PD: 20,
    ProposalSource.TOPDOWN: 25,
}
OWN_SHARE: Final = 10
COST_PER_PLACE: Final = 350_000
# Budget lines as an office of this kind has them; the codes are made up for the demo.
ACTIVITIES: Final = (
    ("2.17.06.2.01.0001", "Pelatihan kewirausahaan dan manajemen usaha mikro"),
    ("2.17.06.2.01.0002", "Pelatihan produksi, kemasan dan pemasaran digital"),
)
CAPACITY: Final = 25
ANNOUNCED_BEFORE: Final = timedelta(days=45)
PRESENT: Final = 0.95
FIRST_WEEK, LAST_WEEK = 4, 48
BATCH: Final = 1000


class Participant(NamedTuple):
    """An owner as the seed knows her."""

    id: int
    name: str
    village: str


@dataclass
class Year:
    """What was made, for the seed's report."""

    trainings: int = 0
    places: int = 0
    attendances: int = 0
    certificates: int = 0


@dataclass
class _Draft:
    """Rows gathered before they are written."""

    trainings: list[Training] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    attendances: list[Attendance] = field(default_factory=list)
    earned: list[tuple[Enrolment, str, datetime]] = field(default_factory=list)


@transaction.atomic
def seed_year(
    *,
    office: Office,
    year: int,
    people: Sequence[Participant],
    leaders: Mapping[str, int],
    rng: random.Random,
    now: datetime,
    places: int = 2000,
) -> Year:
    """Plan and trainings of `office` for `year`: about `places` places over the four sources.

    `people` are its owners, `leaders` the account that runs trainings by district code (at least one).
    What lies before `now` has attendance and certificates, the next weeks are open, the rest is drafts.
    Deterministic by `rng` (but for `updated_at`). Returns the counts.
    """
    _plan(office, year, places)
    seeder = _Seeder(office=office, year=year, people=people, leaders=leaders, rng=rng, now=now)
    for source, percent in SHARES.items():
        seeder.source(source, places * percent // 100)
    return seeder.save()


def _plan(office: Office, year: int, places: int) -> None:
    """The four sources of the office, a tenth more for the owners' own registration, and two budget lines."""
    plan, created = YearPlan.objects.get_or_create(
        office_code=office.region_id, year=year, defaults={"is_binding": True, "release_on": date(year, 12, 1)}
    )
    percents = SHARES | {ProposalSource.OWN: OWN_SHARE}
    PlanShare.objects.bulk_create(
        [
            PlanShare(
                plan=plan,
                source=source,
                places=places * percent // 100,
                budget=places * percent // 100 * COST_PER_PLACE,
            )
            for source, percent in percents.items()
        ],
        ignore_conflicts=True,
    )
    if created:
        each = places * sum(percents.values()) // 100 // len(ACTIVITIES)
        PlanActivity.objects.bulk_create(
            PlanActivity(plan=plan, code=code, title=title, places=each, budget=each * COST_PER_PLACE)
            for code, title in ACTIVITIES
        )


class _Seeder:
    def __init__(
        self,
        *,
        office: Office,
        year: int,
        people: Sequence[Participant],
        leaders: Mapping[str, int],
        rng: random.Random,
        now: datetime,
    ) -> None:
        self.office, self.year, self.leaders, self.rng, self.now = office, year, leaders, rng, now
        self.draft = _Draft()
        self.codes = set(Enrolment.objects.values_list("code", flat=True))
        self.pools: dict[str, list[Participant]] = defaultdict(list)
        for person in people:
            self.pools[person.village[:8]].append(person)
        self.districts = sorted(self.pools)
        self.weights = [len(self.pools[code]) for code in self.districts]
        self.turn: dict[str, int] = defaultdict(int)
        plan = YearPlan.objects.get(office_code=office.region_id, year=year)
        self.activities = list(PlanActivity.objects.filter(plan=plan).order_by("code", "pk"))
        self.room = Counter({line.pk: line.places for line in self.activities})
        for code in self.districts:
            rng.shuffle(self.pools[code])
        self.names = dict(Region.objects.filter(code__in=self.districts).values_list("code", "name"))

    def uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def source(self, source: ProposalSource, target: int) -> None:
        """Trainings until the source's places are used up."""
        left = target
        while left > 0 and self.districts:
            size = min(CAPACITY, left)
            self.training(source, self.rng.choices(self.districts, self.weights)[0], size)
            left -= size

    def training(self, source: ProposalSource, district: str, capacity: int) -> None:
        start = self._start()
        ends = start + timedelta(days=1, hours=3)
        topic = self.rng.choice(TOPICS)
        title, summary, *topics = topic
        status = self._status(start, ends)
        published = None if status == TrainingStatus.PLANNED else min(start - timedelta(days=30), self.now)
        training = Training(
            uid=self.uid(),
            title=title,
            summary=summary,
            region_id=district,
            office_code=self.office.region_id,
            status=status,
            source=source,
            activity=self._activity(TOPICS.index(topic), capacity),
            capacity=capacity,
            venue=self.rng.choice(VENUES).format(self.names[district]),
            organiser=self.office.name,
            facilitator_id=self.leaders.get(district) or next(iter(self.leaders.values())),
            starts_at=start,
            ends_at=ends,
            enrol_until=start,
            published_at=published,
            finished_at=ends + timedelta(hours=1) if status == TrainingStatus.DONE else None,
            created_at=published or self.now,
        )
        sessions = [
            Session(
                uid=self.uid(),
                training=training,
                number=index + 1,
                title=topic,
                starts_at=start + timedelta(days=index),
                ends_at=start + timedelta(days=index, hours=3),
                created_at=training.created_at,
            )
            for index, topic in enumerate(topics)
        ]
        self.draft.trainings.append(training)
        self.draft.sessions += sessions
        if published:
            self._fill(training, sessions, published)

    def _activity(self, topic: int, capacity: int) -> PlanActivity | None:
        """The budget line of the topic, or where its places are used up another one: its target is a limit."""
        turn = topic % max(len(self.activities), 1)
        lines = self.activities[turn:] + self.activities[:turn]
        line = next((each for each in lines if self.room[each.pk] >= capacity), None)
        if line is not None:
            self.room[line.pk] -= capacity
        return line

    def _start(self) -> datetime:
        """A Tuesday, Wednesday or Thursday at nine, where the office is."""
        week = self.rng.randint(FIRST_WEEK, LAST_WEEK)
        day = datetime.fromisocalendar(self.year, week, self.rng.randint(2, 4)).date()
        return datetime.combine(day, time(9), tzinfo=self.office.tz)

    def _status(self, start: datetime, ends: datetime) -> TrainingStatus:
        if ends < self.now:
            return TrainingStatus.DONE
        if start <= self.now:
            return TrainingStatus.RUNNING
        return TrainingStatus.OPEN if start - self.now < ANNOUNCED_BEFORE else TrainingStatus.PLANNED

    def _fill(self, training: Training, sessions: list[Session], published: datetime) -> None:
        """Past trainings are nearly full; open ones fill up, and some have a queue."""
        share = self.rng.uniform(0.4, 1.2) if training.status == TrainingStatus.OPEN else self.rng.uniform(0.92, 1.04)
        pool = self.pools[training.region_id]
        wanted = min(round(training.capacity * share), len(pool))
        for index in range(wanted):
            person = pool[(self.turn[training.region_id] + index) % len(pool)]
            waits = index >= training.capacity
            at = published + timedelta(minutes=7 * index)
            enrolment = Enrolment(
                uid=self.uid(),
                training=training,
                person_id=person.id,
                source=training.source,
                queue_number=index + 1,
                state=EnrolmentState.WAITING if waits else EnrolmentState.CONFIRMED,
                code=self._code(),
                enrolled_at=at,
                confirmed_at=None if waits else at,
                created_at=at,
            )
            self.draft.enrolments.append(enrolment)
            if not waits:
                self._attend(enrolment, person, sessions)
        self.turn[training.region_id] += wanted

    def _attend(self, enrolment: Enrolment, person: Participant, sessions: list[Session]) -> None:
        present = 0
        for session in sessions:
            if session.ends_at < self.now and self.rng.random() < PRESENT:
                at = session.starts_at - timedelta(minutes=self.rng.randint(-10, 25))
                self.draft.attendances.append(
                    Attendance(
                        uid=self.uid(),
                        session=session,
                        enrolment=enrolment,
                        way=CheckInWay.SCAN,
                        scanned_at=at,
                        recorded_at=at,
                        recorded_by_id=enrolment.training.facilitator_id,
                        created_at=at,
                    )
                )
                present += 1
        finished = enrolment.training.finished_at
        if finished and present == len(sessions):
            self.draft.earned.append((enrolment, person.name, finished))

    def _code(self) -> str:
        code = codes.make(CODE_LENGTH, self.rng)
        while code in self.codes:
            code = codes.make(CODE_LENGTH, self.rng)
        self.codes.add(code)
        return code

    def save(self) -> Year:
        draft = self.draft
        Training.objects.bulk_create(draft.trainings, batch_size=BATCH)
        Session.objects.bulk_create(draft.sessions, batch_size=BATCH)
        Enrolment.objects.bulk_create(draft.enrolments, batch_size=BATCH)
        for start in range(0, len(draft.attendances), BATCH):
            settle()
            Attendance.objects.bulk_create(draft.attendances[start : start + BATCH])
        papers = self._certificates()
        Certificate.objects.bulk_create(papers, batch_size=BATCH)
        Spending.objects.bulk_create(self._spendings(), batch_size=BATCH)
        return Year(
            trainings=len(draft.trainings),
            certificates=len(papers),
            attendances=len(draft.attendances),
            places=sum(row.state == EnrolmentState.CONFIRMED for row in draft.enrolments),
        )

    def _spendings(self) -> list[Spending]:
        """What each finished training cost, a little under its budget, paid in the week after it."""
        done = [row for row in self.draft.trainings if row.status == TrainingStatus.DONE and row.activity]
        return [
            Spending(
                uid=uuid.uuid5(training.uid, "spending"),
                activity=training.activity,
                training=training,
                amount=training.capacity * COST_PER_PLACE * 9 // 10,
                spent_on=(training.ends_at + timedelta(days=7)).date(),
                document=f"SP2D-{self.year}-{number_of:04d}",
                recorded_at=training.ends_at + timedelta(days=7),
                created_at=training.ends_at + timedelta(days=7),
            )
            for number_of, training in enumerate(done, start=1)
        ]

    def _certificates(self) -> list[Certificate]:
        """Numbered in the order of issue, like the office would have."""
        earned = sorted(self.draft.earned, key=lambda row: (row[2], row[1]))
        if not earned:
            return []
        code = self.office.region_id
        first = next_serial(office_code=code, year=self.year, count=len(earned))
        return [
            Certificate(
                uid=self.uid(),
                enrolment=enrolment,
                office_code=code,
                year=self.year,
                serial=serial,
                number=number(self.office, serial, self.year),
                code=codes.make(VERIFICATION_LENGTH, self.rng),
                holder_name=name,
                issued_at=at,
                issued_by_id=enrolment.training.facilitator_id,
                created_at=at,
            )
            for serial, (enrolment, name, at) in enumerate(earned, start=first)
        ]
