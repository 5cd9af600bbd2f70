"""A made-up city's licensing cases, as they would stand after some years of work. Never in production."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.regions.models import Office
from members.actions import cases
from members.enums import CaseStatus, LicenceKind, LicenceStatus, Source
from members.models import (
    CaseDocument,
    CaseOfficer,
    CaseStep,
    Licence,
    LicenceCase,
    LicenceProcess,
    ProcessDocument,
    ProcessStep,
)

FRESH_DAYS: Final = 3  # within which a request may still be without an officer
UNTAKEN_SHARE: Final = 0.5
FORGOTTEN_SHARE: Final = 0.01
LATE_SHARE: Final = 0.02
PAST_CASES: Final = 150
REFUSED: Final = 0.03
DAYS_A_STEP: Final = 5
NOTES: Final = ("", "", "", "Data sudah lengkap.", "Dikerjakan bersama pemilik di rumah.", "Menunggu tanda tangan.")
REFUSALS: Final = (
    "Produk tidak termasuk yang boleh ber-P-IRT.",
    "Alamat usaha tidak sesuai dengan KTP, diminta diperbaiki dahulu.",
    "Bahan baku belum bersertifikat halal.",
)


@transaction.atomic
def seed_cases(*, office: Office, rng: Random, now: datetime) -> int:
    """A case for each request of the city: most with an officer and some steps done; and the issued ones of last year."""
    if settings.PRODUCTION:
        raise RuntimeError("Made-up cases never enter a production database.")
    cases.open_missing(now=now)
    rows = list(LicenceCase.objects.running().inside(office.region_id).select_related("business").order_by("pk"))
    run = _Run(office, rng, now)
    for case in rows:
        run.live(case)
    run.save(rows)
    return len(rows) + _past(office, rng, now)


class _Run:
    """Collects what is written in bulk."""

    def __init__(self, office: Office, rng: Random, now: datetime) -> None:
        self.rng, self.now, self.today = rng, now, timezone.localdate(now)
        held = Assignment.objects.in_force().filter(region_code__startswith=office.region_id).order_by("pk")
        pairs = held.filter(role=Role.FACILITATOR).values_list("region_code", "user_id")
        self.assistants: dict[str, int] = dict(pairs)
        self.staff: list[int] = list(held.filter(role=Role.STAFF).values_list("user_id", flat=True))
        self.steps: dict[int, list[ProcessStep]] = _grouped(ProcessStep.objects.order_by("number"))
        self.documents: dict[int, list[ProcessDocument]] = _grouped(ProcessDocument.objects.order_by("number"))
        self.officers: list[CaseOfficer] = []
        self.done: list[CaseStep] = []
        self.received: list[CaseDocument] = []
        self.status: dict[str, list[int]] = {LicenceStatus.IN_PROCESS: [], LicenceStatus.REJECTED: []}

    def live(self, case: LicenceCase) -> None:
        """What has happened to one case since it was asked for."""
        rng = self.rng
        officer = self._officer(case)
        age = (self.now - case.opened_at).days
        if rng.random() < LATE_SHARE and age > FRESH_DAYS:
            case.due_on = self.today - timedelta(days=rng.randint(1, min(age - 1, 20)))
        elif case.due_on <= self.today:
            case.due_on = self.today + timedelta(days=rng.randint(1, 30))
        if officer is None:
            return
        case.officer_id = officer
        self.officers.append(CaseOfficer(case=case, officer_id=officer, start_at=case.opened_at, given_by_id=officer))
        steps = self.steps[case.process_id]
        for step in steps[: min(age // DAYS_A_STEP, len(steps) - 1)]:
            at = case.opened_at + timedelta(days=DAYS_A_STEP * step.number)
            self.done.append(CaseStep(case=case, step=step, done_at=at, done_by_id=officer, note=rng.choice(NOTES)))
            case.steps_done = step.number
        for document in self.documents[case.process_id]:
            if rng.random() < 0.6:  # noqa: PLR2004 -- more have come than not
                self.received.append(
                    CaseDocument(case=case, document=document, received_at=case.opened_at, received_by_id=officer)
                )
        self._outcome(case)

    def _officer(self, case: LicenceCase) -> int | None:
        is_fresh = (self.now - case.opened_at).days < FRESH_DAYS
        if self.rng.random() < (UNTAKEN_SHARE if is_fresh else FORGOTTEN_SHARE):
            return None
        helper = self.assistants.get(case.business.village_id[:8])
        return helper or (self.rng.choice(self.staff) if self.staff else None)

    def _outcome(self, case: LicenceCase) -> None:
        if self.rng.random() > REFUSED:
            self.status[LicenceStatus.IN_PROCESS].append(case.pk)
            return
        case.status, case.closed_at, case.outcome = CaseStatus.REFUSED, self.now, self.rng.choice(REFUSALS)
        self.officers[-1].end_at = self.now
        self.status[LicenceStatus.REJECTED].append(case.pk)

    def save(self, rows: Sequence[LicenceCase]) -> None:
        """Everything at once."""
        changed = ["officer", "due_on", "steps_done", "status", "closed_at", "outcome"]
        LicenceCase.objects.bulk_update(rows, changed, batch_size=500)
        CaseOfficer.objects.bulk_create(self.officers, batch_size=1000)
        CaseStep.objects.bulk_create(self.done, batch_size=1000)
        CaseDocument.objects.bulk_create(self.received, batch_size=1000)
        by_kind: dict[tuple[str, str], list[int]] = {}
        where = {case.pk: case for case in rows}
        for status, keys in self.status.items():
            for key in keys:
                by_kind.setdefault((status, where[key].kind), []).append(where[key].business_id)
        for (status, kind), businesses in by_kind.items():
            Licence.objects.filter(kind=kind, business__in=businesses).update(status=status)


def _grouped(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.process_id, []).append(row)
    return found


def _past(office: Office, rng: Random, now: datetime) -> int:
    """Some of the licences of the last year were got with the office's help."""
    since = timezone.localdate(now) - timedelta(days=365)
    held = Licence.objects.inside(office.region_id).filter(status=LicenceStatus.HELD, issued_on__gte=since)
    chosen = list(held.filter(kind__in=[LicenceKind.NIB, LicenceKind.PIRT, LicenceKind.HALAL]).order_by("pk"))
    ways = {row.kind: row for row in LicenceProcess.objects.filter(region_code="").order_by("version")}
    made = []
    for licence in rng.sample(chosen, min(PAST_CASES, len(chosen))):
        issued: Any = licence.issued_on
        closed = datetime.combine(issued, now.timetz())
        made.append(
            LicenceCase(
                business_id=licence.business_id,
                kind=licence.kind,
                process=ways[licence.kind],
                status=CaseStatus.ISSUED,
                source=Source.OWNER,
                opened_at=closed - timedelta(days=rng.randint(3, 40)),
                due_on=issued + timedelta(days=rng.randint(0, 10)),
                closed_at=closed,
                outcome=licence.number,
            )
        )
    LicenceCase.objects.bulk_create(made)
    return len(made)
