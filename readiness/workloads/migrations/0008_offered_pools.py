import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0007_remove_demo"), ("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="capacitypool",
            name="offered_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offered_pools",
                to="accounts.businessunit",
                verbose_name="offered to",
            ),
        ),
    ]
