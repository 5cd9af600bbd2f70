from django.db import migrations

# The tables of uploads that are being checked come and go while the product runs. In a schema of their own they can be made
# by a database role that may not make or drop anything else.
MOVE = """
CREATE SCHEMA IF NOT EXISTS staging;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename ~ '^members_import_[0-9]+(_faults)?$'
    LOOP
        EXECUTE format('ALTER TABLE %I SET SCHEMA staging', name);
    END LOOP;
END $$;
"""
MOVE_BACK = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'staging' LOOP
        EXECUTE format('ALTER TABLE staging.%I SET SCHEMA %I', name, current_schema());
    END LOOP;
END $$;
DROP SCHEMA staging;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0017_fewer_indexes")]

    operations = [migrations.RunSQL(MOVE, MOVE_BACK)]
