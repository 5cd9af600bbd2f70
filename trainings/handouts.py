"""Who may open the documents of a training: who has a place, who gives it, who runs it. Registered at start."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.files.enums import FileKind
from foundation.files.models import StoredFile
from foundation.files.purposes import PAPER, Purpose, register
from trainings.enums import HOLDING
from trainings.models import Enrolment, Trainer, Training, TrainingDocument

PURPOSE = "training_document"


def may_open(user: Any, trainings: QuerySet[Training]) -> bool:
    """Whether the documents of one of these trainings are for this visitor."""
    if not user.is_authenticated:
        return False
    keys = list(trainings.values_list("pk", flat=True))
    return (
        Enrolment.objects.filter(training__in=keys, person__user_id=user.pk, state__in=HOLDING).exists()
        or Training.objects.visible_to(user).filter(pk__in=keys).exists()
        or (
            bool(user.phone) and Trainer.objects.filter(sessions__session__training__in=keys, phone=user.phone).exists()
        )
    )


def _reads(user: Any, file: StoredFile) -> bool:
    return may_open(user, Training.objects.filter(pk__in=TrainingDocument.objects.filter(file=file).values("training")))


def _own(_user: Any, _file: StoredFile) -> bool:
    """What is handed out says nothing of anybody: a look at it is not written down."""
    return True


DOCUMENT = register(
    Purpose(PURPOSE, _("document of a training"), _reads, _own, kinds=PAPER | frozenset({FileKind.XLSX}))
)
