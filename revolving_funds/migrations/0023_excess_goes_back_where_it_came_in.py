from django.db import migrations

# Of what is kept in an account for a borrower: how much came in at a bank, less what went back there. A debit account's amounts
# are above zero, so what is kept (a liability) counts the other way round.
KEPT_AT = """
CREATE FUNCTION revolving_funds_kept_at(kept bigint, at_bank bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(-sum(mine.amount), 0)::bigint FROM ledger_leg mine
     WHERE mine.account_id = kept AND EXISTS (
        SELECT FROM ledger_leg other JOIN revolving_funds_pool p ON p.available_id = other.account_id
          JOIN revolving_funds_agreement g ON g.id = p.agreement_id
         WHERE other.transaction_id = mine.transaction_id AND g.bank_id = at_bank)
$$;
CREATE FUNCTION revolving_funds_excess_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- The entry holds the accounts of its legs, so nobody else takes from the same borrower's money at this moment.
    IF EXISTS (
        SELECT FROM ledger_leg mine JOIN ledger_account a ON a.id = mine.account_id AND starts_with(a.code, 'excess/')
          JOIN ledger_leg other ON other.transaction_id = mine.transaction_id
          JOIN revolving_funds_pool p ON p.available_id = other.account_id
          JOIN revolving_funds_agreement g ON g.id = p.agreement_id
         WHERE mine.transaction_id = NEW.id AND mine.amount > 0
           AND revolving_funds_kept_at(mine.account_id, g.bank_id) < 0
    ) THEN
        RAISE EXCEPTION 'What was paid too much goes back at the bank where it came in.'
            USING ERRCODE = '23L05', CONSTRAINT = 'fund_excess_goes_back_where_it_came_in';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fund_excess_goes_back_where_it_came_in AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind IN ('REFUNDED', 'REVERSAL'))
    EXECUTE FUNCTION revolving_funds_excess_stays();
"""
UNDONE = """
DROP TRIGGER fund_excess_goes_back_where_it_came_in ON ledger_transaction;
DROP FUNCTION revolving_funds_excess_stays();
DROP FUNCTION revolving_funds_kept_at(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_guards_asked_once"),
        ("revolving_funds", "0022_payments_in_one_call"),
    ]

    operations = [migrations.RunSQL(KEPT_AT, UNDONE)]
