"""What an import changes: only fields whose value differs between the register's last import and this one.

What a person changed by hand in the portal meanwhile stays, unless the register itself changed that field.
"""
# ruff: noqa: S608 (the statements are put together from constants of this package, values are parameters)

from __future__ import annotations

from typing import Any

from django.db import connection

from portfolio.initiatives.services.imports.columns import (
    CHOICES,
    DATES,
    OWNER_NAME,
    PEOPLE,
    ROWS,
    STAGE_DATE,
    TEXTS,
    UNITS,
    UPDATED,
    day,
    exact_day,
    items,
    precision,
)

_STATUS_CHANGED = "r.changed && ARRAY['status', 'closure_kind']"
_CLOSES = f"({_STATUS_CHANGED} AND f.status = 'closed' AND i.status <> 'closed')"
_REOPENS = f"({_STATUS_CHANGED} AND f.status IN ('active', 'on_hold') AND i.status = 'closed')"
# What closes keeps the stage it was last known in: "Retired" says nothing of it.
_MOVES = (
    "('stage' = ANY(r.changed) AND s.id IS DISTINCT FROM i.stage_id"
    " AND NOT (s.id IS NULL AND f.status IS NOT DISTINCT FROM 'closed'))"
)
_STANDING = f"""
FROM {ROWS}
JOIN initiatives_initiative i ON i.id = r.initiative_id
LEFT JOIN initiatives_stage s ON s.lifecycle_id = i.lifecycle_id AND s.key = f.stage
WHERE {UPDATED}"""

# First, so that what a person saves meanwhile is seen by every statement after, and no edit is lost.
_LOCK = f"""
SELECT count(*) FROM (
    SELECT 1 FROM initiatives_initiative WHERE id IN (SELECT r.initiative_id FROM initiatives_importrow r WHERE {UPDATED})
    ORDER BY id FOR NO KEY UPDATE) locked
"""

_LEAVE = f"""
UPDATE initiatives_stageentry e
SET current = false, left_on = CASE WHEN x.day >= e.entered_on OR e.entered_on IS NULL THEN x.day END
FROM (SELECT i.id, CASE WHEN {_CLOSES} THEN {exact_day("f.retired_on")} ELSE {exact_day(f"({STAGE_DATE})")} END AS day
      {_STANDING} AND ({_MOVES} OR {_CLOSES})) x
WHERE e.initiative_id = x.id AND e.current
"""

_ENTER = f"""
INSERT INTO initiatives_stageentry
    (initiative_id, stage_id, entered_on, entered_precision, left_on, current, source, raw, told_on)
SELECT i.id, CASE WHEN {_MOVES} THEN s.id ELSE i.stage_id END,
       CASE WHEN {_MOVES} THEN {day(f"({STAGE_DATE})")} END,
       CASE WHEN {_MOVES} THEN {precision(f"({STAGE_DATE})")} ELSE 'unknown' END,
       NULL, coalesce(f.status, i.status) <> 'closed' AND (i.status <> 'closed' OR {_REOPENS}),
       %(source)s, coalesce(f.stage_raw, ''), %(as_of)s::date
{_STANDING} AND ({_MOVES} OR {_REOPENS}) ORDER BY r.line
"""

# Another wording of the same stage, from the same source.
_RAW_STAGE = f"""
UPDATE initiatives_stageentry e SET raw = x.raw
FROM (SELECT i.id, f.stage_raw AS raw {_STANDING} AND 'stage_raw' = ANY(r.changed)) x
WHERE e.initiative_id = x.id AND e.current AND e.source = %(source)s AND e.raw <> x.raw
"""

_CLOSURE_KIND = (
    "CASE WHEN f.closure_kind = 'abandoned_unknown'"
    " AND (SELECT kind FROM initiatives_stage WHERE id = i.stage_id) = 'production' THEN 'retired' ELSE f.closure_kind END"
)
_CLOSE = f"""
INSERT INTO initiatives_closure (initiative_id, kind, reason, closed_on, precision, raw, source, stage_id, told_on)
SELECT i.id, {_CLOSURE_KIND}, 'unknown', {day("f.retired_on")}, {precision("f.retired_on")},
       coalesce(f.retired_on ->> 'raw', ''), %(source)s, coalesce(s.id, i.stage_id), %(as_of)s::date
{_STANDING} AND {_CLOSES} ORDER BY r.line
ON CONFLICT DO NOTHING
"""

