from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0004_catalogue")]

    operations = [
        migrations.AddField(
            model_name="venuecomparison",
            name="not_applicable",
            field=models.BooleanField(db_default=False, default=False, verbose_name="not applicable"),
        ),
        migrations.AlterField(
            model_name="allocation",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("granted", "Granted"),
                    ("released", "Released"),
                    ("refused", "Refused"),
                ],
                db_default="requested",
                default="requested",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
