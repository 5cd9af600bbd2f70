"""The auditor's questions about loans, asked by `check_ledger` after those about the book itself."""

from collections.abc import Callable
from functools import partial

from foundation.ledger.queries import Finding, Question, ask

LOANS = "SELECT count(*) FROM revolving_funds_loan WHERE starts_with(village_id, %(book)s)"
REPAYMENTS = """SELECT count(*) FROM revolving_funds_repayment r JOIN revolving_funds_loan l ON l.id = r.loan_id
                WHERE starts_with(l.village_id, %(book)s)"""

_questions = [
    Question(
        "every loan is closed exactly when nothing is left of it",
        LOANS,
        """
        SELECT format('loan %%s is %%s with %%s left', l.number, l.status, a.balance)
          FROM revolving_funds_loan l JOIN ledger_account a ON a.id = l.account_id
         WHERE starts_with(l.village_id, %(book)s) AND (l.status <> 'OPEN') <> (a.balance = 0)""",
    ),
    Question(
        "every loan's repayments are what the book took off it",
        LOANS,
        """
        SELECT format('loan %%s: repayments %%s, the book %%s', l.number, coalesce(r.total, 0), l.amount - a.balance)
          FROM revolving_funds_loan l JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN (SELECT loan_id, sum(amount - excess) total FROM revolving_funds_repayment
                      WHERE reversal_id IS NULL GROUP BY loan_id) r
                 ON r.loan_id = l.id
          LEFT JOIN revolving_funds_loancase c ON c.loan_id = l.id AND c.kind = 'WRITE_OFF' AND c.status = 'APPROVED'
         WHERE starts_with(l.village_id, %(book)s)
           AND coalesce(r.total, 0) + coalesce(c.amount, 0) <> l.amount - a.balance""",
    ),
    Question(
        "every schedule returns its principal",
        LOANS,
        """
        SELECT format('loan %%s: schedule %%s of %%s', l.number, i.total, l.amount)
          FROM revolving_funds_loan l
          LEFT JOIN (SELECT loan_id, sum(amount) total, count(*) rows, max(cumulative) upto,
                            max(version) AS version
                       FROM revolving_funds_instalment WHERE replaced_on IS NULL GROUP BY loan_id
                    ) i ON i.loan_id = l.id
         WHERE starts_with(l.village_id, %(book)s)
           AND (i.total IS DISTINCT FROM l.amount OR i.upto <> l.amount
                OR (i.version = 1 AND i.rows <> l.tenor_months))""",
    ),
    Question(
        "every repayment stands in the book with its amount",
        REPAYMENTS,
        """
        SELECT format('repayment %%s of loan %%s', r.uid, l.number)
          FROM revolving_funds_repayment r
          JOIN revolving_funds_loan l ON l.id = r.loan_id
          LEFT JOIN ledger_leg g ON g.transaction_id = r.transaction_id AND g.account_id = l.account_id
         WHERE starts_with(l.village_id, %(book)s) AND g.amount IS DISTINCT FROM -nullif(r.amount - r.excess, 0)""",
    ),
    Question(
        "every payment taken back was taken back in the book, and only such",
        REPAYMENTS,
        """
        SELECT format('repayment %%s of loan %%s', r.uid, l.number)
          FROM revolving_funds_repayment r JOIN revolving_funds_loan l ON l.id = r.loan_id
          LEFT JOIN ledger_transaction t ON t.reverses_id = r.transaction_id
         WHERE starts_with(l.village_id, %(book)s) AND t.id IS DISTINCT FROM r.reversal_id""",
    ),
    Question(
        "receipt numbers leave no gap",
        REPAYMENTS,
        """
        SELECT format('office %%s, %%s: %%s receipts, the last number is %%s', s.office_code, s.year, r.many, s.last)
          FROM revolving_funds_receiptserial s
          LEFT JOIN (SELECT office_code, receipt_year, count(*) many, max(receipt_serial) upto
                       FROM revolving_funds_repayment GROUP BY office_code, receipt_year) r
                 ON r.office_code = s.office_code AND r.receipt_year = s.year
         WHERE starts_with(s.office_code, %(book)s) AND (r.many IS DISTINCT FROM s.last OR r.upto <> s.last)""",
    ),
]
QUESTIONS: list[Callable[[str], Finding]] = [partial(ask, question) for question in _questions]
