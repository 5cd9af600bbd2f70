"""What happened to an application, in sentences: for the office with names, for its owner without."""

from datetime import date

from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds import appealing
from revolving_funds.enums import AppealStatus, ApplicationStatus, Outcome
from revolving_funds.models import Appeal, Application, PastDecision


def undone(past: PastDecision) -> str:
    """A decision that no longer holds, for the office: each step with its person and day."""
    values = {
        "day": short_date(past.decided_at),
        "who": past.decided_by,
        "amount": rupiah(past.amount or 0),
        "reason": past.reason.rstrip(". "),
    }
    if past.outcome == Outcome.REFUSED:
        parts = [_("%(day)s: rejected by %(who)s: %(reason)s") % values]
    else:
        parts = [_("%(day)s: %(amount)s approved by %(who)s") % values]
    if past.pool:
        parts.append(str(past.pool))
    if past.handed_at:
        parts.append(
            _("handed to the bank by %(who)s, %(day)s") % {"who": past.handed_by, "day": short_date(past.handed_at)}
        )
    if past.answered_at:
        parts.append(
            _("refused by the bank, written down by %(who)s, %(day)s: %(reason)s")
            % {"who": past.answered_by, "day": short_date(past.answered_at), "reason": past.reason.rstrip(". ")}
        )
    return f"{'; '.join(parts)}. {_ended(past)}"


def undone_to_owner(past: PastDecision) -> str:
    """The same for whom it is about, without the names of officers."""
    values = {
        "day": short_date(past.decided_at),
        "amount": rupiah(past.amount or 0),
        "reason": past.reason.rstrip(". "),
    }
    if past.outcome == Outcome.APPROVED:
        said = _("%(day)s: %(amount)s approved.")
    elif past.outcome == Outcome.BANK_REFUSED:
        said = _("%(day)s: %(amount)s approved; the bank refused: %(reason)s.")
    else:
        said = _("%(day)s: not approved: %(reason)s.")
    return f"{said % values} {_ended(past)}"


def _ended(past: PastDecision) -> str:
    values = {"day": short_date(past.ended_at), "why": past.get_why_display()}
    return _("No longer holds since %(day)s: %(why)s.") % values


def refusals(application: Application) -> list[str]:
    """What was refused, for who decides an appeal: the refusals that fell before, and the one that stands."""
    past = application.past_decisions.select_related("pool__agreement__bank", "decided_by", "handed_by", "answered_by")
    lines = [undone(one) for one in past.order_by("decided_at", "pk")]
    if application.status != ApplicationStatus.REJECTED or application.decided_at is None:
        return lines
    values = {
        "day": short_date(application.answered_at or application.decided_at),
        "who": application.answered_by or application.decided_by,
        "reason": application.decision_reason,
    }
    said = _("%(day)s: refused by the bank, written down by %(who)s: %(reason)s")
    return [*lines, (said if application.answered_at else _("%(day)s: rejected by %(who)s: %(reason)s")) % values]


def answer(appeal: Appeal) -> str:
    """How an appeal stands, for the office."""
    if appeal.status == AppealStatus.WAITING:
        return _("to be answered by %(day)s") % {"day": short_date(appeal.answer_by)}
    if appeal.decided_at is None:
        return appeal.get_status_display()
    values = {"how": appeal.get_status_display(), "who": appeal.decided_by, "reason": appeal.decision_reason}
    return _("%(how)s, %(who)s, %(day)s: %(reason)s") % {**values, "day": short_date(appeal.decided_at)}


def came(appeal: Appeal) -> str:
    """How an appeal reached the office, for the office."""
    if appeal.letter_on is None:
        return _("Filed by the owner on her page")
    values = {"written": short_date(appeal.letter_on), "arrived": short_date(appeal.filed_on), "who": appeal.filed_by}
    return _("By letter of %(written)s, arrived on %(arrived)s, entered by %(who)s") % values


def silence(appeal: Appeal, *, on: date) -> str:
    """What the law makes of no answer, before the day and after it; empty where it says nothing."""
    found = appealing.silence(appeal, on=on)
    if found is None:
        return ""
    values = {
        "day": short_date(found.until),
        "by": short_date(found.decide_by),
        "granted": found.granted_basis,
        "decision": found.decision_basis,
    }
    if found.passed:
        said = _(
            "No answer was given by %(day)s: the law takes the appeal as granted (%(granted)s). The decision according to it is due by %(by)s (%(decision)s): grant the appeal. The system grants nothing by itself."
        )
    else:
        said = _(
            "If no answer is given by %(day)s, the law takes the appeal as granted (%(granted)s), and the decision according to it is due by %(by)s (%(decision)s). The system grants nothing by itself."
        )
    return said % values
