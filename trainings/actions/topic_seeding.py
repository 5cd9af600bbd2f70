"""What the owners of a demo city ask for. Data of the demo, in Indonesian like the names."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from foundation.regions.models import Office
from members.sectors import Sector
from trainings.actions.seeded_words import TOPICS
from trainings.actions.seeding import Participant
from trainings.enums import PUBLISHED, TopicState, TrainingStatus
from trainings.models import TopicAnswer, TopicProposal, TopicVote, Training
from trainings.models.topics import VOTES_EACH

WISHES: Final = (
    (
        "Foto makanan pakai HP agar menarik",
        "Foto di katalog masih gelap dan pembeli sering bertanya ulang.",
        "CULINARY",
    ),
    ("Menghitung upah sendiri dalam harga", "Sering lupa menghitung tenaga sendiri.", ""),
    ("Cara mengurus sertifikat halal gratis", "Toko oleh-oleh hanya menerima produk berlabel halal.", "CULINARY"),
    ("Memasarkan songket dan jumputan lewat internet", "Pembeli dari luar kota belum tahu.", "FASHION"),
    ("Kemasan yang tahan kirim ke luar pulau", "Kerupuk sering remuk di jalan.", "CULINARY"),
    ("Mengurus pembukuan untuk pinjaman bank", "Bank meminta catatan tiga bulan.", ""),
    ("Merawat mesin jahit sendiri", "Servis mahal dan menunggu lama.", "FASHION"),
    ("Budidaya ikan di lahan sempit", "Pekarangan ada, caranya belum tahu.", "FARM"),
)
DECLINED: Final = (
    "Kursus menyetir mobil untuk antar barang",
    "Kursus menyetir bukan kewenangan dinas ini. Balai Latihan Kerja membukanya setiap semester.",
)
VOTERS: Final = 600
ANSWERED: Final = 2


@transaction.atomic
def seed_topics(*, office: Office, people: Sequence[Participant], now: datetime) -> int:
    """A dozen wishes with the votes of some hundred owners; some answered by trainings that took place. Once."""
    if len(people) < len(WISHES) or TopicProposal.objects.filter(office_code=office.region_id).exists():
        return 0
    rng = random.Random(f"topics of {office.region_id}")  # noqa: S311 -- demo data
    voters = rng.sample(list(people), min(VOTERS, len(people)))
    _answered(office, voters)
    wishes = [
        _wish(
            office,
            title,
            voters[turn],
            now - timedelta(days=12 * turn + 3),
            reason=reason,
            sector=Sector(sector) if sector else "",
        )
        for turn, (title, reason, sector) in enumerate(WISHES)
    ]
    _declined(office, voters[-1], now)
    votes = _votes(wishes, voters, rng, now)
    TopicVote.objects.bulk_create(votes, batch_size=1000)
    _planned(office, wishes)
    return len(wishes)


def _wish(office: Office, title: str, person: Participant, at: datetime, **facts: object) -> TopicProposal:
    return TopicProposal.objects.create(
        office_code=office.region_id, title=title, proposed_by_id=person.id, proposed_at=at, created_at=at, **facts
    )


def _votes(
    wishes: Sequence[TopicProposal], voters: Sequence[Participant], rng: random.Random, now: datetime
) -> list[TopicVote]:
    """Each voter gives one to three votes, more to the first wishes than to the last."""
    weights = [len(wishes) - turn for turn in range(len(wishes))]
    rows = []
    for person in voters:
        chosen = dict.fromkeys(rng.choices(range(len(wishes)), weights, k=rng.randint(1, VOTES_EACH)))
        for slot, turn in enumerate(chosen, start=1):
            at = max(wishes[turn].proposed_at, now - timedelta(days=rng.randint(0, 60)))
            rows.append(TopicVote(topic=wishes[turn], person_id=person.id, slot=slot, cast_at=at, created_at=at))
    return rows


def _answered(office: Office, voters: Sequence[Participant]) -> None:
    """The wishes of before, each with the training that answered it."""
    rows = Training.objects.filter(office_code=office.region_id, status=TrainingStatus.DONE)
    for turn, (title, *_rest) in enumerate(TOPICS[:ANSWERED]):
        training = rows.filter(title=title).order_by("-starts_at", "-pk").first()
        if training is None or training.finished_at is None:
            continue
        asked = training.starts_at - timedelta(days=90)
        topic = _wish(office, title, voters[turn], asked, state=TopicState.ANSWERED, closed_at=training.finished_at)
        TopicAnswer.objects.create(topic=topic, training=training, created_at=training.created_at)


def _declined(office: Office, person: Participant, now: datetime) -> None:
    title, note = DECLINED
    at = now - timedelta(days=40)
    _wish(office, title, person, at, state=TopicState.DECLINED, closed_at=at + timedelta(days=7), note=note)


def _planned(office: Office, wishes: Sequence[TopicProposal]) -> None:
    """The next announced training about photographs answers the wish for them."""
    ahead = Training.objects.filter(office_code=office.region_id, status__in=PUBLISHED, title__icontains="foto")
    training = ahead.order_by("-starts_at", "-pk").first()
    if training is not None and training.status != TrainingStatus.DONE:
        TopicAnswer.objects.create(topic=wishes[0], training=training, created_at=training.created_at)
