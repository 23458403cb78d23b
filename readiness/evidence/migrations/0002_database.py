from django.conf import settings
from django.db import connections, migrations
from psycopg import sql

from portfolio.kit.audit import audited
from portfolio.kit.demo import DEMO, Delete, demo_step

# Runs as the owner, for the application may not create tables. A month is attached, not created in place: that lock lets
# others read and write. `last` may lie a year ahead, `first` not before 2000: nobody measured this then.
PARTITIONS = """
CREATE OR REPLACE FUNCTION pilotage_evidence_partitions(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamp := date_trunc('month', first AT TIME ZONE 'UTC');
    part text;
    since timestamptz;
    until timestamptz;
    made integer := 0;
BEGIN
    IF first < '2000-01-01+00' OR last > now() + interval '400 days' OR last < first THEN
        RAISE EXCEPTION 'no partitions from % to %', first, last USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WHILE month <= last AT TIME ZONE 'UTC' LOOP
        part := 'evidence_observation_' || to_char(month, 'YYYYMM');
        IF to_regclass(part) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('evidence_observation', 0));
        END IF;
        IF to_regclass(part) IS NULL THEN
            since := month AT TIME ZONE 'UTC';
            until := (month + interval '1 month') AT TIME ZONE 'UTC';
            EXECUTE format('CREATE TABLE %I (LIKE evidence_observation INCLUDING DEFAULTS)', part);
            EXECUTE format('ALTER TABLE evidence_observation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, since, until);
            made := made + 1;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$
"""

_SOURCE = "source_id IN (SELECT id FROM evidence_source WHERE demo)"
_EITHER = f"{_SOURCE} OR {DEMO}"
_SERIES = f"series_id IN (SELECT id FROM evidence_series WHERE {_EITHER})"
_RUN = f"run_id IN (SELECT id FROM evidence_run WHERE {_EITHER})"

SEED = """
INSERT INTO evidence_retention (kind, keep_days, thin_to_s, drop_days, version) VALUES
    ('benchmark', 3650, NULL, NULL, 1), ('attested', 3650, NULL, NULL, 1), ('cost', 1100, NULL, NULL, 1),
    ('inventory', 400, 86400, NULL, 1), ('telemetry', 90, 3600, 1100, 1)
"""


def let_the_application(apps, schema_editor):
    """It may make partitions, through the function alone."""
    role = str(settings.DATABASES["default"].get("USER", ""))
    function = "FUNCTION pilotage_evidence_partitions(timestamptz, timestamptz)"
    with connections[schema_editor.connection.alias].cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON {function} FROM PUBLIC")
        cursor.execute(sql.SQL("GRANT EXECUTE ON " + function + " TO {}").format(sql.Identifier(role)))


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_initial"),
        ("activity", "0002_audit"),
        ("initiatives", "0009_demo_steps"),
        ("workloads", "0008_offered_pools"),
    ]

    operations = [
        migrations.RunSQL(PARTITIONS, "DROP FUNCTION IF EXISTS pilotage_evidence_partitions(timestamptz, timestamptz)"),
        migrations.RunPython(let_the_application, migrations.RunPython.noop),
        migrations.RunSQL(SEED, "DELETE FROM evidence_retention"),
        audited("evidence_source"),
        audited("evidence_feed", without=("read_to", "error")),
        audited("evidence_querytemplate"),
        audited("evidence_setaside"),
        audited("evidence_retention"),
        demo_step(
            15,
            "evidence",
            deletes=(
                Delete("evidence_standing"),
                Delete("evidence_requirementverdict"),
                Delete("evidence_latest", _SERIES),
                Delete("evidence_observation", _SERIES),
                Delete("evidence_series", _EITHER),
                Delete("evidence_setaside", _RUN),
                Delete("evidence_run", _EITHER),
                Delete("evidence_payload", _EITHER),
                Delete("evidence_delivery", _EITHER),
                Delete("evidence_feed", _EITHER),
                Delete("evidence_sourcehealth", _SOURCE),
                Delete("evidence_querytemplate", "demo"),
                Delete("evidence_source", "demo"),
            ),
        ),
    ]
