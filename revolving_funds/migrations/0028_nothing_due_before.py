"""Each loan says from which day on something of it may be late. What makes a day fall earlier is told by the database."""

import datetime

from django.db import migrations, models

OLDEST = """
UPDATE revolving_funds_loan l SET due_from = open.first
  FROM (SELECT o.id, min(i.due_on) AS first
          FROM revolving_funds_loan o JOIN ledger_account a ON a.id = o.account_id
          JOIN revolving_funds_instalment i ON i.loan_id = o.id
         WHERE o.status = 'OPEN' AND i.replaced_on IS NULL AND i.cumulative > o.amount - a.balance
         GROUP BY o.id) open
 WHERE l.id = open.id
"""
# A payment that is taken back: not known any more, which is no later than any day. The daily job looks again.
TAKEN_BACK = """
CREATE FUNCTION revolving_funds_due_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE revolving_funds_loan SET due_from = '0001-01-01' WHERE id = NEW.loan_id;
    RETURN NULL;
END $$
"""
PLANNED = """
CREATE FUNCTION revolving_funds_due_earlier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE revolving_funds_loan l SET due_from = n.first
      FROM (SELECT loan_id, min(due_on) AS first FROM planned GROUP BY loan_id) n
     WHERE l.id = n.loan_id AND l.due_from > n.first;
    RETURN NULL;
END $$
"""
FORWARD = [
    "SET LOCAL statement_timeout = 0",  # a million loans take a minute
    OLDEST,
    TAKEN_BACK,
    PLANNED,
    "CREATE TRIGGER repayment_due_again AFTER UPDATE OF reversed_on ON revolving_funds_repayment"
    " FOR EACH ROW WHEN (NEW.reversed_on IS NOT NULL) EXECUTE FUNCTION revolving_funds_due_again()",
    "CREATE TRIGGER instalment_due_earlier_new AFTER INSERT ON revolving_funds_instalment"
    " REFERENCING NEW TABLE AS planned FOR EACH STATEMENT EXECUTE FUNCTION revolving_funds_due_earlier()",
    "CREATE TRIGGER instalment_due_earlier AFTER UPDATE ON revolving_funds_instalment"
    " REFERENCING NEW TABLE AS planned FOR EACH STATEMENT EXECUTE FUNCTION revolving_funds_due_earlier()",
]
BACKWARD = [
    "DROP TRIGGER instalment_due_earlier ON revolving_funds_instalment",
    "DROP TRIGGER instalment_due_earlier_new ON revolving_funds_instalment",
    "DROP TRIGGER repayment_due_again ON revolving_funds_repayment",
    "DROP FUNCTION revolving_funds_due_earlier()",
    "DROP FUNCTION revolving_funds_due_again()",
]


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0027_appeals_by_letter")]
    operations = [
        migrations.AddField(
            model_name="loan",
            name="due_from",
            field=models.DateField(
                db_default=datetime.date(1, 1, 1), default=datetime.date(1, 1, 1), editable=False
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                fields=["disbursed_on", "id", "due_from"],
                condition=models.Q(("status", "OPEN")),
                name="loan_due_idx",
            ),
        ),
    ]
