"""A posting asks less of the server; what is refused stays refused.

- A period is never deleted any more, closed or open (it could be while it was empty). So the trigger of the entries, which
  finds the period, stands for the foreign key and the index under it: with them all postings of a month met in that one
  row. Where a month is asked for its entries, the index by office and day answers.
- The form of an account is asked when it is written, by its guard and under the same names: as CHECKs they were read and
  asked anew at each move of its balance. Version and balance were kept by the guard before.
- The period of a day is found by its first day; small tables are not read whole where an index answers.
- A posting looks for its key before it writes. Two at once: the second is refused by the unique key and asks again.
"""

import re
from importlib import import_module

import django.db.models.deletion
from django.core.validators import RegexValidator
from django.db import migrations, models

from foundation.common.together import together

GUARDS, MONTHS, STEPS = (
    import_module(f"foundation.ledger.migrations.{name}")
    for name in ("0002_guards", "0005_months_close_in_order", "0006_posting_in_few_steps")
)


def before(text: str, name: str) -> str:
    """The function as an earlier migration made it."""
    found = re.search(rf"CREATE (?:OR REPLACE )?FUNCTION ({name}\(.*?END \$\$;)", text, re.DOTALL)
    assert found is not None, name
    return f"CREATE OR REPLACE FUNCTION {found[1]}"


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


ACCOUNT, PERIOD, POST = (
    before(STEPS.FORWARD, "ledger_guard_account"),
    before(MONTHS.FORWARD, "ledger_guard_period"),
    before(STEPS.FORWARD, "ledger_post"),
)
NATURE = """
    IF NEW.code !~ '^[A-Za-z0-9][A-Za-z0-9._/-]*$' THEN
        wrong := 'ledger_account_code_form';
    ELSIF NEW.kind NOT IN ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE') THEN
        wrong := 'ledger_account_kind';
    ELSIF NEW.side NOT IN (1, -1) THEN
        wrong := 'ledger_account_side';
    ELSE
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'account % violates check constraint "%"', NEW.code, wrong
        USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = 'ledger_account';
END $$;"""
NEW_ACCOUNT = changed(
    ACCOUNT,
    ("AS $$\nBEGIN\n", "AS $$\nDECLARE\n    wrong text;\nBEGIN\n"),
    ("USING ERRCODE = '23L04';\n        END IF;\n        RETURN NEW;\n    ELSIF", "USING ERRCODE = '23L04';\n        END IF;\n    ELSIF"),
    ("        RETURN OLD;\n    END IF;\n    IF NEW.version", "        RETURN OLD;\n    ELSE\n    IF NEW.version"),
    (
        "    IF OLD.version > 0 AND (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)\n"
        "       IS DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) THEN\n",
        "    IF (NEW.id, NEW.uid, NEW.book, NEW.code, NEW.kind, NEW.side)\n"
        "       IS NOT DISTINCT FROM (OLD.id, OLD.uid, OLD.book, OLD.code, OLD.kind, OLD.side) THEN\n"
        "        RETURN NEW;\n"
        "    ELSIF OLD.version > 0 THEN\n",
    ),
    ("    END IF;\n    RETURN NEW;\nEND $$;", "    END IF;\n    END IF;\n    -- New, or not used yet and changed." + NATURE),
)
NEW_PERIOD = changed(
    PERIOD,
    (
        "        RETURN OLD;\n",
        "        RAISE EXCEPTION 'period % of % stays as it is', OLD.dates, OLD.book USING ERRCODE = '23L08';\n",
    ),
    (
        "JOIN ledger_transaction t ON t.period_id = p.id",
        "JOIN ledger_transaction t ON t.book = p.book AND t.business_date >= lower(p.dates)"
        " AND t.business_date < upper(p.dates)",
    ),
)
NEW_POST = changed(
    POST,
    (
        "SELECT id INTO period FROM ledger_period WHERE book = p_book AND dates @> p_date;",
        "SELECT CASE WHEN upper(dates) > p_date THEN id END INTO period FROM ledger_period\n"
        "     WHERE book = p_book AND lower(dates) <= p_date ORDER BY lower(dates) DESC LIMIT 1;",
    ),
    ("RETURNS bigint LANGUAGE plpgsql AS $$", "RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$"),
    (
        "    -- By itself: within the INSERT it would be planned anew for each entry.\n",
        "    SELECT id, request_hash INTO new_id, known FROM ledger_transaction\n"
        "     WHERE idem_scope = p_scope AND idem_key = p_key;\n"
        "    IF FOUND THEN\n"
        "        IF known IS DISTINCT FROM p_hash THEN\n"
        "            RAISE EXCEPTION 'key % was used for another request', p_key USING ERRCODE = '23L09';\n"
        "        END IF;\n"
        "        RETURN new_id;\n"
        "    END IF;\n"
        "    -- By itself: within the INSERT it would be planned anew for each entry.\n",
    ),
    (
        "    ON CONFLICT (idem_scope, idem_key) DO NOTHING RETURNING id INTO new_id;\n"
        "    IF new_id IS NULL THEN\n"
        "        SELECT id, request_hash INTO new_id, known FROM ledger_transaction\n"
        "         WHERE idem_scope = p_scope AND idem_key = p_key;\n"
        "        IF known IS DISTINCT FROM p_hash THEN\n"
        "            RAISE EXCEPTION 'key % was used for another request', p_key USING ERRCODE = '23L09';\n"
        "        END IF;\n"
        "        RETURN new_id;\n"
        "    END IF;\n",
        "    RETURNING id INTO new_id;\n",
    ),
)
# Looking for tables in this schema first (0004): a replaced function forgets it.
PATH = """
DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_guard_account', 'ledger_guard_period'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
"""
FORWARD = "\n".join([NEW_ACCOUNT, NEW_PERIOD, NEW_POST, PATH])
BACKWARD = "\n".join([ACCOUNT, PERIOD, POST, PATH])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_posting_in_few_steps")]

    operations = together([
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AlterField(
            model_name="transaction",
            name="period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="ledger.period",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="code",
            field=models.CharField(
                db_collation="C",
                max_length=80,
                validators=[RegexValidator("^[A-Za-z0-9][A-Za-z0-9._/-]*$")],
                verbose_name="code",
            ),
        ),
        migrations.AddIndex(
            model_name="period",
            index=models.Index(
                models.F("book"),
                models.Func(models.F("dates"), function="lower", output_field=models.DateField()),
                name="ledger_period_first_day_idx",
            ),
        ),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_code_form"),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_kind"),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_side"),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_version"),
    ])
