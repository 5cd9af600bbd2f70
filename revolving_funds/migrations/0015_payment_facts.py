"""What a payment is judged by, in one round trip: the loan locked first, then what is true once the lock is there."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION revolving_funds_payment_facts(
    p_loan bigint, p_request uuid, p_day date, OUT next_id bigint, OUT status text, OUT disbursed_on date, OUT number text,
    OUT village_id text, OUT account_id bigint, OUT available_id bigint, OUT left_over bigint, OUT last_sequence int,
    OUT is_known boolean, OUT is_closed boolean, OUT person_id bigint, OUT full_name text, OUT phone text, OUT email text,
    OUT person_village_id text, OUT user_id bigint, OUT user_phone text, OUT user_email text, OUT user_language text
) LANGUAGE plpgsql AS $$
DECLARE
    pool bigint;
BEGIN
    SELECT l.status, l.disbursed_on, l.number, l.village_id, l.account_id, l.pool_id, l.person_id
      INTO status, disbursed_on, number, village_id, account_id, pool, person_id
      FROM revolving_funds_loan l WHERE l.id = p_loan FOR NO KEY UPDATE;
    SELECT a.balance INTO left_over FROM ledger_account a WHERE a.id = account_id;
    SELECT o.available_id INTO available_id FROM revolving_funds_pool o WHERE o.id = pool;
    SELECT r.sequence INTO last_sequence FROM revolving_funds_repayment r
      WHERE r.loan_id = p_loan ORDER BY r.sequence DESC LIMIT 1;
    is_known := EXISTS (SELECT FROM revolving_funds_repayment r WHERE r.request_uid = p_request);
    -- The month cannot be closed any more between this look and the entry.
    PERFORM pg_advisory_xact_lock_shared(7421, hashtext(left(village_id, 5)));
    is_closed := EXISTS (SELECT FROM ledger_period p WHERE p.book = left(village_id, 5)
                            AND p.closed_at IS NOT NULL AND upper(p.dates) > p_day);
    SELECT p.full_name, p.phone, p.email, p.village_id, p.user_id
      INTO full_name, phone, email, person_village_id, user_id FROM members_person p WHERE p.id = person_id;
    SELECT u.phone, u.email, u.language INTO user_phone, user_email, user_language
      FROM accounts_user u WHERE u.id = user_id;
    next_id := nextval(pg_get_serial_sequence('revolving_funds_repayment', 'id'));
END $$;
"""
BACKWARD = "DROP FUNCTION revolving_funds_payment_facts(bigint, uuid, date)"


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0014_agreements_that_no_longer_hold"), ("ledger", "0006_posting_in_few_steps")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
