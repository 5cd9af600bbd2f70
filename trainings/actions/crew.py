"""Trainers and partners of a training."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from trainings.enums import ContributionKind, Helix
from trainings.models import Contribution, Session, SessionTrainer, Trainer, Training


class TrainerBusy(ActionError):
    message = _("%(name)s already has another session at that time. Please choose another trainer or time.")
    field = "trainer"


class AmountMissing(ActionError):
    message = _("A contribution in money needs its amount.")
    field = "amount"


@transaction.atomic
def know_trainer(
    *, office_code: str, name: str, organisation: str, helix: Helix, phone: str = "", by: User | None, now: datetime
) -> Trainer:
    """The trainer of that name in the office's list; a new one is written down."""
    row, is_new = Trainer.objects.get_or_create(
        office_code=office_code,
        name=name.strip(),
        organisation=organisation.strip(),
        defaults={"helix": helix, "phone": phone, "created_at": now},
    )
    if is_new:
        log.record("trainer.known", row, by=by, now=now)
    return row


@transaction.atomic
def assign(*, training: Training, trainer: Trainer, by: User | None, now: datetime) -> list[SessionTrainer]:
    """Put a trainer into every session of a training. Raises TrainerBusy: the database keeps her in one place."""
    # Who asks for her at the same moment waits; else each would wait for the other's row.
    trainer = Trainer.objects.locked(trainer.pk)
    made = []
    for session in training.sessions.in_order():
        try:
            with transaction.atomic():
                row, _new = SessionTrainer.objects.get_or_create(
                    session=session,
                    trainer=trainer,
                    defaults={"starts_at": session.starts_at, "ends_at": session.ends_at, "created_at": now},
                )
        except IntegrityError as error:
            if "sessiontrainer_one_place_at_a_time" not in str(error):
                raise
            raise TrainerBusy(TrainerBusy.message % {"name": trainer.name}) from error
        made.append(row)
    log.record("trainer.assigned", training, by=by, now=now, trainer=trainer.pk)
    return made


@transaction.atomic
def release(*, training: Training, trainer: Trainer, by: User | None, now: datetime) -> None:
    """Take a trainer out of a training."""
    SessionTrainer.objects.filter(session__training=training, trainer=trainer).delete()
    log.record("trainer.released", training, by=by, now=now, trainer=trainer.pk)


def follow(*, training: Training, sessions: list[Session], now: datetime) -> None:
    """Sessions moved or were added: their trainers come along. Raises TrainerBusy."""
    rows: Any = SessionTrainer.objects.filter(session__training=training).select_related("trainer")
    times = {session.pk: session for session in sessions}
    list(Trainer.objects.filter(pk__in=rows.values("trainer")).order_by("pk").for_update())  # as `assign` does
    rows.update(is_busy=False)
    for row in rows:
        session = times[row.session_id]
        row.starts_at, row.ends_at, row.is_busy = session.starts_at, session.ends_at, True
        try:
            with transaction.atomic():
                row.save(update_fields=["starts_at", "ends_at", "is_busy", "updated_at"])
        except IntegrityError as error:
            raise TrainerBusy(TrainerBusy.message % {"name": row.trainer.name}) from error
    there = Counter(row.trainer for row in rows)
    for trainer in (trainer for trainer, booked in there.items() if booked < len(sessions)):
        assign(training=training, trainer=trainer, by=None, now=now)


@transaction.atomic
def contribute(
    *,
    training: Training,
    helix: Helix,
    partner: str,
    kind: ContributionKind,
    amount: int,
    note: str,
    by: User | None,
    now: datetime,
) -> Contribution:
    """Write down what a partner brings; `amount` in whole rupiah. Raises AmountMissing."""
    if kind == ContributionKind.MONEY and amount <= 0:
        raise AmountMissing
    row: Contribution = Contribution.objects.create(
        training=training,
        helix=helix,
        partner=partner.strip(),
        kind=kind,
        amount=amount,
        note=note.strip(),
        created_at=now,
    )
    log.record("contribution.noted", training, by=by, now=now, kind=str(kind), amount=amount)
    return row


@transaction.atomic
def confirm(*, contribution: Contribution, by: User | None, now: datetime) -> None:
    """The partner brings this time what it brought to an earlier training."""
    if not contribution.is_confirmed:
        contribution.is_confirmed = True
        contribution.save(update_fields=["is_confirmed", "updated_at"])
        log.record("contribution.confirmed", contribution.training, by=by, now=now, contribution=contribution.pk)


@transaction.atomic
def take_back(*, contribution: Contribution, by: User | None, now: datetime) -> None:
    """It was written down by mistake; the log keeps it."""
    training, kind, amount = contribution.training, contribution.kind, contribution.amount
    contribution.delete()
    log.record("contribution.removed", training, by=by, now=now, kind=kind, amount=amount)
