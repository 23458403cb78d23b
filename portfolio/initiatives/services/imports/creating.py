"""New initiatives of an import, as one statement per table."""
# ruff: noqa: S608 (the statements are put together from constants of this package, values are parameters)

from __future__ import annotations

from typing import Any

from django.db import connection

from portfolio.initiatives.services.imports.columns import (
    CHOICES,
    CREATED,
    DATES,
    OWNER_NAME,
    PEOPLE,
    ROWS,
    STAGE_DATE,
    TEXTS,
    UNITS,
    day,
    exact_day,
    items,
    precision,
)

_PLAIN = ", ".join((*TEXTS, *CHOICES))
_PLAIN_VALUES = ", ".join([*(f"coalesce(f.{c}, '')" for c in TEXTS), *(f"coalesce(f.{c}, 'unknown')" for c in CHOICES)])

# The same words in the same order as indexing.SEARCH_EXTRA, so that indexing afterwards finds nothing to do.
_SEARCH_EXTRA = f"""concat_ws(' ',
    (SELECT string_agg(value, ' ' ORDER BY value) FROM (SELECT DISTINCT value FROM {items("r.fields", "tags")}) t),
    p.name, coalesce(u.trail, %(root_trail)s), nullif(o.name, ''), nullif({OWNER_NAME}, ''), nullif(f.sponsor_name, ''),
    (SELECT string_agg(value, ' ' ORDER BY value) FROM (
        SELECT value FROM {items("r.fields", "external_ids")} UNION SELECT nullif(f.external_id, '')) t),
    (SELECT string_agg(value, ' ') FROM {items("r.fields", "contract_numbers")}))"""

_INITIATIVES = f"""
INSERT INTO initiatives_initiative
    (id, name, unit_id, programme_id, lifecycle_id, stage_id, stage_since, status, owner_id, owner_name,
     expected_value, expected_value_currency, contract_numbers, answers, rag, status_note, status_note_at,
     register_id, demo, search_extra, {_PLAIN})
SELECT r.initiative_id, f.name, coalesce(u.unit_id, %(root)s), p.id, %(lifecycle)s, s.id, {day(f"({STAGE_DATE})")},
       CASE WHEN f.status IN ('closed', 'on_hold') THEN f.status ELSE 'active' END, o.id, {OWNER_NAME},
       f.expected_value, coalesce(f.expected_value_currency, ''), coalesce(f.contract_numbers, '[]'),
       coalesce(f.answers, '{{}}'), '', coalesce(f.status_note, ''), CASE WHEN f.status_note <> '' THEN now() END,
       %(register)s, %(demo)s, {_SEARCH_EXTRA}, {_PLAIN_VALUES}
FROM {ROWS}
LEFT JOIN {UNITS} ON u.path = f.unit
LEFT JOIN initiatives_stage s ON s.lifecycle_id = %(lifecycle)s AND s.key = f.stage
LEFT JOIN initiatives_programme p ON p.unit_id = %(root)s AND p.name = f.programme
LEFT JOIN {PEOPLE} ON o.email = lower(f.owner_email) AND f.owner_email <> ''
WHERE {CREATED} ORDER BY r.line
"""

_STAGES = f"""
INSERT INTO initiatives_stageentry
    (initiative_id, stage_id, entered_on, entered_precision, left_on, current, source, raw, told_on)
SELECT r.initiative_id, s.id, {day(f"({STAGE_DATE})")}, {precision(f"({STAGE_DATE})")},
       CASE WHEN f.status = 'closed' THEN {exact_day("f.retired_on")} END, coalesce(f.status, '') <> 'closed',
       %(source)s, coalesce(f.stage_raw, ''), %(as_of)s::date
FROM {ROWS} LEFT JOIN initiatives_stage s ON s.lifecycle_id = %(lifecycle)s AND s.key = f.stage
WHERE {CREATED} ORDER BY r.line
"""

_CLOSURES = f"""
INSERT INTO initiatives_closure (initiative_id, kind, reason, closed_on, precision, raw, source, stage_id, told_on)
SELECT r.initiative_id, f.closure_kind, 'unknown', {day("f.retired_on")}, {precision("f.retired_on")},
       coalesce(f.retired_on ->> 'raw', ''), %(source)s, s.id, %(as_of)s::date
FROM {ROWS} LEFT JOIN initiatives_stage s ON s.lifecycle_id = %(lifecycle)s AND s.key = f.stage
WHERE {CREATED} AND f.status = 'closed' ORDER BY r.line
"""

_KINDS = ", ".join(f"('{kind}', f.{field})" for field, kind in DATES.items())
_DATES = f"""
INSERT INTO initiatives_initiativedate (initiative_id, kind, value, precision, raw, unread)
SELECT r.initiative_id, d.kind, {day("d.date")}, {precision("d.date")}, d.date ->> 'raw', coalesce(d.date ->> 'unread', '')
FROM {ROWS} CROSS JOIN LATERAL (VALUES {_KINDS}) AS d(kind, date)
WHERE {CREATED} AND btrim(d.date ->> 'raw') <> ''
"""

_TAGS = f"""
INSERT INTO initiatives_initiative_tags (initiative_id, tag_id)
SELECT DISTINCT r.initiative_id, t.id
FROM initiatives_importrow r CROSS JOIN LATERAL {items("r.fields", "tags")} JOIN initiatives_tag t ON t.name = each.value
WHERE {CREATED}
"""

_EXTERNAL_IDS = f"""
INSERT INTO initiatives_externalid (initiative_id, system, value)
SELECT r.initiative_id, %(source)s, e.value
FROM initiatives_importrow r CROSS JOIN LATERAL (
    SELECT value FROM {items("r.fields", "external_ids")} UNION SELECT r.fields ->> 'external_id') e
WHERE {CREATED} AND e.value <> ''
"""

_LINKS = f"""
INSERT INTO initiatives_link (initiative_id, label, url)
SELECT r.initiative_id, CASE WHEN e.value = r.fields ->> 'source_code_url' THEN 'Source code' ELSE '' END, e.value
FROM initiatives_importrow r CROSS JOIN LATERAL (
    SELECT value FROM {items("r.fields", "links")} UNION SELECT r.fields ->> 'source_code_url') e
WHERE {CREATED} AND e.value <> ''
"""

_REGISTER_ROWS = f"""
INSERT INTO initiatives_registerrow (register_id, key, initiative_id, line, raw, fields, issues, digest, run_id)
SELECT %(register)s, r.key, r.initiative_id, r.line, r.raw, r.fields, r.issues, r.digest, r.run_id
FROM initiatives_importrow r WHERE {CREATED} ORDER BY r.line
"""

# table's statement -> fields without which it has nothing to do
_STATEMENTS: tuple[tuple[str, frozenset[str]], ...] = (
    (_INITIATIVES, frozenset()),
    (_STAGES, frozenset()),
    (_CLOSURES, frozenset({"status", "closure_kind"})),
    (_DATES, frozenset(DATES)),
    (_TAGS, frozenset({"tags"})),
    (_EXTERNAL_IDS, frozenset({"external_id", "external_ids"})),
    (_LINKS, frozenset({"links", "source_code_url"})),
    (_REGISTER_ROWS, frozenset()),
)


def create_initiatives(*, values: dict[str, Any], fields: frozenset[str]) -> None:
    """Insert the run's rows to be created with all that hangs on them. `values`: publishing.Values, `fields`: mapped ones."""
    with connection.cursor() as cursor:
        for statement, needed in _STATEMENTS:
            if not needed or needed & fields:
                cursor.execute(statement, values)
