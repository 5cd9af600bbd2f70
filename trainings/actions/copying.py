"""What a training takes over from the one that it is made like."""

from datetime import datetime

from django.db import IntegrityError, transaction

from foundation.accounts.models import User
from foundation.audit import log
from trainings.models import Contribution, SessionTrainer, TestQuestion, Trainer, Training, TrainingDocument

GIFT = ("helix", "partner", "kind", "amount", "note")
QUESTION = ("number", "topic", "text", "options", "answer")


def take_over(*, training: Training, model: Training, by: User | None, now: datetime) -> None:
    """Trainers, partners, documents and the short test of an earlier training of the same office.

    A trainer who is busy at one of the new times is left out of the whole training; the database decides. What partners
    gave then is taken over as a hope, to be confirmed: nobody is named on the schedule for what she did not promise.
    """
    if model.office_code != training.office_code:
        return
    left_out = _trainers(training, model, now=now)
    TrainingDocument.objects.bulk_create(
        TrainingDocument(training=training, file=row.file, title=row.title, added_at=now, added_by=by)
        for row in model.documents.select_related("file").order_by("pk")
    )
    TestQuestion.objects.bulk_create(
        TestQuestion(training=training, created_at=now, **{name: getattr(row, name) for name in QUESTION})
        for row in model.questions.order_by("number")
    )
    Contribution.objects.bulk_create(
        Contribution(
            training=training, created_at=now, is_confirmed=False, **{name: getattr(row, name) for name in GIFT}
        )
        for row in model.contributions.order_by("pk")
    )
    log.record("training.taken_over", training, by=by, now=now, model=model.pk, left_out=left_out)


def _trainers(training: Training, model: Training, *, now: datetime) -> list[int]:
    """Keys of those who are somewhere else at that time."""
    sessions = list(training.sessions.in_order())
    left_out = []
    for trainer in Trainer.objects.filter(sessions__session__training=model).distinct().order_by("pk"):
        rows = [
            SessionTrainer(session=row, trainer=trainer, starts_at=row.starts_at, ends_at=row.ends_at, created_at=now)
            for row in sessions
        ]
        try:
            with transaction.atomic():
                SessionTrainer.objects.bulk_create(rows)
        except IntegrityError as error:
            if "sessiontrainer_one_place_at_a_time" not in str(error):
                raise
            left_out.append(trainer.pk)
    return left_out
