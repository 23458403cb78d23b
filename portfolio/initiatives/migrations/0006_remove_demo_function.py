"""The one way to remove the demo: a function of the owner that deletes rows marked as demo, and nothing else.

It runs with the owner's rights (SECURITY DEFINER, fixed search path), because it must leave one entry in the audit trail
instead of one per row, and the application may neither write the trail nor pause its triggers. The entries that the demo
itself left in the trail stay: a trail from which a command can take entries proves nothing. People, units and programmes of
the demo that real rows have come to stand on are kept and stop being demo.
"""

from typing import Any

from django.conf import settings
from django.db import migrations
from psycopg import sql

# ruff: noqa: S608  (every name in the statements below is written here)
# table -> which of its rows go, in an order that foreign keys allow
DELETES: tuple[tuple[str, str], ...] = (
    ("activity_attachment", "comment_id IN (SELECT id FROM activity_comment WHERE demo)"),
    ("activity_comment_mentions", "comment_id IN (SELECT id FROM activity_comment WHERE demo)"),
    ("activity_comment", "demo"),
    ("activity_notice", "user_id IN (SELECT id FROM accounts_user WHERE demo)"),
    ("initiatives_request", "demo"),
    ("initiatives_closure", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_stageentry", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_initiativedate", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_functionslot", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_milestone", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    (
        "initiatives_dependency",
        "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo) OR on_id IN (SELECT id FROM initiatives_initiative WHERE demo)",
    ),
    ("initiatives_externalid", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_link", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_registerrow", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_importrow", "run_id IN (SELECT id FROM initiatives_importrun WHERE demo)"),
    ("initiatives_initiative_tags", "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"),
    ("initiatives_initiative", "demo"),
    ("initiatives_importrun", "demo"),
    ("initiatives_register", "demo"),
    ("initiatives_savedview", "owner_id IN (SELECT id FROM accounts_user WHERE demo)"),
    ("accounts_apitoken", "user_id IN (SELECT id FROM accounts_user WHERE demo)"),
    ("accounts_roleassignment", "user_id IN (SELECT id FROM accounts_user WHERE demo)"),
    ("account_emailaddress", "user_id IN (SELECT id FROM accounts_user WHERE demo)"),
)
# Real rows that pointed at a demo row lose the pointer, not themselves; these changes are audited like any other.
DETACHES: tuple[tuple[str, str, str], ...] = (
    ("initiatives_closure", "merged_into_id", "initiatives_initiative"),
    ("initiatives_request", "initiative_id", "initiatives_initiative"),
    ("initiatives_initiative", "missing_since_id", "initiatives_importrun"),
    ("initiatives_initiative", "register_id", "initiatives_register"),
)
# Deleted one by one: what a real row stands on stays and is no longer demo. Children before parents.
ADOPTABLE = (("initiatives_programme", "id"), ("accounts_user", "id"), ("accounts_businessunit", "depth DESC, id"))
# What has audit triggers; they pause while the function runs, and the lock that this takes keeps everybody else's writes out.
AUDITED = (
    "accounts_apitoken", "accounts_businessunit", "accounts_roleassignment", "accounts_user", "activity_attachment",
    "activity_comment", "initiatives_closure", "initiatives_dependency", "initiatives_externalid",
    "initiatives_functionslot", "initiatives_importrun", "initiatives_initiative", "initiatives_initiative_tags",
    "initiatives_initiativedate", "initiatives_link", "initiatives_milestone", "initiatives_programme",
    "initiatives_register", "initiatives_request", "initiatives_savedview", "initiatives_stageentry", "initiatives_tag",
)  # fmt: skip


def _function() -> str:
    pauses = "\n".join(f"    ALTER TABLE {table} DISABLE TRIGGER USER;" for table in AUDITED)
    resumes = "\n".join(f"    ALTER TABLE {table} ENABLE TRIGGER USER;" for table in AUDITED)
    detaches = "\n".join(
        f"    UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT id FROM {target} WHERE demo) AND {_REAL[table]};"
        for table, column, target in DETACHES
    )
    deletes = "\n".join(
        f"    DELETE FROM {table} WHERE {which}; GET DIAGNOSTICS n = ROW_COUNT;\n"
        f"    removed := removed || jsonb_build_object('{table}', n);"
        for table, which in DELETES
    )
    adopts = "\n".join(_ADOPT.format(table=table, order=order) for table, order in ADOPTABLE)
    return _FUNCTION.format(pauses=pauses, resumes=resumes, detaches=detaches, deletes=deletes, adopts=adopts)


_REAL = {
    "initiatives_closure": "initiative_id IN (SELECT id FROM initiatives_initiative WHERE NOT demo)",
    "initiatives_request": "NOT demo",
    "initiatives_initiative": "NOT demo",
}
_ADOPT = """
    n := 0;
    FOR one IN SELECT id FROM {table} WHERE demo ORDER BY {order} LOOP
        BEGIN
            DELETE FROM {table} WHERE id = one;
            n := n + 1;
        EXCEPTION WHEN foreign_key_violation THEN
            UPDATE {table} SET demo = false WHERE id = one;
            adopted := adopted || format('%s %s', '{table}', one);
        END;
    END LOOP;
    removed := removed || jsonb_build_object('{table}', n);"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION pilotage_remove_demo() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    ctx jsonb := coalesce(nullif(current_setting('pilotage.actor', true), '')::jsonb, '{{}}'::jsonb);
    removed jsonb := '{{}}'::jsonb;
    demo_tags bigint[];
    n bigint;
    one bigint;
    adopted text[] := '{{}}';
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
{detaches}
{pauses}
    SELECT coalesce(array_agg(DISTINCT t.tag_id), '{{}}') INTO demo_tags
    FROM initiatives_initiative_tags t JOIN initiatives_initiative i ON i.id = t.initiative_id WHERE i.demo;
{deletes}
    DELETE FROM initiatives_tag g WHERE g.id = ANY (demo_tags)
        AND NOT EXISTS (SELECT 1 FROM initiatives_initiative_tags t WHERE t.tag_id = g.id);
{adopts}
{resumes}
    removed := removed || jsonb_build_object('kept', cardinality(adopted));
    INSERT INTO activity_auditentry (at, action, object_type, object_id, actor_id, actor, through, request_id, note, before)
    VALUES (clock_timestamp(), 'delete', 'demo', 'demo', (ctx->>'actor_id')::bigint,
            coalesce(ctx->>'actor', 'database session ' || session_user), coalesce(ctx->>'through', 'sql'),
            coalesce(ctx->>'request_id', ''), 'demo removed',
            removed || jsonb_build_object('adopted', to_jsonb(adopted)));
    RETURN removed;
END $$
"""


def permit(apps: Any, schema_editor: Any) -> None:
    """Nobody may run it but the owner and the application."""
    role = settings.DATABASES["default"].get("USER")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("REVOKE ALL ON FUNCTION pilotage_remove_demo() FROM PUBLIC")
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION pilotage_remove_demo() TO {}").format(sql.Identifier(role)))


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0005_import_plans"),
        ("activity", "0002_audit"),
        ("accounts", "0001_initial"),
        ("account", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_function(), "DROP FUNCTION pilotage_remove_demo()"),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
