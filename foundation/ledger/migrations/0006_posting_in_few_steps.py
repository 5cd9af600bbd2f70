"""The same guards with less work for each posting; what they refuse, and by which code, is as before.

- The period is asked once for each entry, from a row trigger: no table of new rows is built for one row.
- Few legs move their accounts in one statement, step by step, and only if each is the next step of its account; many
  are checked and moved set by set, as before. Floors and ceilings of every step stand in the guard of the account.
- `ledger_post` asks the two sides of an entry of two legs by their keys, in the order of the keys. It says itself that
  the sides differ; the deferred proof at commit stays what decides. A reversal is proven at once, as before.
- `ledger_try_post` is `ledger_post` for a caller inside a transaction of its own: a refusal is an answer there, and
  leaves no trace, without a savepoint over the wire.
"""

import re
from importlib import import_module

from django.db import migrations

GUARDS, TRICKS, MONTHS = (
    import_module(f"foundation.ledger.migrations.{name}")
    for name in ("0002_guards", "0004_past_tricks", "0005_months_close_in_order")
)

FORWARD = """
CREATE OR REPLACE FUNCTION ledger_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance <> 0 OR NEW.version <> 0 THEN
            RAISE EXCEPTION 'account % must start empty', NEW.code USING ERRCODE = '23L04';
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.version > 0 THEN
            RAISE EXCEPTION 'account % has history', OLD.code USING ERRCODE = '23L03';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.version <> OLD.version OR NEW.balance <> OLD.balance THEN
        -- The steps on the way were checked by the trigger of the legs; here only the last one counts.
        PERFORM 1 FROM ledger_leg l
          WHERE l.account_id = OLD.id AND l.account_version = NEW.version AND NEW.version > OLD.version
            AND l.balance_after = NEW.balance;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the balance of account % moves with a leg only', OLD.code USING ERRCODE = '23L04';
        ELSIF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'account % is closed', OLD.code USING ERRCODE = '23L07';
        ELSIF NEW.balance < NEW.floor THEN
            RAISE EXCEPTION 'account % would fall to %', OLD.code, NEW.balance USING ERRCODE = '23L05';
        ELSIF NEW.balance > NEW.ceiling THEN
            RAISE EXCEPTION 'account % would rise to %', OLD.code, NEW.balance USING ERRCODE = '23L06';
        END IF;
    END IF;
    IF OLD.version > 0 AND (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)
       IS DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) THEN
        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER ledger_transaction_land ON ledger_transaction;
CREATE OR REPLACE FUNCTION ledger_transactions_land() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- First the lock, then a statement of its own: it sees what the closer did meanwhile.
    IF pg_advisory_xact_lock_shared(%(lock)s, hashtext(NEW.book)) IS NULL THEN
        RETURN NULL;  -- never: a lock is had or waited for
    END IF;
    PERFORM 1 FROM ledger_period p
      WHERE p.id = NEW.period_id AND p.book = NEW.book AND p.dates @> NEW.business_date AND p.closed_at IS NULL
        AND NOT EXISTS (SELECT FROM ledger_period q
                         WHERE q.book = NEW.book AND q.closed_at IS NOT NULL AND lower(q.dates) > NEW.business_date);
    IF NOT FOUND OR NEW.xid <> pg_current_xact_id() THEN
        RAISE EXCEPTION 'no open period of % takes an entry of %', NEW.book, NEW.business_date
            USING ERRCODE = '23L08';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_transaction_land AFTER INSERT ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_transactions_land();

CREATE OR REPLACE FUNCTION ledger_legs_land() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    given bigint;
    landed bigint := 0;
    moved bigint;
    bad record;
BEGIN
    -- Each pass lands the next step of each account; mostly the first lands all. What is nobody's next step never lands.
    LOOP
        WITH moved AS (
            UPDATE ledger_account a
               SET balance = l.balance_after, version = l.account_version, updated_at = now()
              FROM new_rows l JOIN ledger_transaction t ON t.id = l.transaction_id
             WHERE a.id = l.account_id AND a.version = l.account_version - 1
               AND a.balance + a.side * l.amount = l.balance_after AND a.book = t.book
               AND t.xid = pg_current_xact_id() AND l.leg_no BETWEEN 1 AND t.leg_count
               AND (SELECT count(*) FROM new_rows) <= 8
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM moved), count(*) INTO moved, given FROM new_rows;
        landed := landed + moved;
        IF landed = given THEN
            RETURN NULL;
        END IF;
        EXIT WHEN moved = 0;
    END LOOP;

    IF given <= 8 THEN
        SELECT bool_or(t.id IS NULL OR t.xid <> pg_current_xact_id() OR l.leg_no < 1 OR l.leg_no > t.leg_count) AS sealed,
               bool_or(a.id IS NULL) AS missing, min(a.code) FILTER (WHERE a.book <> t.book) AS elsewhere,
               min(a.code) AS code INTO bad
          FROM new_rows l LEFT JOIN ledger_transaction t ON t.id = l.transaction_id
          LEFT JOIN ledger_account a ON a.id = l.account_id;
        IF bad.sealed THEN
            RAISE EXCEPTION 'a posted transaction takes no more legs' USING ERRCODE = '23L02';
        ELSIF bad.missing THEN
            RAISE EXCEPTION 'no such account' USING ERRCODE = '23L11';
        ELSIF bad.elsewhere IS NOT NULL THEN
            RAISE EXCEPTION 'account % is in another book', bad.elsewhere USING ERRCODE = '23L12';
        END IF;
        RAISE EXCEPTION 'account % is not at that step', bad.code USING ERRCODE = '23L11';
    END IF;

    -- Many, as in 0002.
%(set_by_set)s
CREATE OR REPLACE FUNCTION ledger_post(
    p_uid uuid, p_book text, p_kind text, p_date date, p_posted_at timestamptz, p_scope text, p_key text,
    p_hash bytea, p_memo text, p_reverses bigint, p_maker bigint, p_checker bigint,
    p_accounts bigint[], p_amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    period bigint;
    new_id bigint;
    known bytea;
    leg bigint;
    total numeric := 0;
    written bigint;
    one bigint := p_accounts[1];
    other bigint := p_accounts[2];
    one_side smallint;
    one_balance bigint;
    one_version bigint;
    other_side smallint;
    other_balance bigint;
    other_version bigint;
BEGIN
    -- By itself: within the INSERT it would be planned anew for each entry.
    SELECT id INTO period FROM ledger_period WHERE book = p_book AND dates @> p_date;
    IF period IS NULL THEN
        period := ledger_period_of(p_book, p_date);
    END IF;
    INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,
                                    idem_key, request_hash, memo, reverses_id, maker_id, checker_id)
    VALUES (p_uid, p_book, p_kind, p_date, p_posted_at,
            period, cardinality(p_accounts), p_scope, p_key, p_hash, p_memo, p_reverses, p_maker, p_checker)
    ON CONFLICT (idem_scope, idem_key) DO NOTHING RETURNING id INTO new_id;
    IF new_id IS NULL THEN
        SELECT id, request_hash INTO new_id, known FROM ledger_transaction
         WHERE idem_scope = p_scope AND idem_key = p_key;
        IF known IS DISTINCT FROM p_hash THEN
            RAISE EXCEPTION 'key % was used for another request', p_key USING ERRCODE = '23L09';
        END IF;
        RETURN new_id;
    END IF;
    -- Said here for a good error; what decides is the proof at commit.
    FOREACH leg IN ARRAY p_amounts LOOP
        total := total + leg;
    END LOOP;
    IF total <> 0 THEN
        RAISE EXCEPTION 'transaction % sums to %', p_uid, total USING ERRCODE = '23L01';
    END IF;

    IF cardinality(p_accounts) = 2 AND one <> other THEN
        IF one < other THEN
            SELECT side, balance, version INTO one_side, one_balance, one_version
              FROM ledger_account WHERE id = one FOR NO KEY UPDATE;
            SELECT side, balance, version INTO other_side, other_balance, other_version
              FROM ledger_account WHERE id = other FOR NO KEY UPDATE;
        ELSE
            SELECT side, balance, version INTO other_side, other_balance, other_version
              FROM ledger_account WHERE id = other FOR NO KEY UPDATE;
            SELECT side, balance, version INTO one_side, one_balance, one_version
              FROM ledger_account WHERE id = one FOR NO KEY UPDATE;
        END IF;
        IF one_side IS NULL OR other_side IS NULL THEN
            RAISE EXCEPTION 'no such account' USING ERRCODE = '23L11';
        END IF;
        INSERT INTO ledger_leg (transaction_id, leg_no, account_id, amount, balance_after, account_version)
        VALUES (new_id, 1, one, p_amounts[1], one_balance + one_side * p_amounts[1], one_version + 1),
               (new_id, 2, other, p_amounts[2], other_balance + other_side * p_amounts[2], other_version + 1);
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

CREATE FUNCTION ledger_try_post(
    p_uid uuid, p_book text, p_kind text, p_date date, p_posted_at timestamptz, p_scope text, p_key text,
    p_hash bytea, p_memo text, p_reverses bigint, p_maker bigint, p_checker bigint,
    p_accounts bigint[], p_amounts bigint[], OUT entry bigint, OUT state text, OUT rule text, OUT message text
) LANGUAGE plpgsql AS $$
BEGIN
    entry := ledger_post(p_uid, p_book, p_kind, p_date, p_posted_at, p_scope, p_key, p_hash, p_memo, p_reverses, p_maker,
                         p_checker, p_accounts, p_amounts);
EXCEPTION WHEN integrity_constraint_violation THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME, message = MESSAGE_TEXT;
END $$;
"""


