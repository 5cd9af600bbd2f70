"""The rule of what was paid too much looks at the kind of an entry itself.

As a condition of the trigger the kinds were read anew for each entry of the book, which cost more than calling the function.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("revolving_funds.migrations.0023_excess_goes_back_where_it_came_in").KEPT_AT
MADE = BEFORE[BEFORE.index("CREATE FUNCTION revolving_funds_excess_stays()") :].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
)
ONLY = " WHEN (NEW.kind IN ('REFUNDED', 'REVERSAL'))"
DROPPED = "DROP TRIGGER fund_excess_goes_back_where_it_came_in ON ledger_transaction;\n"
NOW = MADE.replace(ONLY, "", 1).replace(
    "$$\nBEGIN\n",
    "$$\nBEGIN\n    IF NEW.kind NOT IN ('REFUNDED', 'REVERSAL') THEN\n        RETURN NULL;\n    END IF;\n",
    1,
)
assert NOW != MADE


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0031_wrong_entries_taken_back")]

    operations = [migrations.RunSQL(DROPPED + NOW, DROPPED + MADE)]