# A closure that a person recorded stays as it is; the register's own follows the register.
_CORRECT = f"""
UPDATE initiatives_closure c SET kind = x.kind, closed_on = x.day, precision = x.precision, raw = x.raw
FROM (SELECT i.id, {_CLOSURE_KIND} AS kind, {day("f.retired_on")} AS day, {precision("f.retired_on")} AS precision,
             coalesce(f.retired_on ->> 'raw', '') AS raw
      {_STANDING} AND i.status = 'closed' AND f.status = 'closed'
      AND r.changed && ARRAY['closure_kind', 'retired_on']) x
WHERE c.initiative_id = x.id AND c.reopened_at IS NULL AND c.source = %(source)s
"""

# What a snapshot told, a later one takes back on its own day; what anybody else recorded stood until now.
_REOPEN = f"""
UPDATE initiatives_closure c SET reopened_at = CASE
    WHEN c.told_on <= %(as_of)s::date THEN %(as_of)s::date::timestamp AT TIME ZONE %(zone)s ELSE now() END
FROM (SELECT i.id {_STANDING} AND {_REOPENS}) x
WHERE c.initiative_id = x.id AND c.reopened_at IS NULL
"""


def _own(column: str, value: str, *fields: str) -> str:
    names = ", ".join(f"'{field}'" for field in fields or (column,))
    return f"{column} = CASE WHEN r.changed && ARRAY[{names}] THEN {value} ELSE i.{column} END"


_SETS = ",\n    ".join(
    [
        _own("name", "f.name"),
        *(_own(column, f"coalesce(f.{column}, '')") for column in TEXTS),
        *(_own(column, f"coalesce(f.{column}, 'unknown')") for column in CHOICES),
        _own("unit_id", "coalesce(u.unit_id, %(root)s)", "unit"),
        _own("programme_id", "p.id", "programme"),
        _own("owner_id", "o.id", "owner_email"),
        _own("owner_name", OWNER_NAME, "owner_name", "owner_email"),
        _own("expected_value", "f.expected_value", "expected_value", "expected_value_currency"),
        _own("expected_value_currency", "coalesce(f.expected_value_currency, '')", "expected_value", "expected_value_currency"),
        _own("contract_numbers", "coalesce(f.contract_numbers, '[]')"),
        _own("status_note", "coalesce(f.status_note, '')"),
        _own("status_note_at", "now()", "status_note"),
        f"status = CASE WHEN {_STATUS_CHANGED} AND f.status <> 'unknown' THEN f.status ELSE i.status END",
    ]
)
# only the questions whose answer differs
_ANSWERS = (
    "answers = i.answers || coalesce((SELECT jsonb_object_agg(n.key, n.value) FROM jsonb_each(f.answers) n"
    " WHERE n.value IS DISTINCT FROM k.fields -> 'answers' -> n.key), '{}')"
)

_INITIATIVES = f"""
UPDATE initiatives_initiative t SET
    {_SETS.replace(" = CASE", "= CASE")},
    {_ANSWERS},
    stage_id = CASE WHEN {_MOVES} THEN s.id ELSE i.stage_id END,
    stage_since = CASE WHEN {_MOVES} THEN {day(f"({STAGE_DATE})")} WHEN {_REOPENS} THEN NULL ELSE i.stage_since END,
    version = i.version + 1, updated_at = now()
FROM {ROWS}
JOIN initiatives_initiative i ON i.id = r.initiative_id
JOIN initiatives_registerrow k ON k.register_id = %(register)s AND k.key = r.key
LEFT JOIN {UNITS} ON u.path = f.unit
LEFT JOIN initiatives_stage s ON s.lifecycle_id = i.lifecycle_id AND s.key = f.stage
LEFT JOIN initiatives_programme p ON p.unit_id = %(root)s AND p.name = f.programme
LEFT JOIN {PEOPLE} ON o.email = lower(f.owner_email) AND f.owner_email <> ''
WHERE {UPDATED} AND r.changed <> '{{}}' AND t.id = i.id
"""

_REGISTER_ROWS = f"""
UPDATE initiatives_registerrow k
SET line = r.line, raw = r.raw, fields = r.fields, issues = r.issues, digest = r.digest, run_id = r.run_id
FROM initiatives_importrow r
WHERE {UPDATED} AND k.register_id = %(register)s AND k.key = r.key
"""


