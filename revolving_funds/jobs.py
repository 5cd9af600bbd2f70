"""Work of the fund that takes longer than a request."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.jobs import kinds
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from revolving_funds.actions import statements
from revolving_funds.models import StatementFile


def _statement(run: Run) -> dict[str, Any]:
    """Match and book one statement: all of it or nothing, and once, however often a worker begins."""
    file = StatementFile.objects.defer("content").get(uid=run.params["file"])
    run.progress(0, file.line_count)
    with transaction.atomic():
        run.hold()
        statements.work_off(file=file, by=run.job.by, now=run.now, on=clock.today())
    run.progress(file.line_count, file.line_count)
    return statements.outcome(file)


FACTS = {
    "booked": _("booked"),
    "waiting": _("wait for a person"),
    "known": _("known before"),
    "changed": _("different from before"),
}

STATEMENT = kinds.register(
    kinds.Kind(
        "fund.statement",
        _("Bank statement"),
        _statement,
        permission="revolving_funds.import_statement",
        shared=True,
        facts=lambda job: [(label, job.facts.get(name, 0)) for name, label in FACTS.items()],
        page=lambda _job: (
            _("Lines that wait"),
            reverse("admin:revolving_funds_statementline_changelist") + "?state__exact=WAITING",
        ),
    )
)


def link(job: Job) -> str:
    """Where a job shows how far it is."""
    return reverse("jobs:detail", args=[job.uid])
