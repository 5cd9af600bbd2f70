"""Who heard of a training, by which way, and who did not: the report that sends an assistant to the door."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr

from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from foundation.regions.models import Region
from members.models import Person
from trainings import inviting
from trainings.models import Training

ON_THE_WAY = [Message.Status.QUEUED, Message.Status.SENDING, Message.Status.SENT, Message.Status.UNKNOWN]
DISTRICT = len("00.00.00")


@dataclass(frozen=True)
class Way:
    """One channel: how many messages are out, how many still on the way, how many failed, how many were read."""

    label: str
    sent: int
    waiting: int
    failed: int
    read: int


@dataclass(frozen=True)
class Place:
    """Owners of a district whom nothing reached."""

    name: str
    missed: int


@dataclass(frozen=True)
class Reached:
    """The figures of one announcement."""

    invited: int
    missed: int
    ways: list[Way]
    places: list[Place]

    @property
    def on_the_way(self) -> bool:
        """Whether messages are still to be delivered, so that nobody can say yet that all were reached."""
        return any(way.waiting for way in self.ways)


def not_reached(training: Training) -> QuerySet[Person]:
    """Invited owners for whom no announcement is delivered or on its way."""
    key = Concat(Value("person:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    told = Message.objects.filter(
        recipient_key=key, kind="training_announced", subject_key=f"training:{training.pk}", status__in=ON_THE_WAY
    )
    return inviting.invited(training).filter(~Exists(told))


def report(training: Training) -> Reached:
    """Counted from the outbox; four queries, whatever the size."""
    rows: Any = Message.objects.filter(kind="training_announced", subject_key=f"training:{training.pk}")
    counted = {
        row["channel"]: row
        for row in rows.order_by()
        .values("channel")
        .annotate(
            n=Count("pk"),
            failed=Count("pk", filter=Q(status=Message.Status.FAILED)),
            waiting=Count("pk", filter=Q(status__in=[Message.Status.QUEUED, Message.Status.SENDING])),
            read=Count("pk", filter=Q(read_at__isnull=False)),
        )
    }
    ways = [
        Way(
            str(channel.label),
            sent=row["n"] - row["failed"] - row["waiting"],
            waiting=row["waiting"],
            failed=row["failed"],
            read=row["read"],
        )
        for channel in Channel
        if (row := counted.get(channel))
    ]
    missed = not_reached(training)
    by_place: Any = (
        missed.order_by().annotate(at=Substr("village_id", 1, DISTRICT)).values("at").annotate(n=Count("pk"))
    )
    found = {row["at"]: row["n"] for row in by_place}
    names = dict(Region.objects.filter(code__in=found).values_list("code", "name"))
    places = [Place(names.get(code, code), count) for code, count in sorted(found.items(), key=lambda pair: -pair[1])]
    return Reached(inviting.invited(training).count(), sum(found.values()), ways, places)
