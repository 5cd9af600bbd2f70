"""A posting is fewer statements; what is refused, and by which name, stays.

- `ledger_post` writes the header at once, with its month found on the way: a key that is known, or a month that is not there
  yet, is looked at only where nothing was written. Both accounts are locked in one statement, the lower id first.
- The guard of the entries asks the months from the day on once, by their last day: one of them is the entry's, none is closed.
- That a leg moves something is asked by the guard of the legs, with the rest, instead of by a CHECK, which is read and
  planned anew for each statement.
- An index of what an entry reverses holds those that reverse something.
"""

from importlib import import_module

from django.db import migrations, models

GUARDS, LIGHTER, ONCE = (
    import_module(f"foundation.ledger.migrations.{name}")
    for name in ("0002_guards", "0007_lighter_postings", "0008_guards_asked_once")
)
changed = LIGHTER.changed

NEW_POST = """
CREATE OR REPLACE FUNCTION ledger_post(
    p_uid uuid, p_book text, p_kind text, p_date date, p_posted_at timestamptz, p_scope text, p_key text, p_hash bytea,
    p_memo text, p_reverses bigint, p_maker bigint, p_checker bigint, p_accounts bigint[], p_amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    new_id bigint;
    known bytea;
    leg bigint;
    total numeric := 0;
    written bigint;
    one bigint := p_accounts[1];
    other bigint := p_accounts[2];
    amount bigint := p_amounts[1];
    one_side smallint;
    one_balance bigint;
    one_version bigint;
    other_side smallint;
    other_balance bigint;
    other_version bigint;
BEGIN
    INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,
                                    idem_key, request_hash, memo, reverses_id, maker_id, checker_id)
    SELECT p_uid, p_book, p_kind, p_date, p_posted_at, month.id, cardinality(p_accounts), p_scope,
           p_key, p_hash, p_memo, p_reverses, p_maker, p_checker
      FROM (SELECT id, dates FROM ledger_period WHERE book = p_book AND lower(dates) <= p_date
             ORDER BY lower(dates) DESC LIMIT 1) month
     WHERE upper(month.dates) > p_date
    ON CONFLICT (idem_scope, idem_key) DO NOTHING RETURNING id INTO new_id;
    IF new_id IS NULL THEN
        SELECT id, request_hash INTO new_id, known FROM ledger_transaction
         WHERE idem_scope = p_scope AND idem_key = p_key;
        IF FOUND THEN
            IF known IS DISTINCT FROM p_hash THEN
                RAISE EXCEPTION 'key % was used for another request', p_key USING ERRCODE = '23L09';
            END IF;
            RETURN new_id;
        END IF;
        -- The first entry of its month.
        INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,
                                        idem_key, request_hash, memo, reverses_id, maker_id, checker_id)
        VALUES (p_uid, p_book, p_kind, p_date, p_posted_at, ledger_period_of(p_book, p_date), cardinality(p_accounts),
                p_scope, p_key, p_hash, p_memo, p_reverses, p_maker, p_checker)
        RETURNING id INTO new_id;
    END IF;
    -- Said here for a good error; what decides is the proof at commit.
    FOREACH leg IN ARRAY p_amounts LOOP
        total := total + leg;
    END LOOP;
    IF total <> 0 THEN
        RAISE EXCEPTION 'transaction % sums to %', p_uid, total USING ERRCODE = '23L01';
    END IF;

    IF cardinality(p_accounts) = 2 AND one <> other THEN
        -- The lower id is locked first, as wherever accounts are locked.
        IF one < other THEN
            SELECT a.side, a.balance, a.version, b.side, b.balance, b.version
              INTO one_side, one_balance, one_version, other_side, other_balance, other_version
              FROM ledger_account a, ledger_account b WHERE a.id = one AND b.id = other FOR NO KEY UPDATE OF a, b;
        ELSE
            SELECT a.side, a.balance, a.version, b.side, b.balance, b.version
              INTO one_side, one_balance, one_version, other_side, other_balance, other_version
              FROM ledger_account a, ledger_account b WHERE a.id = one AND b.id = other FOR NO KEY UPDATE OF b, a;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such account' USING ERRCODE = '23L11';
        END IF;
        INSERT INTO ledger_leg (transaction_id, leg_no, account_id, amount, balance_after, account_version)
        VALUES (new_id, 1, one, amount, one_balance + one_side * amount, one_version + 1),
               (new_id, 2, other, -amount, other_balance - other_side * amount, other_version + 1);
    ELSE
        PERFORM 1 FROM ledger_account a WHERE a.id = ANY (p_accounts) ORDER BY a.id FOR NO KEY UPDATE;
        INSERT INTO ledger_leg (transaction_id, leg_no, account_id, amount, balance_after, account_version)
        SELECT new_id, l.n, a.id, l.amount,
               a.balance + a.side * sum(l.amount) OVER w, a.version + row_number() OVER w
          FROM unnest(p_accounts, p_amounts) WITH ORDINALITY AS l (account_id, amount, n)
          JOIN ledger_account a ON a.id = l.account_id
        WINDOW w AS (PARTITION BY a.id ORDER BY l.n ROWS UNBOUNDED PRECEDING);
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> cardinality(p_accounts) THEN
            RAISE EXCEPTION 'no such account' USING ERRCODE = '23L11';
        END IF;
    END IF;
    IF p_reverses IS NOT NULL THEN
        SET CONSTRAINTS ledger_transaction_proven IMMEDIATE;
        SET CONSTRAINTS ledger_transaction_proven DEFERRED;
    END IF;
    RETURN new_id;
END $$;
"""

