"""The common payment in one call: judged under the lock of the loan and written, or nothing done and nothing said.

- `revolving_funds_pay` takes an instalment of a running loan that leaves something to pay. Whatever else it is, also what the
  book or a constraint refuses, is left to `repayments.record`, which knows every case and says why. The accounts of the pool
  and the number of the receipt, where all payments of an office meet, come last.
- By itself (`p_alone`) it ends without waiting for the disk, so that the next one need not wait for it either; the caller
  then waits, before anybody hears of the payment (`foundation/common/batch.py`).
- The CHECKs of a payment and of a receipt number were read and planned anew for each row. Triggers ask the same, under the
  same names; the models go on naming them.
"""

from importlib import import_module

from django.db import migrations

from foundation.common.together import together

FACTS = import_module("revolving_funds.migrations.0015_payment_facts")

PAY = """
CREATE FUNCTION revolving_funds_pay(
    p_loan bigint, p_amount bigint, p_paid_on date, p_on date, p_request uuid, p_uid uuid, p_by bigint, p_now timestamptz,
    p_reference text, p_trace text, p_alone boolean, p_object_kind text, p_kind text, p_channels text[], p_texts jsonb,
    p_mark text, p_site text, p_path text, p_no_uid text,
    OUT payment bigint, OUT entry bigint, OUT serial int, OUT number smallint, OUT borrower bigint, OUT told bigint,
    OUT unsynced boolean
) LANGUAGE plpgsql AS $$
DECLARE
    status text;
    since date;
    label text;
    village text;
    owed bigint;
    pool bigint;
    whose bigint;
    free bigint;
    rest bigint;
    last smallint;
    is_known boolean;
    name text;
    phone text;
    email text;
    home text;
    user_phone text;
    user_email text;
    language text := 'id';
    office text;
    year_of int := extract(year FROM p_on);
    day text := to_char(p_paid_on, 'YYYY-MM-DD');
BEGIN
    SELECT l.status, l.disbursed_on, l.number, l.village_id, l.account_id, l.pool_id, l.person_id
      INTO status, since, label, village, owed, pool, whose FROM revolving_funds_loan l WHERE l.id = p_loan FOR NO KEY UPDATE;
    IF status IS DISTINCT FROM 'OPEN' OR p_amount <= 0 OR p_paid_on < since OR p_paid_on > p_on THEN
        RETURN;
    END IF;
    -- Once the lock is there: what other payments left.
    SELECT a.balance INTO rest FROM ledger_account a WHERE a.id = owed;
    SELECT r.sequence INTO last FROM revolving_funds_repayment r WHERE r.loan_id = p_loan ORDER BY r.sequence DESC LIMIT 1;
    SELECT true INTO is_known FROM revolving_funds_repayment r WHERE r.request_uid = p_request;
    SELECT o.available_id INTO free FROM revolving_funds_pool o WHERE o.id = pool;
    SELECT p.full_name, p.phone, p.email, p.village_id, p.user_id INTO name, phone, email, home, borrower
      FROM members_person p WHERE p.id = whose;
    IF is_known OR p_amount >= rest OR borrower = p_by THEN
        borrower := NULL;
        RETURN;
    END IF;
    IF borrower IS NOT NULL THEN
        SELECT u.phone, u.email, u.language INTO user_phone, user_email, language FROM accounts_user u WHERE u.id = borrower;
    END IF;
    payment := nextval('revolving_funds_repayment_id_seq');
    number := coalesce(last, 0) + 1;
    office := left(village, 5);

    INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
    VALUES (p_now, 'loan.repaid', p_by, p_object_kind, p_loan, label, village, p_trace,
            jsonb_build_object('amount', p_amount, 'excess', 0, 'paid_on', day));
    told := notifications_tell(
        p_kind, p_channels, p_texts, p_mark, 'repayment:' || payment, p_site, replace(p_path, p_no_uid, p_uid::text), p_now,
        'person:' || whose, name, borrower, coalesce(nullif(user_phone, ''), phone), coalesce(nullif(user_email, ''), email),
        home, language);
    entry := ledger_post(
        gen_random_uuid(), office, 'REPAID', p_paid_on, p_now, 'loan.repay', p_request::text,
        -- As `foundation.ledger.entries.fingerprint` makes it.
        sha256(convert_to(format('["%s","REPAID","%s",null,[[%s,%s],[%s,%s]]]', office, day, free, p_amount, owed, -p_amount),
                          'UTF8')),
        p_reference, NULL, p_by, NULL, ARRAY[free, owed], ARRAY[p_amount, -p_amount]);
    UPDATE revolving_funds_receiptserial s SET last = s.last + 1 WHERE s.office_code = office AND s.year = year_of
     RETURNING s.last INTO serial;
    IF serial IS NULL THEN
        INSERT INTO revolving_funds_receiptserial AS s (office_code, year, last) VALUES (office, year_of, 1)
        ON CONFLICT (office_code, year) DO UPDATE SET last = s.last + 1 RETURNING s.last INTO serial;
    END IF;
    INSERT INTO revolving_funds_repayment (id, uid, created_at, updated_at, loan_id, sequence, request_uid, transaction_id,
                                           paid_on, booked_on, amount, excess, reference, office_code, receipt_year,
                                           receipt_serial, recorded_by_id, borrower_id)
    VALUES (payment, p_uid, p_now, p_now, p_loan, number, p_request, entry, p_paid_on, p_paid_on, p_amount, 0, p_reference,
            office, year_of, serial, p_by, borrower);
    unsynced := p_alone AND current_setting('synchronous_commit') <> 'off';
    IF unsynced THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END $$;
"""
CHECKS = """
ALTER TABLE revolving_funds_repayment
    DROP CONSTRAINT repayment_amount_positive, DROP CONSTRAINT repayment_booked_after_paid,
    DROP CONSTRAINT repayment_recorded_by_not_borrower, DROP CONSTRAINT repayment_reversal_whole,
    DROP CONSTRAINT repayment_reversed_by_not_borrower, DROP CONSTRAINT repayment_reversed_by_not_recorded_by,
    DROP CONSTRAINT revolving_funds_repayment_sequence_check,
    DROP CONSTRAINT revolving_funds_repayment_receipt_year_check,
    DROP CONSTRAINT revolving_funds_repayment_receipt_serial_check;
CREATE FUNCTION revolving_funds_check_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    IF NEW.excess < 0 OR NEW.amount <= NEW.excess THEN
        wrong := 'repayment_amount_positive';
    ELSIF NEW.booked_on < NEW.paid_on THEN
        wrong := 'repayment_booked_after_paid';
    ELSIF NEW.recorded_by_id = NEW.borrower_id THEN
        wrong := 'repayment_recorded_by_not_borrower';
    ELSIF NEW.sequence < 0 THEN
        wrong := 'revolving_funds_repayment_sequence_check';
    ELSIF NEW.receipt_year < 0 THEN
        wrong := 'revolving_funds_repayment_receipt_year_check';
    ELSIF NEW.receipt_serial < 0 THEN
        wrong := 'revolving_funds_repayment_receipt_serial_check';
    ELSIF NEW.reversal_id IS NULL AND NEW.reversed_on IS NULL AND NEW.reversed_by_id IS NULL AND NEW.reverse_reason = '' THEN
        RETURN NULL;
    ELSIF NEW.reversed_by_id = NEW.borrower_id THEN
        wrong := 'repayment_reversed_by_not_borrower';
    ELSIF NEW.reversed_by_id = NEW.recorded_by_id THEN
        wrong := 'repayment_reversed_by_not_recorded_by';
    ELSIF NEW.reversal_id IS NULL OR NEW.reversed_on IS NULL OR NEW.reversed_on < NEW.booked_on
       OR NEW.reversed_by_id IS NULL OR NEW.reverse_reason = '' THEN
        wrong := 'repayment_reversal_whole';
    ELSE
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'new row for relation "%" violates check constraint "%"', TG_TABLE_NAME, wrong
        USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER revolving_funds_repayment_checked AFTER INSERT OR UPDATE ON revolving_funds_repayment
    FOR EACH ROW EXECUTE FUNCTION revolving_funds_check_repayment();
"""
NO_CHECKS = """
DROP TRIGGER revolving_funds_repayment_checked ON revolving_funds_repayment;
DROP FUNCTION revolving_funds_check_repayment();
ALTER TABLE revolving_funds_repayment
    ADD CONSTRAINT repayment_amount_positive CHECK (amount > excess AND excess >= 0),
    ADD CONSTRAINT repayment_booked_after_paid CHECK (booked_on >= paid_on),
    ADD CONSTRAINT repayment_recorded_by_not_borrower CHECK (NOT recorded_by_id = borrower_id),
    ADD CONSTRAINT repayment_reversed_by_not_borrower CHECK (NOT reversed_by_id = borrower_id),
    ADD CONSTRAINT repayment_reversed_by_not_recorded_by CHECK (NOT reversed_by_id = recorded_by_id),
    ADD CONSTRAINT repayment_reversal_whole CHECK (
        reversal_id IS NULL AND reversed_by_id IS NULL AND reversed_on IS NULL AND reverse_reason = ''
        OR reversal_id IS NOT NULL AND reversed_by_id IS NOT NULL AND reversed_on >= booked_on AND NOT reverse_reason = ''),
    ADD CONSTRAINT revolving_funds_repayment_sequence_check CHECK (sequence >= 0),
    ADD CONSTRAINT revolving_funds_repayment_receipt_year_check CHECK (receipt_year >= 0),
    ADD CONSTRAINT revolving_funds_repayment_receipt_serial_check CHECK (receipt_serial >= 0);
"""
NO_PAY = """
DROP FUNCTION revolving_funds_pay(bigint, bigint, date, date, uuid, uuid, bigint, timestamptz, text, text, boolean, text,
                                  text, text[], jsonb, text, text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("revolving_funds", "0021_appeals"),
        ("ledger", "0008_guards_asked_once"),
        ("notifications", "0003_told_by_the_server"),
        ("audit", "0001_initial"),
        ("members", "0001_initial"),
    ]

    operations = together([
        migrations.RunSQL(FACTS.BACKWARD, FACTS.FORWARD),
        migrations.RunSQL(PAY, NO_PAY),
        # The models keep naming the constraints: only the database asks them in another way.
        migrations.RunSQL(CHECKS, NO_CHECKS),
    ])
