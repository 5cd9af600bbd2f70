"""The agreement with a borrower: printed once, kept with its hash. Who takes it along is written down."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.actions import looks
from members.models import Person
from revolving_funds import papers
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import AgreementPaper, Application

# The number space of our advisory locks: (PAPER_LOCK, office).
PAPER_LOCK = 7423


class NotApproved(ActionError):
    message = _("An agreement is made for an approved application.")


@transaction.atomic
def make(*, application: Application, by: User | None, now: datetime, on: date) -> AgreementPaper:
    """The agreement of an approved application as PDF, numbered without a gap; the one that holds, if
    there is one. Raises NotApproved.
    """
    application = Application.objects.locked(application.pk)
    known = AgreementPaper.objects.holding().filter(application=application).first()
    if known is not None:
        return known
    if application.status != ApplicationStatus.APPROVED:
        raise NotApproved
    code = application.office_code
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PAPER_LOCK, int(code.replace(".", ""))])
    last = AgreementPaper.objects.filter(office_code=code, year=on.year).aggregate(last=Max("serial"))["last"] or 0
    paper = AgreementPaper(application=application, office_code=code, year=on.year, serial=last + 1, made_by=by)
    facts = papers.agreement_facts(application, number=paper.number, on=on)
    paper.fingerprint = fingerprint(facts)
    paper.content = papers.agreement_pdf(facts, paper.fingerprint)
    paper.sha256 = hashlib.sha256(paper.content).hexdigest()
    paper.save(force_insert=True)
    log.record("agreement.made", application, by=by, now=now, number=paper.number, sha256=paper.sha256)
    return paper


def fingerprint(facts: dict[str, Any]) -> str:
    """SHA-256 of what the paper says. Printed on it; the same facts give the same one for ever."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def take(*, paper: AgreementPaper, by: User, now: datetime) -> bytes:
    """The paper as it was made, byte by byte. The identity number stands on it in full, so who opened it, and each time, stands
    among who saw the borrower's data.
    """
    people = Person.objects.filter(applications__papers=paper)
    looks.note_export(people=people.values("pk"), of=paper.number, by=by, now=now)
    log.record("agreement.opened", paper.application, by=by, now=now, number=paper.number)
    return bytes(paper.content)
