import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0003_identities"),
        migrations.swappable_dependency(settings.KNOX_TOKEN_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="delivery", name="evidence_delivery_key"),
        migrations.AlterField(
            model_name="delivery",
            name="idempotency_key",
            field=models.CharField(
                blank=True, help_text="of who pushed, so that nobody meets another's", max_length=200, null=True, unique=True
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="request_digest",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="of all that the key was for", max_length=64
            ),
        ),
        migrations.CreateModel(
            name="PushPace",
            fields=[
                (
                    "caller",
                    models.CharField(help_text="token:<digest> or user:<id>", max_length=140, primary_key=True, serialize=False),
                ),
                ("minute", models.DateTimeField()),
                ("pushes", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="token",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.KNOX_TOKEN_MODEL,
            ),
        ),
    ]
