"""Two tricks that went past the guards, shut: tables of the same name, and a trigger of one's own.

1. A session's temporary table hides the real one of that name from an unqualified query, so a proof could be made to
   read somebody's invention. The guards now look for tables in this schema first and among temporary ones last.
2. A balance moved "from within a trigger" was believed, whoever's trigger it was. Now it moves only to where a leg says
   it stands: the step after the present one, with that leg's balance. Legs are never changed, so there is no other way.

The function of the legs works with the rights of its owner: the role of the web processes needs no right to balances.
"""

from django.db import migrations

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
    IF (NEW.balance, NEW.version) IS DISTINCT FROM (OLD.balance, OLD.version) THEN
        -- The steps on the way were checked by the trigger of the legs; here only the last one counts.
        PERFORM 1 FROM ledger_leg l
          WHERE l.account_id = OLD.id AND l.account_version = NEW.version AND NEW.version > OLD.version
            AND l.balance_after = NEW.balance;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the balance of account % moves with a leg only', OLD.code USING ERRCODE = '23L04';
        END IF;
    END IF;
    IF (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)
       IS DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) AND OLD.version > 0 THEN
        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION ledger_legs_land() SECURITY DEFINER;
DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_guard_account', 'ledger_transactions_land', 'ledger_legs_land',
                                 'ledger_prove_transaction'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
"""

BACKWARD = """
ALTER FUNCTION ledger_legs_land() SECURITY INVOKER;
ALTER FUNCTION ledger_legs_land() RESET search_path;
ALTER FUNCTION ledger_transactions_land() RESET search_path;
ALTER FUNCTION ledger_prove_transaction() RESET search_path;
ALTER FUNCTION ledger_guard_account() RESET search_path;
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
    IF (NEW.balance, NEW.version) IS DISTINCT FROM (OLD.balance, OLD.version) AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the balance of account % moves with a leg only', OLD.code USING ERRCODE = '23L04';
    END IF;
    IF (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)
       IS DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) AND OLD.version > 0 THEN
        RAISE EXCEPTION 'account % has history and keeps its nature', OLD.code USING ERRCODE = '23L03';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_day_seals")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