def _date(field: str, kind: str) -> tuple[str, ...]:
    changed = f"{UPDATED} AND '{field}' = ANY(r.changed)"
    return (
        (
            f"DELETE FROM initiatives_initiativedate d USING {ROWS} WHERE {changed} AND d.initiative_id = r.initiative_id"
            f" AND d.kind = '{kind}' AND btrim(coalesce(f.{field} ->> 'raw', '')) = ''"
        ),
        (
            "INSERT INTO initiatives_initiativedate (initiative_id, kind, value, precision, raw, unread)"
            f" SELECT r.initiative_id, '{kind}', {day(f'f.{field}')}, {precision(f'f.{field}')}, f.{field} ->> 'raw',"
            f" coalesce(f.{field} ->> 'unread', '') FROM {ROWS} WHERE {changed} AND btrim(f.{field} ->> 'raw') <> ''"
            " ON CONFLICT (initiative_id, kind) DO UPDATE SET value = excluded.value, precision = excluded.precision,"
            " raw = excluded.raw, unread = excluded.unread"
        ),
    )


def _list(table: str, column: str, lists: tuple[str, str], extra: tuple[str, str]) -> tuple[str, str]:
    """Remove what the register named and no longer names, add what it names now; the rest is somebody else's."""
    field, single = lists

    def named(document: str) -> str:
        return f"(SELECT value FROM {items(document, field)} UNION SELECT nullif({document} ->> '{single}', ''))"

    changed = f"{UPDATED} AND r.changed && ARRAY['{field}', '{single}']"
    joined = "initiatives_importrow r JOIN initiatives_registerrow k ON k.register_id = %(register)s AND k.key = r.key"
    names, values = extra
    scope = f"AND c.{names} = {values}" if names == "system" else ""
    return (
        (
            f"DELETE FROM {table} c USING {joined} WHERE {changed} AND c.initiative_id = r.initiative_id {scope}"
            f" AND c.{column} IN {named('k.fields')} AND c.{column} NOT IN"
            f" (SELECT value FROM {named('r.fields')} v WHERE value IS NOT NULL)"
        ),
        (
            f"INSERT INTO {table} (initiative_id, {names}, {column})"
            f" SELECT r.initiative_id, {values}, v.value FROM initiatives_importrow r CROSS JOIN LATERAL {named('r.fields')} v"
            f" WHERE {changed} AND v.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} c"
            f" WHERE c.initiative_id = r.initiative_id AND c.{column} = v.value {scope})"
        ),
    )


_TAGS = (
    (
        "DELETE FROM initiatives_initiative_tags c USING initiatives_importrow r, initiatives_registerrow k, initiatives_tag t"
        f" WHERE {UPDATED} AND 'tags' = ANY(r.changed) AND k.register_id = %(register)s AND k.key = r.key"
        " AND c.initiative_id = r.initiative_id AND t.id = c.tag_id"
        " AND k.fields -> 'tags' ? t.name AND NOT r.fields -> 'tags' ? t.name"
    ),
    (
        "INSERT INTO initiatives_initiative_tags (initiative_id, tag_id) SELECT DISTINCT r.initiative_id, t.id"
        f" FROM initiatives_importrow r CROSS JOIN LATERAL {items('r.fields', 'tags')} JOIN initiatives_tag t"
        f" ON t.name = each.value WHERE {UPDATED} AND 'tags' = ANY(r.changed) ON CONFLICT DO NOTHING"
    ),
)
_SOURCE_LABEL = "CASE WHEN v.value = r.fields ->> 'source_code_url' THEN 'Source code' ELSE '' END"

# History first: it compares with the initiatives as they still are; the register's rows last, all else reads the old ones.
_STATEMENTS: tuple[str, ...] = (
    _LOCK,
    _LEAVE,
    _ENTER,
    _RAW_STAGE,
    _REOPEN,
    _CLOSE,
    _CORRECT,
    *(statement for field, kind in DATES.items() for statement in _date(field, kind)),
    *_TAGS,
    *_list("initiatives_externalid", "value", ("external_ids", "external_id"), ("system", "%(source)s")),
    *_list("initiatives_link", "url", ("links", "source_code_url"), ("label", _SOURCE_LABEL)),
    _INITIATIVES,
    _REGISTER_ROWS,
)


def update_initiatives(*, values: dict[str, Any]) -> None:
    """Apply the run's rows to be updated. `values` as for creating."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
