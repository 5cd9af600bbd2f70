from django.db import migrations

from members import reference


def load(apps, schema_editor):
    reference.load(kbli=apps.get_model("members", "Kbli"), scale_rule=apps.get_model("members", "ScaleRule"))


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
