"""Where an answer was carried over from, versions for two people on one question, published questions that cannot change,
and the bank that every installation starts with (packs/)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import migrations, models

PACK = Path(__file__).resolve().parent.parent / "packs" / "infrastructure-readiness.yaml"

# The services refuse it too, with words; this holds for SQL, bulk writes and the admin of somebody else's tool.
GUARDS = (
    """
    CREATE FUNCTION assessments_keep_questions() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM assessments_questionbank
            WHERE state <> 'draft' AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.bank_id END,
                                              CASE WHEN TG_OP <> 'DELETE' THEN NEW.bank_id END)
        ) THEN
            RAISE EXCEPTION 'The questions of a published bank never change; make a new version.' USING ERRCODE = '23514';
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
    """,
    """
    CREATE TRIGGER keep_questions BEFORE INSERT OR UPDATE OR DELETE ON assessments_question
    FOR EACH ROW EXECUTE FUNCTION assessments_keep_questions()
    """,
    """
    CREATE FUNCTION assessments_keep_bank() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.key <> OLD.key OR NEW.version <> OLD.version) THEN
            RAISE EXCEPTION 'A published bank keeps its key and version and is never a draft again.' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_bank BEFORE UPDATE ON assessments_questionbank
    FOR EACH ROW EXECUTE FUNCTION assessments_keep_bank()
    """,
)
UNGUARD = (
    "DROP TRIGGER keep_bank ON assessments_questionbank",
    "DROP FUNCTION assessments_keep_bank()",
    "DROP TRIGGER keep_questions ON assessments_question",
    "DROP FUNCTION assessments_keep_questions()",
)


def seed(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    banks = apps.get_model("assessments", "QuestionBank").objects.using(using)
    pack = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    if banks.filter(key=pack["key"]).exists():
        return
    bank = banks.create(key=pack["key"], name=pack["name"], note=pack["note"], version=1, state="draft")
    questions = apps.get_model("assessments", "Question").objects.using(using)
    questions.bulk_create(
        questions.model(bank=bank, position=position, **facts) for position, facts in enumerate(pack["questions"], start=1)
    )
    first = not banks.filter(is_default=True).exists()
    banks.filter(pk=bank.pk).update(state="published", published_at=datetime.now(UTC), is_default=first)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_audit")]

    operations = [
        migrations.AddField(
            model_name="assessmentanswer",
            name="carried_from",
            field=models.PositiveIntegerField(
                blank=True,
                editable=False,
                help_text="Number of the assessment it was taken from; empty once confirmed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="assessmentanswer",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="componentcheck",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.RunSQL(list(GUARDS), list(UNGUARD)),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
