"""What keeps the book true, in the database itself: no shell, import or bug can get past it.

SQLSTATEs of class 23 (integrity), so that Django raises IntegrityError; foundation.ledger.errors reads them:
23L01 not balanced   23L02 sealed          23L03 append-only      23L04 balance set by hand
23L05 under floor    23L06 over ceiling    23L07 account closed   23L08 period
23L09 key reused     23L10 bad reversal    23L11 wrong sequence   23L12 another office's book
"""

from django.db import migrations

# The number space of our advisory locks: (PERIOD_LOCK, period id).
PERIOD_LOCK = 7421

FORWARD = """
ALTER TABLE ledger_account SET (fillfactor = 70);

-- 1. Nothing that is posted is changed, removed or emptied.
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = '23L03', HINT = 'Correct it by a reversal and a new entry.';
END $$;
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_leg_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leg
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_account_append_only BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_period_append_only BEFORE TRUNCATE ON ledger_period
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

-- 2. An account starts empty; its balance moves with a leg only; what it is does not change once used.
CREATE FUNCTION ledger_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
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
    -- Depth 1 is this trigger itself, called by a plain UPDATE; from the trigger of the legs it is 2.
    IF (NEW.balance, NEW.version) IS DISTINCT FROM (OLD.balance, OLD.version) AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the balance of account % moves with a leg only', OLD.code USING ERRCODE = '23L04';
    END IF;
    IF (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)
       IS DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) AND OLD.version > 0 THEN
        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_account();

-- 3. Closing a period waits for the postings under way and keeps the later ones out. An advisory lock, not a
--    row lock: with row locks a busy book starves the closer.
CREATE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'period % of % is closed', OLD.dates, OLD.book USING ERRCODE = '23L08';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.closed_at IS NOT NULL OR (NEW.id, NEW.book, NEW.dates) IS DISTINCT FROM (OLD.id, OLD.book, OLD.dates) THEN
        RAISE EXCEPTION 'period % of % stays as it is', OLD.dates, OLD.book USING ERRCODE = '23L08';
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(%(lock)s, OLD.id::int);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_period_guard BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_period();

-- 4. A transaction stands in an open period of its own office, and says truly when it was written.
CREATE FUNCTION ledger_transactions_land() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bad record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(%(lock)s, p.period_id::int)
       FROM (SELECT DISTINCT period_id FROM new_rows ORDER BY period_id) p;
    SELECT t.book, t.business_date, t.xid INTO bad
      FROM new_rows t LEFT JOIN ledger_period p ON p.id = t.period_id
     WHERE p.id IS NULL OR p.book <> t.book OR NOT p.dates @> t.business_date OR p.closed_at IS NOT NULL
        OR t.xid <> pg_current_xact_id()
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no open period of % takes an entry of %', bad.book, bad.business_date
            USING ERRCODE = '23L08';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_transaction_land AFTER INSERT ON ledger_transaction
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_transactions_land();

-- 5. Legs land: only in a transaction written by this same database transaction and only under a free number of
--    it; in the account's own order without a gap; never under the floor or over the ceiling, at no step.
--    One statement, one lock per account, in the order of their ids: 2 legs or 200,000 alike, and no deadlock.
CREATE FUNCTION ledger_legs_land() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    bad record;
BEGIN
    PERFORM 1 FROM new_rows l LEFT JOIN ledger_transaction t ON t.id = l.transaction_id
      WHERE t.id IS NULL OR t.xid <> pg_current_xact_id() OR l.leg_no < 1 OR l.leg_no > t.leg_count LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a posted transaction takes no more legs' USING ERRCODE = '23L02';
    END IF;

    PERFORM 1 FROM ledger_account a WHERE a.id IN (SELECT l.account_id FROM new_rows l)
      ORDER BY a.id FOR NO KEY UPDATE;

    SELECT q.* INTO bad FROM (
        SELECT l.account_version, l.balance_after, a.code, a.floor, a.ceiling, a.closed_at, a.book,
               t.book AS transaction_book,
               a.version + row_number() OVER w AS due_version,
               a.balance + a.side * sum(l.amount) OVER w AS due_balance
          FROM new_rows l
          JOIN ledger_transaction t ON t.id = l.transaction_id
          LEFT JOIN ledger_account a ON a.id = l.account_id
        WINDOW w AS (PARTITION BY l.account_id ORDER BY l.account_version ROWS UNBOUNDED PRECEDING)
    ) q
    WHERE q.code IS NULL OR q.book <> q.transaction_book OR q.closed_at IS NOT NULL
       OR q.due_version <> q.account_version OR q.due_balance <> q.balance_after
       OR q.balance_after < q.floor OR q.balance_after > q.ceiling
    LIMIT 1;
    IF FOUND THEN
        IF bad.code IS NULL THEN
            RAISE EXCEPTION 'no such account' USING ERRCODE = '23L11';
        ELSIF bad.book <> bad.transaction_book THEN
            RAISE EXCEPTION 'account % is in another book', bad.code USING ERRCODE = '23L12';
        ELSIF bad.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'account % is closed', bad.code USING ERRCODE = '23L07';
        ELSIF bad.due_version <> bad.account_version OR bad.due_balance <> bad.balance_after THEN
            RAISE EXCEPTION 'account % is not at that step', bad.code USING ERRCODE = '23L11';
        ELSIF bad.balance_after < bad.floor THEN
            RAISE EXCEPTION 'account % would fall to %', bad.code, bad.balance_after USING ERRCODE = '23L05';
        END IF;
        RAISE EXCEPTION 'account % would rise to %', bad.code, bad.balance_after USING ERRCODE = '23L06';
    END IF;

    UPDATE ledger_account a
       SET balance = a.balance + a.side * s.total, version = a.version + s.legs, updated_at = now()
      FROM (SELECT account_id, sum(amount)::bigint AS total, count(*) AS legs FROM new_rows GROUP BY account_id) s
     WHERE a.id = s.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_leg_land AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_legs_land();

-- 6. At commit (or earlier, by SET CONSTRAINTS) each transaction is proven: all its legs, sum zero; a reversal is
--    the exact mirror of what it reverses. On the transaction, not on the leg: so an empty one is found as well.
CREATE FUNCTION ledger_prove_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    legs bigint;
    total numeric;
    mirrored record;
BEGIN
    SELECT count(*), coalesce(sum(amount), 0) INTO legs, total FROM ledger_leg WHERE transaction_id = NEW.id;
    IF legs <> NEW.leg_count OR total <> 0 THEN
        RAISE EXCEPTION 'transaction % has % of % legs and sums to %', NEW.uid, legs, NEW.leg_count, total
            USING ERRCODE = '23L01';
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT t.leg_count, t.reverses_id, t.book INTO mirrored FROM ledger_transaction t WHERE t.id = NEW.reverses_id;
        IF mirrored.reverses_id IS NOT NULL OR mirrored.leg_count <> NEW.leg_count OR mirrored.book <> NEW.book
           OR EXISTS (
            SELECT account_id, -amount FROM ledger_leg WHERE transaction_id = NEW.reverses_id
            EXCEPT ALL
            SELECT account_id, amount FROM ledger_leg WHERE transaction_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'transaction % is no mirror of what it reverses', NEW.uid USING ERRCODE = '23L10';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transaction_proven AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_prove_transaction();

-- 7. The period of a day; its month is opened when the first entry comes.
CREATE FUNCTION ledger_period_of(p_book text, p_date date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_id bigint;
    month_start date := date_trunc('month', p_date)::date;
BEGIN
    SELECT id INTO found_id FROM ledger_period WHERE book = p_book AND dates @> p_date;
    IF found_id IS NULL THEN
        INSERT INTO ledger_period (book, dates)
        VALUES (p_book, daterange(month_start, (month_start + interval '1 month')::date))
        ON CONFLICT DO NOTHING;
        SELECT id INTO found_id FROM ledger_period WHERE book = p_book AND dates @> p_date;
    END IF;
    RETURN found_id;
END $$;

-- 8. One posting in one round trip. The same key and request again: the same transaction, and nothing written.
CREATE FUNCTION ledger_post(
    p_uid uuid, p_book text, p_kind text, p_date date, p_posted_at timestamptz, p_scope text, p_key text,
    p_hash bytea, p_memo text, p_reverses bigint, p_maker bigint, p_checker bigint,
    p_accounts bigint[], p_amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_id bigint;
    known bytea;
BEGIN
    INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,
                                    idem_key, request_hash, memo, reverses_id, maker_id, checker_id)
    VALUES (p_uid, p_book, p_kind, p_date, p_posted_at, ledger_period_of(p_book, p_date), cardinality(p_accounts),
            p_scope, p_key, p_hash, p_memo, p_reverses, p_maker, p_checker)
    ON CONFLICT (idem_scope, idem_key) DO NOTHING RETURNING id INTO new_id;
    IF new_id IS NULL THEN
        SELECT id, request_hash INTO new_id, known FROM ledger_transaction
         WHERE idem_scope = p_scope AND idem_key = p_key;
        IF known IS DISTINCT FROM p_hash THEN
            RAISE EXCEPTION 'key % was used for another request', p_key USING ERRCODE = '23L09';
        END IF;
        RETURN new_id;
    END IF;
    PERFORM 1 FROM ledger_account a WHERE a.id = ANY (p_accounts) ORDER BY a.id FOR NO KEY UPDATE;
    INSERT INTO ledger_leg (transaction_id, leg_no, account_id, amount, balance_after, account_version)
    SELECT new_id, l.n, a.id, l.amount,
           a.balance + a.side * sum(l.amount) OVER w, a.version + row_number() OVER w
      FROM unnest(p_accounts, p_amounts) WITH ORDINALITY AS l (account_id, amount, n)
      JOIN ledger_account a ON a.id = l.account_id
    WINDOW w AS (PARTITION BY a.id ORDER BY l.n ROWS UNBOUNDED PRECEDING);
    -- Prove it now, for a good error here rather than at commit; then leave the rule as it was for the next one.
    SET CONSTRAINTS ledger_transaction_proven IMMEDIATE;
    SET CONSTRAINTS ledger_transaction_proven DEFERRED;
    RETURN new_id;
END $$;
""".replace("%(lock)s", str(PERIOD_LOCK))

BACKWARD = """
DROP FUNCTION ledger_post(uuid, text, text, date, timestamptz, text, text, bytea, text, bigint, bigint, bigint,
                          bigint[], bigint[]);
DROP FUNCTION ledger_period_of(text, date);
DROP TRIGGER ledger_transaction_proven ON ledger_transaction;
DROP FUNCTION ledger_prove_transaction();
DROP TRIGGER ledger_leg_land ON ledger_leg;
DROP FUNCTION ledger_legs_land();
DROP TRIGGER ledger_transaction_land ON ledger_transaction;
DROP FUNCTION ledger_transactions_land();
DROP TRIGGER ledger_period_guard ON ledger_period;
DROP FUNCTION ledger_guard_period();
DROP TRIGGER ledger_account_guard ON ledger_account;
DROP FUNCTION ledger_guard_account();
DROP TRIGGER ledger_period_append_only ON ledger_period;
DROP TRIGGER ledger_account_append_only ON ledger_account;
DROP TRIGGER ledger_leg_append_only ON ledger_leg;
DROP TRIGGER ledger_transaction_append_only ON ledger_transaction;
DROP FUNCTION ledger_append_only();
ALTER TABLE ledger_account RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
