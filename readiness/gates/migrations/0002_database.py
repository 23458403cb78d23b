"""Audit triggers, versions of templates that never change once published, the three shipped templates, and the demo's end."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import migrations

from portfolio.kit.audit import audited
from portfolio.kit.demo import DEMO, Delete, demo_step
from readiness.gates.rules.templates.reading import digest_of, read_template

PACKS = Path(__file__).resolve().parent.parent / "packs"
DEFAULTS = ("infrastructure-first", "light")  # of their lifecycles; the regulated one is chosen by hand
SHIPPED = ("infrastructure-first", "light", "regulated")

# Rows that are made by machines by the thousand, or that a run repeats, are no business change of their own.
FOLLOWS = ("ready", "recommended", "verdicts", "missing", "evaluated_at", "recheck_at", "changes")
AUDITED = {
    "gates_gatetemplate": (),
    "gates_review": FOLLOWS,
    "gates_judgement": (),
    "gates_gatekeeper": (),
    "gates_seat": (),
    "gates_delegation": (),
    "gates_attendance": (),
    "gates_vote": (),
    "gates_waiver": (),
    "gates_waiverevent": (),
    "gates_decision": ("content", "sealed"),
    "gates_condition": (),
    "gates_conditionevent": (),
}

GUARDS = (
    """
    CREATE FUNCTION gates_keep_template() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR NEW.state = 'draft' OR
            (NEW.key, NEW.version, NEW.text, NEW.digest, NEW.lifecycle) <>
            (OLD.key, OLD.version, OLD.text, OLD.digest, OLD.lifecycle)) THEN
            RAISE EXCEPTION 'A published template of gates never changes; make a new version.' USING ERRCODE = '23514';
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
    """,
    """
    CREATE TRIGGER keep_template BEFORE UPDATE OR DELETE ON gates_gatetemplate
    FOR EACH ROW EXECUTE FUNCTION gates_keep_template()
    """,
)
UNGUARD = ("DROP TRIGGER keep_template ON gates_gatetemplate", "DROP FUNCTION gates_keep_template()")

_REVIEW = f"review_id IN (SELECT id FROM gates_review WHERE {DEMO})"
_WAIVER = f"waiver_id IN (SELECT id FROM gates_waiver WHERE {DEMO})"
_CONDITION = f"condition_id IN (SELECT id FROM gates_condition WHERE {DEMO})"


def seed(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("gates", "GateTemplate").objects.using(schema_editor.connection.alias)
    for name in SHIPPED:
        text = (PACKS / f"{name}.yaml").read_text(encoding="utf-8")
        template = read_template(text)
        if rows.filter(key=template.key).exists():
            continue
        rows.create(
            key=template.key, version=1, name=template.name, note=template.note, lifecycle=template.lifecycle, text=text,
            digest=digest_of(template), state="published", is_default=name in DEFAULTS, published_at=datetime.now(UTC),
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("gates", "0001_initial"), ("activity", "0002_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        *[audited(table, without=without) for table, without in AUDITED.items()],
        migrations.RunSQL(list(GUARDS), list(UNGUARD)),
        migrations.RunPython(seed, migrations.RunPython.noop),
        demo_step(
            60,
            "gates",
            deletes=(
                Delete("gates_conditionevent", which=_CONDITION),
                Delete("gates_condition"),
                Delete("gates_decision"),
                Delete("gates_vote", which=_REVIEW),
                Delete("gates_attendance", which=_REVIEW),
                Delete("gates_seat", which=_REVIEW),
                Delete("gates_judgement", which=_REVIEW),
                Delete("gates_run", which=_REVIEW),
                Delete("gates_reviewevent", which=_REVIEW),
                Delete("gates_review", clears="superseded_by_id"),
                Delete("gates_waiverevent", which=_WAIVER),
                Delete("gates_waiver"),
                Delete("gates_gatekeeper", which="demo"),
                Delete("gates_delegation", which="demo"),
            ),
        ),
    ]
