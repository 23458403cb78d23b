import django.contrib.postgres.indexes
from django.conf import settings
from django.db import connections, migrations, models
from psycopg import sql

from portfolio.kit.audit import audited

# What the application may ask for is a kind and a day, or a month; how old is old enough stands in evidence_retention and is
# read here, by the database's clock. Nothing younger than a week goes, whatever is written there.
AGE = """
CREATE OR REPLACE FUNCTION pilotage_evidence_age(kept_days integer) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
           - make_interval(days => greatest(kept_days, 7)) WHERE kept_days IS NOT NULL
$$
"""

NOTED = """
CREATE OR REPLACE FUNCTION pilotage_evidence_noted(what text, removed jsonb, why text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    ctx jsonb := coalesce(nullif(current_setting('pilotage.actor', true), '')::jsonb, '{}'::jsonb);
BEGIN
    INSERT INTO activity_auditentry
        (at, action, object_type, object_id, actor_id, actor, through, request_id, note, before, after)
    VALUES (clock_timestamp(), 'delete', 'evidence_observation', what, (ctx->>'actor_id')::bigint,
            coalesce(ctx->>'actor', 'database session ' || session_user), coalesce(ctx->>'through', 'sql'),
            coalesce(ctx->>'request_id', ''), why, removed, NULL);
END $$
"""

# Runs of a kind that ended in a span and that no observation, latest, verdict or set-aside names; and payloads that were theirs
# alone. Observations of a run lie between its start and its end; a day more is looked through.
FORGET_RUNS = """
CREATE OR REPLACE FUNCTION pilotage_evidence_forget_runs(of_kind text, since timestamptz, until timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    earliest timestamptz;
    runs bigint := 0;
    payloads bigint := 0;
    loose bigint[];
BEGIN
    SELECT min(coalesce(started_at, observed_at)) INTO earliest FROM evidence_run
    WHERE kind = of_kind AND observed_at >= since AND observed_at < until;
    IF earliest IS NULL THEN
        RETURN '{"runs": 0, "payloads": 0}';
    END IF;
    WITH gone AS (
        DELETE FROM evidence_run r WHERE r.kind = of_kind AND r.observed_at >= since AND r.observed_at < until
        AND NOT EXISTS (SELECT FROM evidence_setaside a WHERE a.run_id = r.id)
        AND NOT EXISTS (SELECT FROM evidence_latest l WHERE l.run_id = r.id)
        AND NOT EXISTS (SELECT FROM evidence_requirementverdict v WHERE (v.evidence->>'run_id')::bigint = r.id)
        AND NOT EXISTS (SELECT FROM evidence_observation o WHERE o.run_id = r.id
                        AND o.observed_at >= least(earliest, since) - interval '1 day'
                        AND o.observed_at < until + interval '1 day')
        RETURNING payload_id)
    SELECT count(*), array_agg(DISTINCT payload_id) FILTER (WHERE payload_id IS NOT NULL) INTO runs, loose FROM gone;
    DELETE FROM evidence_payload p WHERE p.id = ANY (loose) AND p.stored_as = ''
    AND NOT EXISTS (SELECT FROM evidence_run r WHERE r.payload_id = p.id);
    GET DIAGNOSTICS payloads = ROW_COUNT;
    RETURN jsonb_build_object('runs', runs, 'payloads', payloads);
END $$
"""

# One a bucket and series, sound and flawed apart: of percentiles and greatest values the greatest, of least ones the least, of
# all else the newest. What the latest shows stays, whatever its age.
THIN = """
CREATE OR REPLACE FUNCTION pilotage_evidence_thin(of_kind text, day date) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    policy evidence_retention%ROWTYPE;
    since timestamptz := day::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
    part text := 'evidence_observation_' || to_char(day, 'YYYYMM');
    observations bigint := 0;
    removed jsonb;
BEGIN
    SELECT * INTO policy FROM evidence_retention WHERE kind = of_kind;
    IF policy.thin_to_s IS NULL OR until > pilotage_evidence_age(policy.keep_days) THEN
        RAISE EXCEPTION 'all of % of % is kept', of_kind, day USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass(part) IS NOT NULL THEN
        EXECUTE format($q$
            DELETE FROM ONLY %1$I WHERE ctid = ANY (ARRAY(
                SELECT c FROM (
                    SELECT o.ctid AS c, row_number() OVER (
                        PARTITION BY o.series_id, o.marks & 4, floor(extract(epoch FROM o.observed_at) / $1)
                        ORDER BY CASE WHEN s.statistic IN ('percentile', 'max') THEN -o.value
                                      WHEN s.statistic = 'min' THEN o.value ELSE 0 END,
                                 o.observed_at DESC, o.value DESC, o.marks, o.samples, o.run_id) AS n,
                        EXISTS (SELECT FROM evidence_latest l WHERE l.series_id = o.series_id
                                AND l.flawed = (o.marks & 4 <> 0) AND l.observed_at = o.observed_at) AS shown
                    FROM ONLY %1$I o JOIN evidence_series s ON s.id = o.series_id
                    WHERE s.kind = $2 AND o.observed_at >= $3 AND o.observed_at < $4
                ) AS ranked WHERE n > 1 AND NOT shown))
        $q$, part) USING policy.thin_to_s, of_kind, since, until;
        GET DIAGNOSTICS observations = ROW_COUNT;
    END IF;
    removed := jsonb_build_object('observations', observations) || pilotage_evidence_forget_runs(of_kind, since, until);
    UPDATE evidence_retention SET thinned_to = greatest(thinned_to, until) WHERE kind = of_kind;
    IF removed <> '{"observations": 0, "runs": 0, "payloads": 0}' THEN
        PERFORM pilotage_evidence_noted(of_kind || ' ' || day, removed, 'thinned to one in ' || policy.thin_to_s || ' s');
    END IF;
    RETURN removed;
END $$
"""