# With the rights of the owner, and looking for tables in this schema first (0004).
HANDS = """
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


def before(text: str, name: str) -> str:
    """The function as an earlier migration made it."""
    found = re.search(rf"CREATE (?:OR REPLACE )?FUNCTION ({name}\(.*?END \$\$;)", text, re.DOTALL)
    assert found is not None
    return f"CREATE OR REPLACE FUNCTION {found[1]}"


LEGS = before(GUARDS.FORWARD, "ledger_legs_land")
# What is done with many legs, from the first check to the end.
FORWARD = FORWARD.replace("%(set_by_set)s", LEGS.split("BEGIN", 1)[1]).replace("%(lock)s", str(GUARDS.PERIOD_LOCK)) + HANDS
BACKWARD = "\n".join(
    [
        "DROP TRIGGER ledger_transaction_land ON ledger_transaction;",
        "DROP FUNCTION ledger_try_post(uuid, text, text, date, timestamptz, text, text, bytea, text, bigint, bigint,"
        " bigint, bigint[], bigint[]);",
        before(TRICKS.FORWARD, "ledger_guard_account"),
        before(MONTHS.FORWARD, "ledger_transactions_land"),
        LEGS,
        before(GUARDS.FORWARD, "ledger_post"),
        "CREATE TRIGGER ledger_transaction_land AFTER INSERT ON ledger_transaction",
        "    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_transactions_land();",
        HANDS,
    ]
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_months_close_in_order")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
