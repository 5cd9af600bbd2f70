import django.db.models.deletion
from django.db import migrations, models

from foundation.common.together import together


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0006_rules_without_gaps"), ("ledger", "0002_guards")]

    operations = together([
        migrations.AlterField(
            model_name="pool",
            name="subsidy_budget",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
                verbose_name="subsidy budget left",
            ),
        ),
        migrations.AlterField(
            model_name="pool",
            name="subsidy_committed",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
                verbose_name="subsidy promised",
            ),
        ),
    ])
