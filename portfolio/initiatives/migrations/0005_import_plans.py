import django.contrib.postgres.fields
import django.db.models.deletion
import portfolio.initiatives.models.imports
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("initiatives", "0003_default_lifecycles"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="registerrow",
            name="register_row_initiative",
        ),
        migrations.RemoveField(
            model_name="registerrow",
            name="seen_in",
        ),
        migrations.AddField(
            model_name="importrow",
            name="changed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Fields that differ from the register's last import.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="plan",
            field=models.JSONField(
                default=dict,
                help_text="{register, unit_name, profile, lifecycle, read}: what publishing makes where it is not there yet.",
            ),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="issues",
            field=models.JSONField(
                default=list, help_text="[{kind, column, target, value, reason}]; kind: rejected, unread or repeat."
            ),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="run",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="initiatives.importrun"
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="file",
            field=models.FileField(blank=True, max_length=200, upload_to=portfolio.initiatives.models.imports.import_path),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="unit",
            field=models.ForeignKey(
                help_text="Where the register belongs; empty while its top unit does not exist yet.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.businessunit",
            ),
        ),
        migrations.AlterField(
            model_name="register",
            name="name",
            field=models.CharField(max_length=60, unique=True, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="registerrow",
            name="register",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="initiatives.register"
            ),
        ),
        migrations.AlterField(
            model_name="registerrow",
            name="run",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="initiatives.importrun"
            ),
        ),
    ]
