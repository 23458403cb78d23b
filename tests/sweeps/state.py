"""Every business table as one hash each, in words instead of row ids, so that two databases can be compared."""

from __future__ import annotations

import psycopg

_WORDS = """
WITH RECURSIVE unit AS (
    SELECT id, name::text AS trail FROM accounts_businessunit WHERE parent_id IS NULL
    UNION ALL SELECT b.id, unit.trail || '/' || b.name FROM accounts_businessunit b JOIN unit ON unit.id = b.parent_id),
one AS (
    SELECT k.initiative_id, r.name || ' ' || k.key AS word
    FROM initiatives_registerrow k JOIN initiatives_register r ON r.id = k.register_id)
"""
# ids, numbers from sequences and moments differ between two runs of the same import; everything else must not
_QUERIES = {
    "unit": "SELECT unit.trail, b.code, b.depth, b.demo FROM accounts_businessunit b JOIN unit USING (id)",
    "initiative": """
        SELECT one.word, unit.trail, i.name, p.name, l.key, l.version, s.key, i.stage_since, i.status, i.purpose, i.outputs,
               i.topic, i.approach, i.impact_level, i.system_name, i.expected_value, i.expected_value_currency, o.email,
               i.owner_name, i.sponsor_name, i.rag, i.status_note, i.venue_storage, i.containerised, i.contract_numbers,
               i.answers, r.name, i.missing_since_id IS NULL, i.demo, i.version, i.search_extra, i.search
        FROM initiatives_initiative i LEFT JOIN one ON one.initiative_id = i.id JOIN unit ON unit.id = i.unit_id
        JOIN initiatives_lifecycle l ON l.id = i.lifecycle_id LEFT JOIN initiatives_stage s ON s.id = i.stage_id
        LEFT JOIN initiatives_programme p ON p.id = i.programme_id LEFT JOIN accounts_user o ON o.id = i.owner_id
        LEFT JOIN initiatives_register r ON r.id = i.register_id""",
    "stage entry": """
        SELECT one.word, s.key, e.entered_on, e.entered_precision, e.left_on, e.current, e.source, e.raw
        FROM initiatives_stageentry e JOIN one USING (initiative_id) LEFT JOIN initiatives_stage s ON s.id = e.stage_id""",
    "closure": """
        SELECT one.word, c.kind, c.reason, c.closed_on, c.precision, c.raw, c.source, s.key, c.reopened_at IS NULL
        FROM initiatives_closure c JOIN one USING (initiative_id) LEFT JOIN initiatives_stage s ON s.id = c.stage_id""",
    "date": """
        SELECT one.word, d.kind, d.value, d.precision, d.raw, d.unread
        FROM initiatives_initiativedate d JOIN one USING (initiative_id)""",
    "tag": """
        SELECT one.word, t.name FROM initiatives_initiative_tags it JOIN one USING (initiative_id)
        JOIN initiatives_tag t ON t.id = it.tag_id""",
    "external id": "SELECT one.word, e.system, e.value FROM initiatives_externalid e JOIN one USING (initiative_id)",
    "link": "SELECT one.word, k.label, k.url FROM initiatives_link k JOIN one USING (initiative_id)",
    "register": """
        SELECT r.name, unit.trail, l.key, l.version, r.key_rule, r.profile, r.mapping
        FROM initiatives_register r JOIN unit ON unit.id = r.unit_id JOIN initiatives_lifecycle l ON l.id = r.lifecycle_id""",
    "register row": """
        SELECT one.word, k.line, k.raw, k.fields, k.issues, k.digest, k.run_id
        FROM initiatives_registerrow k JOIN one USING (initiative_id)""",
    "run": "SELECT id, file_name, state, counts, notes, rows_done, rows_total, error FROM initiatives_importrun",
    "staged row": "SELECT run_id, line, key, outcome, raw, fields, issues, changed, digest FROM initiatives_importrow",
    "audit": """
        SELECT object_type, action, through, actor, note, count(*) FROM activity_auditentry
        WHERE object_type <> 'initiatives_importrun' GROUP BY 1, 2, 3, 4, 5""",
    "event": "SELECT kind, payload - 'register_id', count(*) FROM outbox_event GROUP BY 1, 2",
    "open job": "SELECT handler FROM outbox_job WHERE done_at IS NULL",
}


def business_state(url: str) -> dict[str, str]:
    """Table -> hash of its rows in words."""
    state = {}
    with psycopg.connect(url) as reader:
        for name, query in _QUERIES.items():
            found = reader.execute(
                f"{_WORDS} SELECT count(*), md5(string_agg(x.word, '' ORDER BY x.word COLLATE \"C\"))"
                f" FROM (SELECT md5(y::text) AS word FROM ({query}) y) x"
            ).fetchone()
            assert found is not None
            state[name] = f"{found[0]} rows {found[1]}"
    return state
