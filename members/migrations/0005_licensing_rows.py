from django.db import migrations

from members import licensing_data

# Whoever asked for help before there were cases has one from now on, as old as the request.
OPEN_CASES = """
INSERT INTO members_licencecase (uid, created_at, updated_at, business_id, kind, process_id, status, source, opened_at,
    due_on, fee, subsidy, steps_done, outcome)
SELECT gen_random_uuid(), now(), now(), l.business_id, l.kind, p.id, 'OPEN', 'OWNER', l.updated_at,
    (l.updated_at AT TIME ZONE 'Asia/Jakarta')::date
        + (SELECT sum(s.days) FROM members_processstep s WHERE s.process_id = p.id)::int,
    p.fee, p.subsidy, 0, ''
FROM members_licence l JOIN members_licenceprocess p ON p.kind = l.kind AND p.region_code = '' AND p.version = 1
WHERE l.status = 'WANTED'
"""


def load(apps, schema_editor):
    licensing_data.load(
        rule=apps.get_model("members", "LicenceRule"),
        term=apps.get_model("members", "LicenceTerm"),
        process=apps.get_model("members", "LicenceProcess"),
        step=apps.get_model("members", "ProcessStep"),
        document=apps.get_model("members", "ProcessDocument"),
    )
    schema_editor.execute(OPEN_CASES)


class Migration(migrations.Migration):
    dependencies = [("members", "0004_licensing")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
