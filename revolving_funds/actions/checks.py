"""Before the visit: are the papers complete? Whole ones go on, the others go back with the lines that are missing."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from revolving_funds import checklist
from revolving_funds.actions import applications, hands
from revolving_funds.enums import ApplicationStatus, CheckLine
from revolving_funds.models import Application, PapersCheck


class CheckedAlready(ActionError):
    message = _("The papers of this application were found complete already. The visit comes next.")


class NotThere(ActionError):
    """Names what was ticked though nothing of it is there."""

    field = "note"


@transaction.atomic
def check(
    *, application: Application, missing: Iterable[CheckLine], by: User, now: datetime, note: str = ""
) -> PapersCheck:
    """Write down what was looked at. With nothing missing the visit may be made; otherwise the application goes back
    to its owner, who reads the missing lines. What nobody has sent or entered is found only with a `note` that says why.
    Raises WrongStep, CheckedAlready, SamePersonTwice, NotThere.

    Who looks at the papers has no other hand in the loan, also when the papers went back to the owner.
    """
    application = Application.objects.locked(application.pk)
    if application.status != ApplicationStatus.SUBMITTED:
        raise applications.WrongStep
    if application.checked_at is not None:
        raise CheckedAlready
    hands.keep_apart(application, by, step="checked_by")
    wanted = set(missing)
    lines = [line for line in CheckLine if line in wanted]
    if not lines and not note.strip():
        _refuse_what_is_not_there(application)
    made = PapersCheck.objects.create(
        application=application, checked_at=now, checked_by=by, missing=[str(line) for line in lines], note=note.strip()
    )
    if lines:
        applications.send_back(application=application, reason=_words(lines, note), by=by, now=now)
    else:
        application.checked_at, application.checked_by = now, by
        application.save(update_fields=["checked_at", "checked_by", "updated_at"])
    log.record("application.papers_checked", application, by=by, now=now, missing=made.missing, note=made.note)
    return made


def _refuse_what_is_not_there(application: Application) -> None:
    bare = [str(line.label) for line, fact in checklist.facts(application).items() if not fact.there]
    if bare:
        raise NotThere(
            _("Not there: %(lines)s. Give it back, or write in the note why it is complete all the same.")
            % {"lines": "; ".join(bare)}
        )


def _words(lines: Iterable[CheckLine], note: str) -> str:
    """What the owner reads, in the language of the office: each missing line, and the note."""
    told = "; ".join(str(line.label) for line in lines)
    return f"{told}. {note.strip()}".strip()[:300]
