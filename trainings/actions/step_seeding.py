"""Action plans of a demo city: open, past their day, waiting for a yes, done. Data of the demo, in Indonesian."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from foundation.regions.models import Office
from trainings.enums import StepState, TrainingStatus
from trainings.models import ActionStep, Enrolment, Training


class Seeded(NamedTuple):
    """A step, its day counted from today, and what came of it."""

    what: str
    days: int
    result: str = ""
    is_confirmed: bool = True


# Who wrote a plan, in the order of the list of participants; the others have none yet.
PLANS: Final = (
    (Seeded("Memotret lima produk dengan latar putih", 3), Seeded("Membuat katalog WhatsApp", 12)),
    (Seeded("Menghitung harga pokok satu produk", -4), Seeded("Menaikkan harga produk yang merugi", 9)),
    (Seeded("Mencatat penjualan setiap hari", -9, result="Omzet sebulan sekarang tercatat."),),
    (Seeded("Menawarkan produk ke dua toko di dekat rumah", 6),),
    (Seeded("Melengkapi berkas P-IRT", 5, is_confirmed=False), Seeded("Mencari contoh label", 8, is_confirmed=False)),
)


@transaction.atomic
def seed_steps(*, office: Office, now: datetime) -> int:
    """Plans of some participants of the last training that each assistant has finished. Once; returns the steps."""
    done = Training.objects.filter(office_code=office.region_id, status=TrainingStatus.DONE)
    if ActionStep.objects.filter(enrolment__training__in=done).exists():
        return 0
    rows = []
    for training in done.order_by("facilitator", "-starts_at", "-pk").distinct("facilitator"):
        people = Enrolment.objects.filter(training=training).confirmed().order_by("queue_number")
        for enrolment, plan in zip(people, PLANS, strict=False):
            rows += [_row(enrolment, training, number, step, now) for number, step in enumerate(plan, start=1)]
    ActionStep.objects.bulk_create(rows)
    return len(rows)


def _row(enrolment: Enrolment, training: Training, number: int, step: Seeded, now: datetime) -> ActionStep:
    closed = now + timedelta(days=step.days) if step.result else None
    return ActionStep(
        enrolment=enrolment,
        number=number,
        what=step.what,
        due_on=(now + timedelta(days=step.days)).date(),
        state=StepState.DONE if step.result else StepState.OPEN,
        written_by_id=training.facilitator_id,
        confirmed_at=training.ends_at if step.is_confirmed else None,
        closed_at=closed,
        closed_by_id=training.facilitator_id if closed else None,
        note=step.result,
        created_at=training.ends_at,
    )
