"""Nothing lands in a month that lies before a closed one, whether that month was ever opened or not.

Months are closed in their order, and the seals of their days form one chain. An entry of an earlier month that had none
so far came in behind the seals and broke the chain. The lock between postings and the close is now one for each office's
book: with one for each month, an earlier month could be opened while a later one was being closed.
"""

from django.db import migrations

# The number space of our advisory locks, as in 0002: now (PERIOD_LOCK, hash of the book).
PERIOD_LOCK = 7421

LAND = """
CREATE OR REPLACE FUNCTION ledger_transactions_land() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bad record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(%(lock)s, %(of_rows)s)
       FROM (SELECT DISTINCT %(what)s FROM new_rows ORDER BY 1) p;
    SELECT t.book, t.business_date, t.xid INTO bad
      FROM new_rows t LEFT JOIN ledger_period p ON p.id = t.period_id
     WHERE p.id IS NULL OR p.book <> t.book OR NOT p.dates @> t.business_date OR p.closed_at IS NOT NULL
        OR t.xid <> pg_current_xact_id()%(later)s
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no open period of % takes an entry of %', bad.book, bad.business_date
            USING ERRCODE = '23L08';
    END IF;
    RETURN NULL;
END $$;
"""
PERIOD = """
CREATE OR REPLACE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
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
        PERFORM pg_advisory_xact_lock(%(lock)s, %(of_old)s);%(order)s
    END IF;
    RETURN NEW;
END $$;
"""
# What was booked in the meantime counts, so this is asked once the lock is there.
ORDER = """
        PERFORM 1 FROM ledger_period p JOIN ledger_transaction t ON t.period_id = p.id
          WHERE p.book = OLD.book AND p.closed_at IS NULL AND p.dates << OLD.dates LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'a month before % of % is open', OLD.dates, OLD.book USING ERRCODE = '23L13';
        END IF;"""
LATER = """
        OR EXISTS (SELECT FROM ledger_period q
                    WHERE q.book = t.book AND q.closed_at IS NOT NULL AND lower(q.dates) > t.business_date)"""
PATH = """
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_transactions_land() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION ledger_guard_period() SET search_path = %I, pg_temp', current_schema());
END $$;
"""


def filled(text: str, **parts: str) -> str:
    for name, part in parts.items():
        text = text.replace(f"%({name})s", part)
    return text


NEW = {"of_rows": "hashtext(p.book)", "of_old": "hashtext(OLD.book)", "what": "book", "later": LATER, "order": ORDER}
OLD = {"of_rows": "p.period_id::int", "of_old": "OLD.id::int", "what": "period_id", "later": "", "order": ""}
FORWARD = filled(LAND + PERIOD, lock=str(PERIOD_LOCK), **NEW) + PATH
BACKWARD = filled(LAND + PERIOD, lock=str(PERIOD_LOCK), **OLD) + PATH


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_past_tricks")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