NEW_LAND = changed(
    ONCE.NEW_LAND,
    ("    fits boolean;\n    later date;\n", "    fits int;\n"),
    (
        "    SELECT p.book = NEW.book AND p.dates @> NEW.business_date AND p.closed_at IS NULL INTO fits\n"
        "      FROM ledger_period p WHERE p.id = NEW.period_id;\n"
        "    SELECT lower(q.dates) INTO later FROM ledger_period q\n"
        "     WHERE q.book = NEW.book AND lower(q.dates) > NEW.business_date AND q.closed_at IS NOT NULL LIMIT 1;\n"
        "    IF fits IS NOT TRUE OR later IS NOT NULL OR NEW.xid",
        "    -- The month of this day and all after it: one is the entry's (1), none is closed (0).\n"
        "    SELECT min(CASE WHEN closed_at IS NOT NULL THEN 0\n"
        "                    WHEN id = NEW.period_id AND lower(dates) <= NEW.business_date THEN 1 ELSE 2 END) INTO fits\n"
        "      FROM ledger_period WHERE book = NEW.book AND upper(dates) > NEW.business_date;\n"
        "    IF fits IS DISTINCT FROM 1 OR NEW.xid",
    ),
)
NOTHING = """RAISE EXCEPTION 'new row for relation "ledger_leg" violates check constraint "ledger_leg_not_zero"'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_leg_not_zero', TABLE = 'ledger_leg';"""
NEW_LEGS = changed(
    ONCE.NEW_LEGS,
    (
        "    given := (SELECT count(*) FROM new_rows);\n",
        "    PERFORM 1 FROM new_rows LIMIT 9;  -- few, or many: counting them would cost more\n"
        "    GET DIAGNOSTICS given = ROW_COUNT;\n",
    ),
    ("t.xid = pg_current_xact_id() AND l.leg_no BETWEEN", "t.xid = pg_current_xact_id() AND l.amount <> 0 AND l.leg_no BETWEEN"),
    ("               bool_or(a.id IS NULL) AS missing,", "               bool_or(l.amount = 0) AS nothing, bool_or(a.id IS NULL) AS missing,"),
    ("        IF bad.sealed THEN\n", f"        IF bad.nothing THEN\n            {NOTHING}\n        ELSIF bad.sealed THEN\n"),
    (
        "    -- Many, as in 0002.\n",
        "    -- Many, as in 0002.\n    PERFORM 1 FROM new_rows l WHERE l.amount = 0 LIMIT 1;\n"
        f"    IF FOUND THEN\n            {NOTHING}\n    END IF;\n",
    ),
)
PROVE = LIGHTER.before(GUARDS.FORWARD, "ledger_prove_transaction")
NEW_PROVE = changed(
    PROVE,
    ("    legs bigint;\n    total numeric;\n", "    amounts bigint[];\n    amount bigint;\n    total numeric := 0;\n"),
    (
        "    SELECT count(*), coalesce(sum(amount), 0) INTO legs, total FROM ledger_leg WHERE transaction_id = NEW.id;\n"
        "    IF legs <> NEW.leg_count",
        "    -- Added up here: asking the server for a sum costs more than all legs of most entries.\n"
        "    amounts := ARRAY(SELECT l.amount FROM ledger_leg l WHERE l.transaction_id = NEW.id);\n"
        "    FOREACH amount IN ARRAY amounts LOOP\n"
        "        total := total + amount;\n"
        "    END LOOP;\n"
        "    IF cardinality(amounts) <> NEW.leg_count",
    ),
    ("NEW.uid, legs, NEW.leg_count", "NEW.uid, cardinality(amounts), NEW.leg_count"),
    ("SELECT account_id, -amount FROM ledger_leg WHERE", "SELECT l.account_id, -l.amount FROM ledger_leg l WHERE"),
    ("SELECT account_id, amount FROM ledger_leg WHERE", "SELECT l.account_id, l.amount FROM ledger_leg l WHERE"),
)

# Looking for tables in this schema first (0004): a replaced function forgets it.
PATH = """
ALTER FUNCTION ledger_legs_land() SECURITY DEFINER;
DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_transactions_land', 'ledger_legs_land', 'ledger_prove_transaction'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
"""
FORWARD = "\n".join([NEW_POST, NEW_LAND, NEW_LEGS, NEW_PROVE, PATH])
BACKWARD = "\n".join([LIGHTER.NEW_POST, ONCE.NEW_LAND, ONCE.NEW_LEGS, PROVE, PATH])
REVERSED = """
ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_reverses_id_key;
CREATE UNIQUE INDEX ledger_transaction_reverses_id_key ON ledger_transaction (reverses_id) WHERE reverses_id IS NOT NULL;
"""
REVERSED_BEFORE = """
DROP INDEX ledger_transaction_reverses_id_key;
ALTER TABLE ledger_transaction ADD CONSTRAINT ledger_transaction_reverses_id_key UNIQUE (reverses_id);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_guards_asked_once")]

    operations = [
        migrations.AddIndex(
            model_name="period",
            index=models.Index(
                models.F("book"),
                models.Func(models.F("dates"), function="upper", output_field=models.DateField()),
                name="ledger_period_last_day_idx",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(REVERSED, REVERSED_BEFORE),
        migrations.RemoveConstraint(model_name="leg", name="ledger_leg_not_zero"),
    ]
