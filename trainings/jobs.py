"""Work on trainings that takes longer than a request: a source's list, and the certificates of a training."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from members.models import Person
from trainings import inviting, papers, sources
from trainings.actions import enrolments
from trainings.enums import LIVE, EnrolmentState, ProposalSource
from trainings.models import Certificate, Enrolment, Training

LINES_AT_ONCE: Final = 50
RESULT: Final = "hasil-daftar.xlsx"
Answer = tuple[int, Person | None, str, str]  # line, whom of ours it names, what came of it in a word and in a sentence


def enrol_source(run: Run) -> dict[str, Any]:
    """Enrol the people of a list, some at a time, and write what came of each line. It may run again after a break."""
    training = Training.objects.select_related("region").get(pk=run.params["training"])
    rows = run.params["rows"]
    run.progress(0, len(rows), _("Registering"))
    counts = _write(run.job, run.file(RESULT), _answers(run, training))
    run.progress(len(rows), len(rows))
    return counts


def _write(job: Job, path: Path, answers: Iterable[Answer]) -> dict[str, Any]:
    """The list with what came of each line; returns how many lines, and of which kind."""
    names, counts = _names(job), Counter[str]()
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [_("Line"), _("Name in the list"), _("Registered as"), _("Result")])
    for number, (line, person, kind, text) in enumerate(answers, start=1):
        counts[kind] += 1
        sheet.write_row(number, 0, [line, names.get(line, ""), person.full_name if person else "", text])
    sheet.set_column(1, 3, 40)
    book.close()
    return {"lines": len(job.params["rows"]), **counts}


def enrolled_so_far(job: Job, path: Path) -> dict[str, Any]:
    """What stands of a list whose work was stopped or failed: nobody loses the place that she was given and told of."""
    training = Training.objects.select_related("region").get(pk=job.params["training"])
    people, made = _people(job), _made_by(job, training)
    inside = set(Enrolment.objects.filter(training=training).live().values_list("person_id", flat=True))
    refused = inviting.refusals(training, list(people.values()))
    later = _("Not done: the work ended before this line. Please send the same list again; nobody is registered twice.")

    def answers() -> Iterator[Answer]:
        for line, pk, *fault in job.params["rows"]:
            if pk not in people:
                yield _unknown(line, fault)
            elif pk in made:
                yield line, people[pk], *_came_of(made.pop(pk))
            elif pk in inside:
                yield line, people[pk], "already", _("Already registered.")
            elif pk in refused:
                yield line, people[pk], "refused", str(refused[pk])
            else:
                yield line, people[pk], "left", later

    return _write(job, path, answers())


def _people(job: Job) -> dict[int, Person]:
    return {row.pk: row for row in Person.objects.filter(pk__in=[row[1] for row in job.params["rows"] if row[1]])}


def _unknown(line: int, fault: list[str]) -> Answer:
    return line, None, "unknown", "".join(fault) or _("Not known as an owner here. Please register her first.")


def _names(job: Job) -> dict[int, str]:
    """The names of the list itself, which is kept beside the job until its result is forgotten."""
    kept = job.folder / sources.KEPT_AS
    return sources.written(kept) if kept.exists() else {}


def _answers(run: Run, training: Training) -> Iterator[Answer]:
    """Line, person, what came of it in a word and in a sentence; each batch is kept before the next begins."""
    rows = run.params["rows"]
    people = _people(run.job)
    before = _made_by(run.job, training) if run.job.attempts > 1 else {}
    for start in range(0, len(rows), LINES_AT_ONCE):
        part = rows[start : start + LINES_AT_ONCE]
        # Once each: a second line of hers is a second registration.
        known = {line: before.pop(pk) for line, pk, *_fault in part if pk in before}
        asked = [people[pk] for line, pk, *_fault in part if pk in people and line not in known]
        made = iter(_enrol(run, training, asked))
        for line, pk, *fault in part:
            if pk not in people:
                yield _unknown(line, fault)
            else:
                yield line, people[pk], *(_came_of(known[line]) if line in known else _said(next(made)))
        run.progress(start + len(part), len(rows))


def _enrol(run: Run, training: Training, people: list[Person]) -> list[enrolments.Outcome]:
    source = ProposalSource(run.params["source"])
    with transaction.atomic():
        run.hold()
        return enrolments.enrol_many(training=training, people=people, by=run.job.by, now=run.now, source=source)


def _made_by(job: Job, training: Training) -> dict[int, str]:
    """What was already done for this list: by person, where she stands."""
    mine = Enrolment.objects.filter(training=training, enrolled_by=job.by, enrolled_at__gte=job.created_at)
    return dict(mine.order_by("pk").values_list("person_id", "state"))


def _said(outcome: enrolments.Outcome) -> tuple[str, str]:
    if isinstance(outcome.error, enrolments.AlreadyEnrolled):
        return "already", _("Already registered.")
    return ("refused", str(outcome.error)) if outcome.error else _came_of(outcome.result().state)


def _came_of(state: str) -> tuple[str, str]:
    if state == EnrolmentState.CONFIRMED:
        return "places", _("Has a place.")
    return ("waiting", _("On the waiting list.")) if state in LIVE else ("already", _("Already registered."))


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
    "left": gettext_lazy("Not done any more"),
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
        so_far=enrolled_so_far,
        so_far_as=RESULT,
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
