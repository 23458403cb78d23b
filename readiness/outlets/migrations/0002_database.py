"""Audit triggers, what a page was printed from never changes, and the demo's end."""

from django.db import migrations

from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, Detach, demo_step

AUDITED = {
    "outlets_sheet": ("input", "stored_as"),
    "outlets_panel": ("last_read_at",),
    "outlets_letter": ("written_on", "said"),
    "outlets_export": ("next_on",),
    "outlets_exportfile": ("stored_as",),
}

GUARDS = (
    """
    CREATE FUNCTION outlets_keep_sheets() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF OLD.state = 'ready' AND (NEW.input, NEW.sha256, NEW.state, NEW.view_paths, NEW.money_paths, NEW.owner_id)
            IS DISTINCT FROM (OLD.input, OLD.sha256, OLD.state, OLD.view_paths, OLD.money_paths, OLD.owner_id) THEN
            RAISE EXCEPTION 'A page that was printed stays as it is.' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_sheets BEFORE UPDATE ON outlets_sheet
    FOR EACH ROW EXECUTE FUNCTION outlets_keep_sheets()
    """,
)
UNGUARD = ("DROP TRIGGER keep_sheets ON outlets_sheet", "DROP FUNCTION outlets_keep_sheets()")

_OWNER = "owner_id IN (SELECT id FROM accounts_user WHERE demo)"
_UNIT = "unit_id IN (SELECT id FROM accounts_businessunit WHERE demo)"
_EXPORT = f"export_id IN (SELECT id FROM outlets_export WHERE demo OR {_OWNER})"  # noqa: S608 - all of it stands here
_PANEL = f"demo OR {_OWNER} OR {_UNIT}"


class Migration(migrations.Migration):
    dependencies = [("outlets", "0001_initial"), ("activity", "0002_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        *[audited(table, without=without) for table, without in AUDITED.items()],
        migrations.RunSQL(list(GUARDS), list(UNGUARD)),
        demo_step(
            85,
            "outlets",
            detaches=(Detach("outlets_letter", "unit_id", "accounts_businessunit", which=f"NOT ({_OWNER})", demo="demo"),),
            deletes=(
                Delete("outlets_sheet", which=f"demo OR {_OWNER}"),
                Delete("outlets_exportfile", which=_EXPORT),
                Delete("outlets_export", which=f"demo OR {_OWNER}"),
                Delete("outlets_panelpace", which=f"panel_id IN (SELECT id FROM outlets_panel WHERE {_PANEL})"),  # noqa: S608
                Delete("outlets_panel", which=_PANEL),
                Delete("outlets_letter", which=_OWNER),
            ),
        ),
    ]
