"""The guards ask the same with less work; what is refused, and by which name, stays.

- Form, number of legs and the two people of an entry are asked by the guard that finds its month; floor and ceiling by the
  guard of the accounts, also where a limit is changed by hand. As CHECKs their text was read and planned anew for each row.
- A leg asks no foreign keys: its trigger takes it only with an entry of this very database transaction and with an account
  that it moves in the same breath, and neither can go away: entries are never deleted, accounts with a version never.
- Few legs move their accounts in a plain UPDATE instead of one within a query.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from foundation.common.together import together

STEPS, LIGHTER = (
    import_module(f"foundation.ledger.migrations.{name}") for name in ("0006_posting_in_few_steps", "0007_lighter_postings")
)
before, changed = LIGHTER.before, LIGHTER.changed

LAND, LEGS, ACCOUNT = (
    before(STEPS.FORWARD, "ledger_transactions_land"),
    before(STEPS.FORWARD, "ledger_legs_land"),
    LIGHTER.NEW_ACCOUNT,
)
RAISE = """
        RAISE EXCEPTION '%(what)s violates check constraint "%%"', %(row)s, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = '%(table)s';"""
NEW_LAND = changed(
    LAND,
    (
        "AS $$\nBEGIN\n",
        "AS $$\nDECLARE\n    fits boolean;\n    later date;\n    wrong text;\nBEGIN\n"
        "    IF NEW.kind !~ '^[A-Z][A-Z_]*$' THEN\n"
        "        wrong := 'ledger_transaction_kind';\n"
        "    ELSIF NEW.leg_count < 2 THEN\n"
        "        wrong := 'ledger_transaction_legs';\n"
        "    ELSIF NEW.maker_id = NEW.checker_id THEN\n"
        "        wrong := 'ledger_transaction_two_people';\n"
        "    END IF;\n"
        "    IF wrong IS NOT NULL THEN"
        + RAISE % {"what": "transaction %", "row": "NEW.uid", "table": "ledger_transaction"}
        + "\n    END IF;\n",
    ),
    (
        "    PERFORM 1 FROM ledger_period p\n"
        "      WHERE p.id = NEW.period_id AND p.book = NEW.book AND p.dates @> NEW.business_date AND p.closed_at IS NULL\n"
        "        AND NOT EXISTS (SELECT FROM ledger_period q\n"
        "                         WHERE q.book = NEW.book AND q.closed_at IS NOT NULL AND lower(q.dates) > NEW.business_date);\n"
        "    IF NOT FOUND OR NEW.xid",
        "    SELECT p.book = NEW.book AND p.dates @> NEW.business_date AND p.closed_at IS NULL INTO fits\n"
        "      FROM ledger_period p WHERE p.id = NEW.period_id;\n"
        "    SELECT lower(q.dates) INTO later FROM ledger_period q\n"
        "     WHERE q.book = NEW.book AND lower(q.dates) > NEW.business_date AND q.closed_at IS NOT NULL LIMIT 1;\n"
        "    IF fits IS NOT TRUE OR later IS NOT NULL OR NEW.xid",
    ),
)
NEW_LEGS = changed(
    LEGS,
    (
        "    -- Each pass lands the next step of each account; mostly the first lands all. What is nobody's next step never"
        " lands.\n    LOOP\n        WITH moved AS (\n",
        "    given := (SELECT count(*) FROM new_rows);\n"
        "    -- Each pass lands the next step of each account; mostly the first lands all. What is nobody's next step never"
        " lands.\n    WHILE given <= 8 LOOP\n",
    ),
    (
        "            UPDATE ledger_account a\n"
        "               SET balance = l.balance_after, version = l.account_version, updated_at = now()\n"
        "              FROM new_rows l JOIN ledger_transaction t ON t.id = l.transaction_id\n"
        "             WHERE a.id = l.account_id AND a.version = l.account_version - 1\n"
        "               AND a.balance + a.side * l.amount = l.balance_after AND a.book = t.book\n"
        "               AND t.xid = pg_current_xact_id() AND l.leg_no BETWEEN 1 AND t.leg_count\n"
        "               AND (SELECT count(*) FROM new_rows) <= 8\n"
        "            RETURNING 1\n"
        "        )\n"
        "        SELECT (SELECT count(*) FROM moved), count(*) INTO moved, given FROM new_rows;\n",
        "        UPDATE ledger_account a\n"
        "           SET balance = l.balance_after, version = l.account_version, updated_at = now()\n"
        "          FROM new_rows l JOIN ledger_transaction t ON t.id = l.transaction_id\n"
        "         WHERE a.id = l.account_id AND a.version = l.account_version - 1\n"
        "           AND a.balance + a.side * l.amount = l.balance_after AND a.book = t.book\n"
        "           AND t.xid = pg_current_xact_id() AND l.leg_no BETWEEN 1 AND t.leg_count;\n"
        "        GET DIAGNOSTICS moved = ROW_COUNT;\n",
    ),
)
# A limit that is set when the account is opened, or changed by hand, is one that holds.
LIMITS = """
    IF NEW.balance < NEW.floor THEN
        wrong := 'ledger_account_floor';
    ELSIF NEW.balance > NEW.ceiling THEN
        wrong := 'ledger_account_ceiling';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)
       IS NOT DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.version > 0 THEN
        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';
    -- New, or not used yet and changed.
    ELSIF NEW.code"""
NEW_ACCOUNT = changed(
    ACCOUNT,
    (
        "        PERFORM 1 FROM ledger_leg l\n"
        "          WHERE l.account_id = OLD.id AND l.account_version = NEW.version AND NEW.version > OLD.version\n"
        "            AND l.balance_after = NEW.balance;\n"
        "        IF NOT FOUND THEN\n",
        "        SELECT l.balance_after INTO due FROM ledger_leg l\n"
        "         WHERE l.account_id = OLD.id AND l.account_version = NEW.version;\n"
        "        IF due IS DISTINCT FROM NEW.balance OR NEW.version <= OLD.version THEN\n",
    ),
    ("DECLARE\n", "DECLARE\n    due bigint;\n"),
    (
        "    IF (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)\n"
        "       IS NOT DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) THEN\n"
        "        RETURN NEW;\n"
        "    ELSIF OLD.version > 0 THEN\n"
        "        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';\n"
        "    END IF;\n"
        "    END IF;\n"
        "    -- New, or not used yet and changed.\n"
        "    IF NEW.code",
        "    END IF;" + LIMITS,
    ),
)
# Looking for tables in this schema first (0004): a replaced function forgets it.
PATH = """
ALTER FUNCTION ledger_legs_land() SECURITY DEFINER;
DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_guard_account', 'ledger_transactions_land', 'ledger_legs_land'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
"""
FORWARD = "\n".join([NEW_LAND, NEW_LEGS, NEW_ACCOUNT, PATH])
BACKWARD = "\n".join([LAND, LEGS, ACCOUNT, PATH])


def free(name: str, to: str, related_name: str) -> migrations.AlterField:
    """A reference of the legs that the trigger keeps."""
    return migrations.AlterField(
        model_name="leg",
        name=name,
        field=models.ForeignKey(
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name=related_name,
            to=to,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_lighter_postings")]

    operations = together([
        migrations.RunSQL(FORWARD, BACKWARD),
        free("transaction", "ledger.transaction", "legs"),
        free("account", "ledger.account", "legs"),
        *(
            migrations.RemoveConstraint(model_name=model, name=f"ledger_{model}_{name}")
            for model, names in {"transaction": ("legs", "kind", "two_people"), "account": ("floor", "ceiling")}.items()
            for name in names
        ),
    ])
