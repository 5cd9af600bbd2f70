"""Certificates: numbered without gaps, one per enrolment, withdrawn but never deleted."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import serials
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from members.models import Person
from trainings import codes, queries, texts
from trainings.enums import TrainingStatus
from trainings.models import Attendance, Certificate, CertificateSerial, Enrolment, Training
from trainings.models.certificates import VERIFICATION_LENGTH

# Filing code of education and training in the office's numbering (Permendagri 83/2022), unless the office sets its own.
FILING_CODE = "500.3.10"
# Tests are open for 14 days after a training, action plans for 30, and scans arrive within 7.
EARNED_WITHIN: Final = timedelta(days=31)
# A look that was on its way while somebody pressed Finish bears an earlier time than the end that it missed.
AROUND_THE_END: Final = timedelta(hours=6)


class NotFinished(ActionError):
    message = _("Certificates are issued when the training is finished.")


class AlreadyWithdrawn(ActionError):
    message = _("This certificate is already withdrawn.")


class NoReason(ActionError):
    message = _("Please write why the certificate is withdrawn.")
    field = "reason"


@transaction.atomic
def issue(*, training: Training, by: User | None, now: datetime) -> list[Certificate]:
    """Certificates for everybody who meets the training's rule and has none yet, in the order of names.

    Numbers run per office and year (of `now`, in the office's zone). Raises NotFinished.
    """
    training = Training.objects.locked(training.pk)
    if training.status != TrainingStatus.DONE:
        raise NotFinished
    people = earned(training)
    if not people:
        return []
    office = Office.objects.serving(training.office_code)
    year = timezone.localtime(now, office.tz if office else None).year
    first = next_serial(office_code=training.office_code, year=year, count=len(people))
    rows = [
        Certificate(
            enrolment=enrolment,
            office_code=training.office_code,
            year=year,
            serial=serial,
            number=number(office, serial, year),
            code=codes.make(VERIFICATION_LENGTH),
            holder_name=enrolment.person.full_name,
            issued_at=now,
            issued_by=by,
            created_at=now,
        )
        for serial, enrolment in enumerate(people, start=first)
    ]
    return Certificate.objects.bulk_create(rows)


def grant(*, training: Training, by: User | None, now: datetime) -> list[Certificate]:
    """Issue what is earned and tell its holders. Raises NotFinished."""
    issued = issue(training=training, by=by, now=now)
    if issued:
        people = Person.objects.filter(enrolments__certificate__in=issued).select_related("user")
        with timezone.override(texts.zone_of(training)):
            outbox.queue(
                "training_certified",
                to=[person.as_recipient() for person in people],
                subject=f"training:{training.pk}",
                context=texts.message(training),
                url=reverse("trainings:my-list"),
                now=now,
            )
    return issued


def grant_late(*, now: datetime) -> int:
    """Certificates for who met the rule after the training was finished: passed the test, filed the plan, or was
    scanned by a device whose looks arrived later. Each training in a transaction of its own; returns how many.
    """
    since = OuterRef("finished_at") - AROUND_THE_END
    late_scan = Attendance.objects.filter(session__training=OuterRef("pk"), recorded_at__gte=since)
    rows = Training.objects.filter(status=TrainingStatus.DONE, finished_at__isnull=False)
    rows = rows.filter(ends_at__gte=now - EARNED_WITHIN)
    asked = rows.filter(Q(needs_test=True) | Q(needs_plan=True) | Exists(late_scan)).order_by("pk")
    issued = 0
    for training in asked:
        with transaction.atomic():
            made = grant(training=training, by=None, now=now) if earned(training) else []
            issued += len(made)
            if made:
                log.record("training.certified_late", training, by=None, now=now, certificates=len(made))
    return issued


def earned(training: Training) -> list[Enrolment]:
    """Who meets the rule of the training and has no certificate yet, by name."""
    rows = queries.meets_rule(training).filter(certificate__isnull=True)
    return list(rows.select_related("person").order_by("person__full_name", "pk"))


def next_serial(*, office_code: str, year: int, count: int) -> int:
    """Take `count` numbers of the office's year and return the first. A rollback gives them back: no gaps."""
    return serials.take(CertificateSerial, office_code=office_code, year=year, count=count)


def number(office: Office | None, serial: int, year: int) -> str:
    """`500.3.10/123/Diskop-UKM/2026`, with the office's own filing code and sign where it has set them."""
    own = office.preferences if office else {}
    return f"{own.get('certificate_filing_code', FILING_CODE)}/{serial}/{own.get('office_sign', 'Diskop-UKM')}/{year}"


@transaction.atomic
def withdraw(*, certificate: Certificate, reason: str, by: User | None, now: datetime) -> Certificate:
    """Declare a certificate void; its page says so from now on. Raises AlreadyWithdrawn, NoReason."""
    certificate = Certificate.objects.locked(certificate.pk)
    if not certificate.is_valid:
        raise AlreadyWithdrawn
    if not reason.strip():
        raise NoReason
    certificate.withdrawn_at = now
    certificate.withdraw_reason = reason.strip()
    certificate.save(update_fields=["withdrawn_at", "withdraw_reason", "updated_at"])
    log.record("certificate.withdrawn", certificate, by=by, now=now, reason=certificate.withdraw_reason)
    return certificate


@transaction.atomic
def reissue(*, certificate: Certificate, reason: str, by: User | None, now: datetime) -> Certificate:
    """Print a certificate anew: with the person's name as it is now, and valid again if it was withdrawn.

    Number and code stay, so a paper that is out there leads to the same page. Raises NoReason.
    """
    certificate = Certificate.objects.locked(certificate.pk)
    if not reason.strip():
        raise NoReason
    before = {"name": certificate.holder_name, "withdrawn": certificate.withdraw_reason}
    certificate.holder_name = certificate.enrolment.person.full_name
    certificate.withdrawn_at, certificate.withdraw_reason, certificate.reissued_at = None, "", now
    certificate.save(update_fields=["holder_name", "withdrawn_at", "withdraw_reason", "reissued_at", "updated_at"])
    log.record("certificate.reissued", certificate, by=by, now=now, reason=reason.strip(), before=before)
    return certificate
