"""A letter that the server itself writes within a call of its own, and the rules of a message asked with less work.

- `notifications_tell` is what `outbox.queue` does with one letter, for functions of the database that write it beside what
  it tells of. A test holds both against each other.
- The CHECKs of a message were read and planned anew for each row that is written. Their trigger asks the same, under the same
  names; the models go on naming them.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION notifications_tell(
    p_kind text, p_channels text[], p_texts jsonb, p_mark text, p_subject text, p_site text, p_path text, p_now timestamptz,
    p_key text, p_name text, p_user bigint, p_phone text, p_email text, p_region text, p_language text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := coalesce(p_texts -> p_language, p_texts -> 'id');
    title text := replace(said ->> 0, p_mark, p_name);
    body text := replace(said ->> 1, p_mark, p_name);
    params jsonb := CASE WHEN strpos(said ->> 1, p_mark) > 0 THEN jsonb_build_object('name', p_name) ELSE '{}' END;
    told bigint;
BEGIN
    INSERT INTO notifications_message (uid, created_at, updated_at, user_id, recipient_key, recipient_name, address,
                                       region_code, kind, subject_key, channel, title, body, url, status, attempts,
                                       next_try_at, sent_at, gateway_id, error, language, urgent, params, secret)
    SELECT gen_random_uuid(), p_now, p_now, p_user, p_key, p_name, c.address, p_region, p_kind, p_subject, c.channel, title,
           body, CASE WHEN c.channel = 'APP' THEN p_path ELSE p_site || p_path END,
           CASE WHEN c.channel = 'APP' THEN 'SENT' ELSE 'QUEUED' END, 0, p_now,
           CASE WHEN c.channel = 'APP' THEN p_now END, '', '', p_language, false, params, ''
      FROM (VALUES ('APP', p_user::text), ('WHATSAPP', p_phone), ('EMAIL', p_email)) AS c (channel, address)
     WHERE c.address <> '' AND c.channel = ANY (p_channels)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS told = ROW_COUNT;
    RETURN told;
END $$;

ALTER TABLE notifications_message
    DROP CONSTRAINT message_sent_has_time, DROP CONSTRAINT message_status_known, DROP CONSTRAINT message_sending_has_claim,
    DROP CONSTRAINT notifications_message_attempts_check;
CREATE FUNCTION notifications_check_message() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    IF NEW.status NOT IN ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN') THEN
        wrong := 'message_status_known';
    ELSIF NEW.status = 'SENT' AND NEW.sent_at IS NULL THEN
        wrong := 'message_sent_has_time';
    ELSIF NEW.status = 'SENDING' AND (NEW.claim IS NULL OR NEW.claimed_at IS NULL) THEN
        wrong := 'message_sending_has_claim';
    ELSIF NEW.attempts < 0 THEN
        wrong := 'notifications_message_attempts_check';
    ELSE
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'new row for relation "%" violates check constraint "%"', TG_TABLE_NAME, wrong
        USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER notifications_message_checked AFTER INSERT OR UPDATE ON notifications_message
    FOR EACH ROW EXECUTE FUNCTION notifications_check_message();
"""
BACKWARD = """
DROP TRIGGER notifications_message_checked ON notifications_message;
DROP FUNCTION notifications_check_message();
ALTER TABLE notifications_message
    ADD CONSTRAINT message_sent_has_time CHECK (NOT status = 'SENT' OR sent_at IS NOT NULL),
    ADD CONSTRAINT message_status_known CHECK (status IN ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN')),
    ADD CONSTRAINT message_sending_has_claim CHECK (NOT status = 'SENDING' OR claim IS NOT NULL AND claimed_at IS NOT NULL),
    ADD CONSTRAINT notifications_message_attempts_check CHECK (attempts >= 0);
DROP FUNCTION notifications_tell(text, text[], jsonb, text, text, text, text, timestamptz, text, text, bigint, text, text,
                                 text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_sending")]

    # The models keep naming the constraints: only the database asks them in another way.
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
