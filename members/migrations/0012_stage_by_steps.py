from django.db import migrations

from members import reference


def load(apps, schema_editor):
    """The way to the last stage by what was done after a training."""
    reference.load_stage_rules(apps.get_model("members", "StageRule"))


class Migration(migrations.Migration):
    dependencies = [("members", "0011_stage_rules")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
