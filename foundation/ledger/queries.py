"""The auditor's questions to the book, each answered from the legs alone. Empty answers are good answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

GUARDS = frozenset(
    {
        "ledger_transaction_append_only",
        "ledger_leg_append_only",
        "ledger_account_append_only",
        "ledger_period_append_only",
        "ledger_dayseal_append_only",
        "ledger_account_guard",
        "ledger_period_guard",
        "ledger_transaction_land",
        "ledger_leg_land",
        "ledger_transaction_proven",
    }
)


@dataclass(frozen=True)
class Finding:
    """One question, how many rows were looked at, and the first faults (at most 20) of `fault_count`."""

    name: str
    looked_at: int
    fault_count: int
    faults: list[str]


@dataclass(frozen=True)
class Question:
    """`sql` returns one text per fault; `count_sql` what there was to look at. Both take the book prefix once."""

    name: str
    count_sql: str
    sql: str


TRANSACTIONS = "SELECT count(*) FROM ledger_transaction WHERE starts_with(book, %(book)s)"
ACCOUNTS = "SELECT count(*) FROM ledger_account WHERE starts_with(book, %(book)s)"
LEGS = """SELECT count(*) FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id
          WHERE starts_with(t.book, %(book)s)"""

QUESTIONS = [
    Question(
        "every transaction has its legs and sums to zero",
        TRANSACTIONS,
        """
        SELECT format('transaction %%s: %%s of %%s legs, sum %%s', t.uid, coalesce(s.legs, 0), t.leg_count, s.total)
          FROM ledger_transaction t LEFT JOIN (
                SELECT transaction_id, count(*) legs, sum(amount) total, min(leg_no) lowest, max(leg_no) highest
                  FROM ledger_leg GROUP BY transaction_id) s ON s.transaction_id = t.id
         WHERE starts_with(t.book, %(book)s) AND (s.legs IS DISTINCT FROM t.leg_count OR t.leg_count < 2
               OR s.total <> 0 OR s.lowest <> 1 OR s.highest <> t.leg_count)""",
    ),
    Question(
        "every leg belongs to a transaction, and both to the same office",
        LEGS,
        """
        SELECT format('leg %%s of account %%s: transaction %%s', l.id, a.code, coalesce(t.uid::text, 'is missing'))
          FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN ledger_transaction t ON t.id = l.transaction_id
         WHERE starts_with(a.book, %(book)s) AND t.book IS DISTINCT FROM a.book""",
    ),
    Question(
        "every balance is the sum of its legs",
        ACCOUNTS,
        """
        SELECT format('account %%s %%s: balance %%s, legs say %%s; version %%s, legs %%s', a.book, a.code, a.balance,
                      coalesce(s.total, 0), a.version, coalesce(s.legs, 0))
          FROM ledger_account a LEFT JOIN (
                SELECT account_id, sum(amount) total, count(*) legs FROM ledger_leg GROUP BY account_id
               ) s ON s.account_id = a.id
         WHERE starts_with(a.book, %(book)s)
           AND (a.balance <> a.side * coalesce(s.total, 0) OR a.version <> coalesce(s.legs, 0))""",
    ),
    Question(
        "every account's history is whole, step by step",
        LEGS,
        """
        SELECT format('account %%s, step %%s: balance %%s, due %%s', code, account_version, balance_after, due)
          FROM (SELECT a.code, l.account_version, l.balance_after,
                       a.side * sum(l.amount) OVER w AS due, row_number() OVER w AS step
                  FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
                 WHERE starts_with(a.book, %(book)s)
                WINDOW w AS (PARTITION BY l.account_id ORDER BY l.account_version ROWS UNBOUNDED PRECEDING)) q
         WHERE balance_after <> due OR account_version <> step""",
    ),
    Question(
        "no account stands under its floor or over its ceiling",
        ACCOUNTS,
        """
        SELECT format('account %%s %%s: %%s outside %%s to %%s', book, code, balance, floor, ceiling)
          FROM ledger_account
         WHERE starts_with(book, %(book)s) AND (balance < floor OR balance > ceiling)""",
    ),
    Question(
        "both sides of every office's book are equal",
        """
        SELECT count(DISTINCT book) FROM ledger_account WHERE starts_with(book, %(book)s)""",
        """
        SELECT format('book %%s is out by %%s', book, sum(side * balance)) FROM ledger_account
         WHERE starts_with(book, %(book)s) GROUP BY book HAVING sum(side * balance) <> 0""",
    ),
    Question(
        "every reversal mirrors its entry, once",
        """
        SELECT count(*) FROM ledger_transaction WHERE starts_with(book, %(book)s) AND reverses_id IS NOT NULL""",
        """
        SELECT format('transaction %%s is no mirror of %%s', t.uid, o.uid)
          FROM ledger_transaction t JOIN ledger_transaction o ON o.id = t.reverses_id
         WHERE starts_with(t.book, %(book)s) AND (o.reverses_id IS NOT NULL OR o.leg_count <> t.leg_count
               OR EXISTS (SELECT account_id, -amount FROM ledger_leg WHERE transaction_id = o.id EXCEPT ALL
                          SELECT account_id, amount FROM ledger_leg WHERE transaction_id = t.id))""",
    ),
    Question(
        "every entry stands in its period, and none came after the close",
        TRANSACTIONS,
        """
        SELECT format('transaction %%s of %%s: period %%s', t.uid, t.business_date, p.dates)
          FROM ledger_transaction t LEFT JOIN ledger_period p ON p.id = t.period_id
         WHERE starts_with(t.book, %(book)s) AND (p.id IS NULL OR p.book <> t.book
               OR NOT p.dates @> t.business_date OR t.posted_at > p.closed_at)""",
    ),
    Question(
        "no request was posted twice",
        TRANSACTIONS,
        """
        SELECT format('key %%s/%%s stands %%s times', idem_scope, idem_key, count(*)) FROM ledger_transaction
         WHERE starts_with(book, %(book)s) GROUP BY idem_scope, idem_key HAVING count(*) > 1""",
    ),
]

# Books kept on top of this one (loans, savings) add their own questions from their apps.ready().
more_questions: list[Callable[[str], Finding]] = []


def _guards() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname = ANY (%s) AND tgenabled IN ('O', 'A')", [list(GUARDS)]
        )
        standing = {name for (name,) in cursor.fetchall()}
    missing = sorted(GUARDS - standing)
    return Finding(
        "every guard stands in the database",
        len(GUARDS),
        len(missing),
        [f"trigger {name} is missing or switched off" for name in missing],
    )


def ask(question: Question, book: str) -> Finding:
    """The answer to one question about `book` (a region prefix; empty = every office)."""
    with connection.cursor() as cursor:
        cursor.execute(question.count_sql, {"book": book})
        looked_at = cursor.fetchone()[0]
        cursor.execute(question.sql, {"book": book})
        rows = [text for (text,) in cursor.fetchall()]
    return Finding(question.name, looked_at, len(rows), rows[:20])


def proof(book: str = "") -> Iterator[Finding]:
    """Prove the book from scratch, question by question. Run it inside one snapshot."""
    yield _guards()
    for question in QUESTIONS:
        yield ask(question, book)
    for more in more_questions:
        yield more(book)
