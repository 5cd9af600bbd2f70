"""Work of the fund that takes longer than a request."""

import zipfile
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.common.money import rupiah
from foundation.jobs import kinds
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from revolving_funds.actions import claims, statements
from revolving_funds.models import StatementFile, SubsidyClaim


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
    "outgoing": _("money taken back by the bank, wait for a person"),
    "empty": _("without an amount, not booked"),
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


def _claim(run: Run) -> dict[str, Any]:
    claim = SubsidyClaim.objects.defer("content").get(uid=run.params["claim"])
    run.progress(0)
    with transaction.atomic():
        run.hold()
        claim = claims.compute(claim=claim, now=run.now)
    return {"billed": claim.billed, "computed": claim.computed, "payable": claim.payable, "claim": str(claim.uid)}


SUMS = {"billed": _("billed by the bank"), "computed": _("computed by us"), "payable": _("payable")}
CLAIM = kinds.register(
    kinds.Kind(
        "fund.claim",
        _("Bill for interest"),
        _claim,
        permission="revolving_funds.make_claim",
        shared=True,
        facts=lambda job: [(label, rupiah(job.facts.get(name, 0))) for name, label in SUMS.items()],
        page=lambda _job: (_("Subsidy claims"), reverse("admin:revolving_funds_subsidyclaim_changelist")),
    )
)

BOOK = {
    "akun": "SELECT * FROM ledger_account WHERE book = %s ORDER BY id",
    "masa": "SELECT id, book, dates, closed_at, closed_by_id FROM ledger_period WHERE book = %s ORDER BY id",
    "jurnal": "SELECT id, uid, kind, business_date, posted_at, period_id, leg_count, idem_scope, idem_key, memo, reverses_id,"
    " maker_id, checker_id FROM ledger_transaction WHERE book = %s ORDER BY id",
    "baris": "SELECT l.* FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id WHERE t.book = %s"
    " ORDER BY l.transaction_id, l.leg_no",
    "segel": "SELECT book, day, entry_count, digest, seal, sealed_at FROM ledger_dayseal WHERE book = %s ORDER BY day",
}


def _export(run: Run) -> dict[str, Any]:
    """The whole book of an office as CSV files in one archive, of one moment."""
    book = run.job.office.region_id if run.job.office else ""
    path = run.file(f"buku-{book}.zip")
    with transaction.atomic(), connection.cursor() as cursor, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for done, (name, sql) in enumerate(BOOK.items()):
            run.progress(done, len(BOOK), name)
            with out.open(f"{name}.csv", "w") as file:
                query = cursor.mogrify(sql, [book]).decode()
                cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", file)
    run.progress(len(BOOK), len(BOOK))
    return {}


EXPORT = kinds.register(
    kinds.Kind("fund.book", _("Export of the whole book"), _export, permission="ledger.view_transaction")
)


def link(job: Job) -> str:
    """Where a job shows how far it is."""
    return reverse("jobs:detail", args=[job.uid])