# What is past the age at which none of its kind is kept. A month of which nothing is needed any more goes as a whole.
DROP = """
CREATE OR REPLACE FUNCTION pilotage_evidence_drop(month date) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    policy evidence_retention%ROWTYPE;
    since timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    until timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    part text := 'evidence_observation_' || to_char(month, 'YYYYMM');
    old timestamptz;
    observations bigint := 0;
    forgotten jsonb;
    runs bigint := 0;
    payloads bigint := 0;
    needed boolean;
    whole boolean := false;
    droppable CONSTANT text := $q$(
        EXISTS (SELECT FROM evidence_series s JOIN evidence_retention t ON t.kind = s.kind
                WHERE s.id = o.series_id AND o.observed_at < pilotage_evidence_age(t.drop_days))
        AND NOT EXISTS (SELECT FROM evidence_latest l WHERE l.series_id = o.series_id
                        AND l.flawed = (o.marks & 4 <> 0) AND l.observed_at = o.observed_at))$q$;
BEGIN
    SELECT max(pilotage_evidence_age(drop_days)) INTO old FROM evidence_retention WHERE drop_days IS NOT NULL;
    IF old IS NULL OR until > old OR to_regclass(part) IS NULL THEN
        RAISE EXCEPTION 'nothing of % may go', to_char(month, 'YYYY-MM') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %I o WHERE NOT ' || droppable || ')', part) INTO needed;
    IF needed THEN
        EXECUTE format('DELETE FROM ONLY %I o WHERE ' || droppable, part);
        GET DIAGNOSTICS observations = ROW_COUNT;
    ELSE
        EXECUTE format('SELECT count(*) FROM ONLY %I', part) INTO observations;
        EXECUTE format('ALTER TABLE evidence_observation DETACH PARTITION %I', part);
        EXECUTE format('DROP TABLE %I', part);
        whole := true;
    END IF;
    FOR policy IN SELECT * FROM evidence_retention WHERE drop_days IS NOT NULL LOOP
        IF until <= pilotage_evidence_age(policy.drop_days) THEN
            forgotten := pilotage_evidence_forget_runs(policy.kind, since, until);
            runs := runs + (forgotten->>'runs')::bigint;
            payloads := payloads + (forgotten->>'payloads')::bigint;
        END IF;
    END LOOP;
    forgotten := jsonb_build_object('observations', observations, 'runs', runs, 'payloads', payloads, 'whole', whole);
    IF observations + runs > 0 OR whole THEN
        PERFORM pilotage_evidence_noted(to_char(month, 'YYYY-MM'), forgotten, 'past the age at which none is kept');
    END IF;
    RETURN forgotten;
END $$
"""

ASKED = ("pilotage_evidence_thin(text, date)", "pilotage_evidence_drop(date)")
WITHIN = (
    "pilotage_evidence_age(integer)",
    "pilotage_evidence_noted(text, jsonb, text)",
    "pilotage_evidence_forget_runs(text, timestamptz, timestamptz)",
)


def let_the_application(apps, schema_editor):
    role = sql.Identifier(str(settings.DATABASES["default"].get("USER", "")))
    with connections[schema_editor.connection.alias].cursor() as cursor:
        for function in (*ASKED, *WITHIN):
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        for function in ASKED:
            cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION " + function + " TO {}").format(role))


def gone(function):
    return f"DROP FUNCTION IF EXISTS {function}"


class Migration(migrations.Migration):
    dependencies = [("evidence", "0009_secrets_at")]

    operations = [
        migrations.AddField("retention", "thinned_to", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddConstraint(
            "retention",
            models.CheckConstraint(
                condition=models.Q(("keep_days__gte", 7), models.Q(("thin_to_s__isnull", True), ("thin_to_s__range", (60, 86400)), _connector="OR")),
                name="evidence_kept_and_thinned_within_reason",
            ),
        ),
        migrations.AddIndex("run", django.contrib.postgres.indexes.BrinIndex(fields=["observed_at"], name="evidence_run_time")),
        migrations.RunSQL(
            [f"DROP TRIGGER IF EXISTS audit_{event} ON evidence_retention" for event in ("insert", "update", "delete")],
            migrations.RunSQL.noop,
        ),
        audited("evidence_retention", without=("thinned_to",)),
        migrations.RunSQL(AGE, gone(WITHIN[0])),
        migrations.RunSQL(NOTED, gone(WITHIN[1])),
        migrations.RunSQL(FORGET_RUNS, gone(WITHIN[2])),
        migrations.RunSQL(THIN, gone(ASKED[0])),
        migrations.RunSQL(DROP, gone(ASKED[1])),
        migrations.RunPython(let_the_application, migrations.RunPython.noop),
    ]
