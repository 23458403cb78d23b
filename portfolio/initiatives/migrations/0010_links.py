import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import portfolio.initiatives.choices
from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, demo_step


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0009_demo_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkSearch",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="link_search",
                        serialize=False,
                        to="initiatives.importrun",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("searching", "Searching"), ("done", "Done"), ("too_many", "Too many")],
                        default=portfolio.initiatives.choices.LinkSearchState["WAITING"],
                        max_length=10,
                    ),
                ),
                (
                    "generation",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="grows with every search; an older job stops"),
                ),
                ("rows_done", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "rows_total",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="rows without a match in the register"),
                ),
                (
                    "known",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="initiatives of the register not in the file"),
                ),
                ("scorer", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LinkDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(help_text="of the file's row")),
                ("verdict", models.CharField(choices=[("confirmed", "Confirmed"), ("refused", "Refused")], max_length=10)),
                ("score", models.FloatField(help_text="as it was shown, 0..1")),
                ("by_label", models.CharField(db_default="", default="", max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="initiatives.initiative"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_decisions",
                        to="initiatives.importrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LinkProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("key", models.TextField()),
                ("score", models.FloatField(help_text="0..1; formats.registers.likeness says of what")),
                ("parts", models.JSONField(default=dict, help_text="{name, text, office, ...}: 0..1, -1 against, null unknown")),
                ("best", models.BooleanField(help_text="nothing is as good beside it, for the row or for the initiative")),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposal",
                        to="initiatives.linkdecision",
                    ),
                ),
                (
                    "initiative",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="initiatives.initiative"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_proposals",
                        to="initiatives.importrun",
                    ),
                ),
            ],
            options={
                "ordering": ("-score", "id"),
            },
        ),
        migrations.AddConstraint(
            model_name="linkdecision",
            constraint=models.UniqueConstraint(
                models.F("run"), models.F("key"), models.F("initiative"), name="link_decision_pair"
            ),
        ),
        migrations.AddConstraint(
            model_name="linkdecision",
            constraint=models.UniqueConstraint(
                models.F("run"), models.F("key"), condition=models.Q(("verdict", "confirmed")), name="link_confirmed_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="linkdecision",
            constraint=models.UniqueConstraint(
                models.F("run"),
                models.F("initiative"),
                condition=models.Q(("verdict", "confirmed")),
                name="link_confirmed_initiative",
            ),
        ),
        migrations.AddIndex(
            model_name="linkproposal",
            index=models.Index(fields=["run", "-score", "id"], name="link_proposal_score"),
        ),
        migrations.AddConstraint(
            model_name="linkproposal",
            constraint=models.UniqueConstraint(
                models.F("run"), models.F("key"), models.F("initiative"), name="link_proposal_pair"
            ),
        ),
        audited("initiatives_linkdecision", without=("by_label", "by_id", "at")),
        demo_step(
            2,
            "links",
            deletes=(
                Delete("initiatives_linkproposal"),
                Delete("initiatives_linkdecision"),
                Delete("initiatives_linksearch", which="run_id IN (SELECT id FROM initiatives_importrun WHERE demo)"),
            ),
        ),
    ]
