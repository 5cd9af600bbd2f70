"""What the mode of an agreement changes in the book. Everything else is the same for all three.

After the government's bulletin on accounting for revolving funds (SAP Bultek 07): an executing bank chooses the borrowers and
bears the risk, so its loans are mirrored; a channelling bank passes the office's money on, so the loans are the office's own.

| act | executing | channelling | the office itself |
|---|---|---|---|
| money placed, held, lent | `pool/` of the bank | `pool/` of the bank | `cash/` of the office |
| approval | principal and the interest subsidy promised | principal | principal |
| payout | `loan/` (mirror of the bank's loan) | `own-loan/` | `own-loan/` |
| the bank's bill for interest | accrued and paid | refused | refused |
| a loss | the fund's or a claim on the bank, by the terms | the fund's | the fund's |
| batch, the bank's pages and door, three-way check | yes | yes | none, the treasurer pays |
"""

from revolving_funds.enums import LossBearer, Mode
from revolving_funds.models import Agreement, AgreementTerms


def money_stem(agreement: Agreement, year: int) -> str:
    """Where the money of a pool stands: the beginning of its accounts' codes."""
    head = "cash" if agreement.mode == Mode.SELF else "pool"
    return f"{head}/{agreement.bank.code}/{agreement.pk}/{year}"


def loan_head(agreement: Agreement) -> str:
    """The head of the account of a loan: the bank's loan as we see it, or our own."""
    return "loan" if agreement.mode == Mode.EXECUTING else "own-loan"


def pays_interest(agreement: Agreement) -> bool:
    """Does the office pay interest for its borrowers? Only where the bank lends its own risk."""
    return agreement.mode == Mode.EXECUTING


def bank_bears_loss(agreement: Agreement, terms: AgreementTerms | None) -> bool:
    """Who bears no risk owes nothing for a loss."""
    return agreement.mode == Mode.EXECUTING and terms is not None and terms.loss_bearer == LossBearer.BANK
