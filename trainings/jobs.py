"""Work on trainings that takes longer than a request: a source's list, and the certificates of a training."""

from collections import Counter
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common.errors import ActionError
from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
from foundation.jobs.runs import Run
from members.models import Person
from trainings import papers
from trainings.actions import enrolments
from trainings.enums import EnrolmentState, ProposalSource
from trainings.models import Certificate, Training

PAGES_AT_ONCE = 50


def enrol_source(run: Run) -> dict[str, Any]:
    """Enrol the people of a list, and write what came of each line. Who is in already stays in: it may run again."""
    training = Training.objects.select_related("region").get(pk=run.params["training"])
    source, rows = ProposalSource(run.params["source"]), run.params["rows"]
    people = {row.pk: row for row in Person.objects.filter(pk__in=[pk for _line, pk in rows if pk])}
    counts: Counter[str] = Counter()
    book = xlsxwriter.Workbook(str(run.file("hasil-daftar.xlsx")), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [_("Line"), _("Name"), _("Result")])
    for number, (line, pk) in enumerate(rows, start=1):
        run.progress(number - 1, len(rows), _("Registering"))
        person = people.get(pk)
        kind, text = _enrol(run, training, person, source)
        counts[kind] += 1
        sheet.write_row(number, 0, [line, person.full_name if person else "", text])
    sheet.set_column(1, 2, 40)
    book.close()
    run.progress(len(rows), len(rows))
    return {"lines": len(rows), **counts}


def _enrol(run: Run, training: Training, person: Person | None, source: ProposalSource) -> tuple[str, str]:
    if person is None:
        return "unknown", _("Not known as an owner of this region. Please register her first.")
    try:
        made = enrolments.enrol(training=training, person=person, by=run.job.by, now=run.now, source=source)
    except enrolments.AlreadyEnrolled:
        return "already", _("Already registered.")
    except ActionError as error:
        return "refused", str(error)
    if made.state == EnrolmentState.CONFIRMED:
        return "places", _("Has a place.")
    return "waiting", _("On the waiting list.")


def print_certificates(run: Run) -> dict[str, Any]:
    """All certificates of a training that are in force, in one PDF, by name."""
    rows = list(
        Certificate.objects.filter(enrolment__training_id=run.params["training"], withdrawn_at__isnull=True)
        .select_related("enrolment__training__region", "enrolment__person__village")
        .order_by("holder_name", "pk")
    )
    run.progress(0, len(rows), _("Preparing"))
    training = Training.objects.get(pk=run.params["training"])
    content = papers.certificates_pdf(training, rows, told=lambda done: run.progress(done, len(rows), _("Preparing")))
    run.file("sertifikat.pdf").write_bytes(content)
    return {"certificates": len(rows)}


LABELS = {
    "lines": gettext_lazy("Lines read"),
    "places": gettext_lazy("With a place"),
    "waiting": gettext_lazy("On the waiting list"),
    "already": gettext_lazy("Already registered"),
    "refused": gettext_lazy("Refused"),
    "unknown": gettext_lazy("Not known"),
    "certificates": gettext_lazy("Certificates"),
}


def facts(job: Any) -> list[tuple[Any, Any]]:
    return [(label, job.facts[key]) for key, label in LABELS.items() if key in job.facts]


ENROL = kinds.register(
    Kind(
        "trainings.enrol",
        gettext_lazy("List of a source"),
        enrol_source,
        permission="trainings.view_enrolment",
        facts=facts,
    )
)
PRINT = kinds.register(
    Kind(
        "trainings.certificates",
        gettext_lazy("Certificates to print"),
        print_certificates,
        permission="trainings.view_certificate",
        facts=facts,
    )
)
