"""Audit triggers, minutes that never change once they are locked, and the demo's end."""

from django.db import migrations

from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, demo_step

AUDITED = {
    "meetings_meeting": (),
    "meetings_agendaitem": (),
    "meetings_invitee": (),
    "meetings_attendance": (),
    "meetings_action": (),
    "meetings_calendarfeed": ("last_read_at",),
}

GUARDS = (
    """
    CREATE FUNCTION meetings_keep_minutes() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF OLD.minutes_digest <> '' AND (TG_OP = 'DELETE' OR
            (NEW.minutes, NEW.minutes_digest, NEW.closed_at, NEW.state, NEW.starts_at, NEW.title)
            IS DISTINCT FROM (OLD.minutes, OLD.minutes_digest, OLD.closed_at, OLD.state, OLD.starts_at, OLD.title)) THEN
            RAISE EXCEPTION 'The minutes of a closed meeting stay as they are.' USING ERRCODE = '23514';
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
    """,
    """
    CREATE TRIGGER keep_minutes BEFORE UPDATE OR DELETE ON meetings_meeting
    FOR EACH ROW EXECUTE FUNCTION meetings_keep_minutes()
    """,
)
UNGUARD = ("DROP TRIGGER keep_minutes ON meetings_meeting", "DROP FUNCTION meetings_keep_minutes()")

_MEETING = "meeting_id IN (SELECT id FROM meetings_meeting WHERE demo)"


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("activity", "0002_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        *[audited(table, without=without) for table, without in AUDITED.items()],
        migrations.RunSQL(list(GUARDS), list(UNGUARD)),
        demo_step(
            70,
            "meetings",
            deletes=(
                Delete("meetings_action", which=_MEETING),
                Delete("meetings_attendance", which=_MEETING),
                Delete("meetings_invitee", which=_MEETING),
                Delete("meetings_agendaitem", which=_MEETING),
                Delete("meetings_meeting", which="demo", clears="current_id"),
            ),
        ),
    ]
