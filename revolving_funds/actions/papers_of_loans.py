"""The agreement with a borrower: printed once, kept with its hash."""

import hashlib
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
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
    paper.content = papers.agreement_pdf(application, number=paper.number, on=on)
    paper.sha256 = hashlib.sha256(paper.content).hexdigest()
    paper.save(force_insert=True)
    log.record("agreement.made", application, by=by, now=now, number=paper.number, sha256=paper.sha256)
    return paper
