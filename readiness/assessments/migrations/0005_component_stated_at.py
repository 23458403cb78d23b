"""When somebody last said that a component is there. Of what stands already nobody knows, so it stays empty there."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_remove_demo")]

    operations = [
        migrations.AddField("componentcheck", "stated_at", models.DateTimeField(null=True, editable=False)),
        migrations.AlterField(
            "componentcheck", "stated_at", models.DateTimeField(null=True, db_default=Now(), editable=False)
        ),
    ]
