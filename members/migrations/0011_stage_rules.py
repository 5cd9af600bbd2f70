from django.db import migrations

from foundation.common.crypto import keyed_hash
from members import reference

from foundation.common.together import together


def load(apps, schema_editor):
    reference.load_stage_rules(apps.get_model("members", "StageRule"))


def hide_tax_numbers(apps, schema_editor):
    """A resident's tax number is her NIK: it goes where identity numbers are, and the licence keeps its end only."""
    licence, number = apps.get_model("members", "Licence"), apps.get_model("members", "IdentityNumber")
    rows = licence.objects.filter(kind="NPWP", number__regex=r"^[0-9]{15,16}$").select_related("business")
    for row in rows.order_by("-pk"):
        person = row.business.owner_id
        if not number.objects.filter(person_id=person, kind="NPWP").exists():
            number.objects.create(
                person_id=person,
                kind="NPWP",
                number=row.number,
                number_hash=keyed_hash(f"NPWP:{row.number}"),
                tail=row.number[-4:],
            )
        licence.objects.filter(pk=row.pk).update(number=f"•••• {row.number[-4:]}")


class Migration(migrations.Migration):
    dependencies = [("members", "0010_history_and_stages")]
    operations = together([
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(hide_tax_numbers, migrations.RunPython.noop),
    ])
