"""The interest that the made-up running loans were promised, as their holds would have set it aside."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from revolving_funds import modes, queries, subsidy
from revolving_funds.actions.seeding_history import Made
from revolving_funds.models import Agreement


def promises(made: Sequence[Made], agreements: Mapping[str, Agreement]) -> dict[UUID, int]:
    """Rupiah of each loan that still runs, by its schedule and the terms of its bank. The interest of those that ended counts
    as paid before the book began: no bill of that time was made up.
    """
    terms = {code: _terms(agreement) for code, agreement in agreements.items()}
    known: dict[tuple[str, int, int, date], int] = {}
    found: dict[UUID, int] = {}
    for loan in made:
        rule = terms[loan.bank.code]
        if loan.closed_on or rule is None:
            continue
        key = (loan.bank.code, loan.amount, loan.tenor, loan.disbursed_on)
        if key not in known:
            days = subsidy.by_schedule(amount=loan.amount, disbursed_on=loan.disbursed_on, dues=loan.dues, terms=rule)
            known[key] = subsidy.total(days, rule)
        if known[key]:
            found[loan.uid] = known[key]
    return found


def _terms(agreement: Agreement) -> subsidy.Terms | None:
    """None where the office pays the bank no interest."""
    row = queries.terms_on(agreement, agreement.valid_from)
    return queries.subsidy_terms(row) if row and row.rate_bp and modes.pays_interest(agreement) else None
