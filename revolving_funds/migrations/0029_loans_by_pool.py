"""The loans of a pool in the order of the lists: so those of a bank are found, be it large, small or long since silent."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.common.together import together


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0028_nothing_due_before")]
    operations = together([
        migrations.AlterField(
            model_name="loan",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="loans",
                to="revolving_funds.pool",
                verbose_name="pool",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["pool", "disbursed_on", "id"], name="loan_pool_idx"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("status", "OPEN")),
                fields=["pool", "disbursed_on", "id", "due_from"],
                name="loan_pool_due_idx",
            ),
        ),
    ])
