"""How a case stands, as both faces show it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from members.enums import CaseStatus, StepWho
from members.models import LicenceCase

LOOK = {
    CaseStatus.OPEN: "info",
    CaseStatus.ISSUED: "good",
    CaseStatus.REFUSED: "bad",
    CaseStatus.WITHDRAWN: "",
}


@dataclass(frozen=True)
class StepLine:
    """A step: done with its note, now with its day, or still to come."""

    number: int
    title: str
    state: str
    detail: str
    note: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """A document that is needed: come or not, with the file if there is one."""

    number: int
    name: str
    required: bool
    received: Any = None
    file: Any = None


@dataclass(frozen=True)
class CasePage:
    """Everything about one case, in four queries."""

    case: LicenceCase
    steps: list[StepLine]
    documents: list[DocumentLine]
    officers: list[Any]

    @property
    def now(self) -> StepLine | None:
        return next((step for step in self.steps if step.state == "now"), None)

    @property
    def missing(self) -> list[DocumentLine]:
        return [row for row in self.documents if row.required and row.received is None]

    @property
    def look(self) -> str:
        return LOOK[CaseStatus(self.case.status)]


def page_of(case: LicenceCase) -> CasePage:
    done = {row.step_id: row for row in case.done_steps.select_related("done_by")}
    steps = list(case.process.steps.order_by("number"))
    lines = [_step(case, step, done.get(step.pk), steps) for step in steps]
    latest = {row.document_id: row for row in case.received.select_related("file").order_by("pk")}
    documents = [
        DocumentLine(
            row.number,
            row.name,
            row.required,
            latest.get(row.pk),
            latest[row.pk].file if row.pk in latest else None,
        )
        for row in case.process.documents.order_by("number")
    ]
    officers = list(case.officers.select_related("officer").order_by("start_at", "pk"))
    return CasePage(case, lines, documents, officers)


def _step(case: LicenceCase, step: Any, done: Any, steps: list[Any]) -> StepLine:
    if done:
        return StepLine(step.number, step.title, "done", short_date(done.done_at), done.note)
    who = str(StepWho(step.who).label)
    if case.is_open and step.number == case.steps_done + 1:
        until = _until(case.step_due(steps, step.number))
        return StepLine(step.number, step.title, "now", _("%(who)s, until %(day)s") % {"who": who, "day": until})
    return StepLine(step.number, step.title, "", who)


def _until(day: date) -> str:
    return short_date(day)
