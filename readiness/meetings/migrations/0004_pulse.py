"""The pulse of a room: a digest of everything that its page shows, for the question that every follower asks every two seconds."""

from django.db import migrations

PULSE = """
CREATE FUNCTION meetings_pulse(meeting bigint) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(convert_to(ROW(
        m.uid, m.version, m.state, m.current_id, r.state, r.version, r.round, r.evaluated_at, r.decided_at,
        (SELECT max(id) FROM gates_vote WHERE review_id = r.id),
        (SELECT max(id) FROM gates_decision WHERE review_id = r.id),
        (SELECT max(id) FROM gates_judgement WHERE review_id = r.id),
        (SELECT max(id) FROM gates_run WHERE review_id = r.id),
        (SELECT max(id) FROM gates_attendance WHERE review_id = r.id),
        (SELECT count(left_at) FROM gates_attendance WHERE review_id = r.id)
    )::text, 'UTF8')), 'hex')
    FROM meetings_meeting m
    LEFT JOIN meetings_agendaitem i ON i.id = m.current_id
    LEFT JOIN gates_review r ON r.id = i.review_id
    WHERE m.id = meeting
$$
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_pack")]

    operations = [migrations.RunSQL(PULSE, "DROP FUNCTION meetings_pulse(bigint)")]
