from django.db import migrations

# The lock of the parent that ATTACH needs anyway. An advisory lock would not do: only a lock of a table makes a session look
# anew at what another one has made meanwhile, and to_regclass would go on saying that the month is not there.
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
            LOCK TABLE ONLY evidence_observation IN SHARE UPDATE EXCLUSIVE MODE;
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


class Migration(migrations.Migration):
    dependencies = [("evidence", "0006_latest_in_place")]

    operations = [migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop)]
