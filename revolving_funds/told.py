"""What happened to an application, in sentences: for the office with names, for its owner without."""

from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds.enums import Outcome
from revolving_funds.models import PastDecision


def undone(past: PastDecision) -> str:
    """A decision that no longer holds, for the office: each step with its person and day."""
    values = {
        "day": short_date(past.decided_at),
        "who": past.decided_by,
        "amount": rupiah(past.amount or 0),
        "reason": past.reason,
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
            % {"who": past.answered_by, "day": short_date(past.answered_at), "reason": past.reason}
        )
    return f"{'; '.join(parts)}. {_ended(past)}"


def undone_to_owner(past: PastDecision) -> str:
    """The same for whom it is about, without the names of officers."""
    values = {"day": short_date(past.decided_at), "amount": rupiah(past.amount or 0), "reason": past.reason}
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
