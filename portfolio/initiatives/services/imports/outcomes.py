"""What a staged row will do to the register: created, updated (and which fields), unchanged; counted the same twice.

Computed for the preview and again when publishing, because the register may have moved on in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from portfolio.initiatives.choices import RowOutcome
from portfolio.initiatives.models import ImportRow, Initiative, Register, RegisterRow
from portfolio.initiatives.services.imports.linked import links_of

# Statements over a whole file take longer than a page may; fresh rows have no statistics yet, so no nested loops.
WHOLE_FILE = "SET LOCAL statement_timeout = 0; SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'"

# Rows whose outcome stands already are not rewritten. A row keeps its reserved id as long as it is to be created. Fields
# are fetched again by id for the rows that differ, so that the join carries no documents.
_COMPARE = """
UPDATE initiatives_importrow r
SET outcome = x.outcome, initiative_id = x.initiative_id, changed = x.changed
FROM (
    SELECT s.id,
           CASE WHEN k.id IS NULL THEN 'created' WHEN k.digest = s.digest THEN 'unchanged' ELSE 'updated' END AS outcome,
           CASE WHEN k.id IS NOT NULL THEN k.initiative_id WHEN s.outcome = 'created' THEN s.initiative_id
                ELSE nextval(pg_get_serial_sequence('initiatives_initiative', 'id')) END AS initiative_id,
           CASE WHEN k.digest <> s.digest THEN ARRAY(
                SELECT n.key FROM initiatives_importrow a CROSS JOIN initiatives_registerrow b, jsonb_each(a.fields) n
                WHERE a.id = s.id AND b.id = k.id AND n.value IS DISTINCT FROM b.fields -> n.key ORDER BY n.key
           ) ELSE '{{}}' END AS changed
    FROM initiatives_importrow s
    LEFT JOIN ({links}) l ON l.new_key = s.key
    LEFT JOIN initiatives_registerrow k ON k.register_id = %(register)s AND k.key = coalesce(l.old_key, s.key)
    WHERE s.run_id = %(run)s AND s.outcome <> 'rejected' {some}
) x
WHERE r.id = x.id AND r.run_id = %(run)s
  AND (r.outcome, r.initiative_id, r.changed) IS DISTINCT FROM (x.outcome, x.initiative_id, x.changed)
"""

# Rejected rows are in the file too, so what they would have updated is not missing.
_MISSING = """
SELECT count(*) FILTER (WHERE NOT seen),
       count(*) FILTER (WHERE NOT seen AND marked),
       count(*) FILTER (WHERE seen AND marked),
       count(*) FILTER (WHERE linked)
FROM (
    SELECT i.missing_since_id IS NOT NULL AS marked, r.key IS NOT NULL AS seen, r.linked
    FROM initiatives_registerrow k
    JOIN initiatives_initiative i ON i.id = k.initiative_id
    LEFT JOIN (
        SELECT DISTINCT coalesce(l.old_key, f.key) AS key, l.id IS NOT NULL AS linked
        FROM initiatives_importrow f LEFT JOIN ({links}) l ON l.new_key = f.key WHERE f.run_id = %(run)s
    ) r ON r.key = k.key
    WHERE k.register_id = %(register)s
) x
"""


def compare(*, run_id: int, register: Register | None, keys: Sequence[str] | None = None) -> None:
    """Set outcome, initiative and changed fields of every staged row (or those of `keys`) against the register as it is now."""
    if register is None or not (RegisterRow.objects.filter(register=register).exists() or _was_compared(run_id)):
        return  # staged as created, and nothing is there to compare with
    with connection.cursor() as cursor:
        cursor.execute(WHOLE_FILE)
        some = "" if keys is None else "AND s.key = ANY(%(keys)s)"
        statement = _COMPARE.format(links=links_of(run_id), some=some)
        cursor.execute(statement, {"run": run_id, "register": register.pk, "keys": list(keys or ())})


def _was_compared(run_id: int) -> bool:
    return ImportRow.objects.filter(run=run_id, outcome__in=(RowOutcome.UPDATED, RowOutcome.UNCHANGED)).exists()


def count(*, run_id: int, register: Register | None) -> dict[str, int]:
    """`{rows, created, updated, unchanged, rejected, missing, newly_missing, returned, linked}`; the middle four add up to rows.

    `missing`: initiatives of the register that this file does not list, marked before or not. `linked`: rows that a person
    linked to one of them.
    """
    counts: dict[str, int] = {"rows": 0}
    with connection.cursor() as cursor:
        cursor.execute(WHOLE_FILE)
        cursor.execute("SELECT outcome, count(*) FROM initiatives_importrow WHERE run_id = %s GROUP BY 1", [run_id])
        by_outcome: dict[str, int] = dict(cursor.fetchall())
        for outcome in (RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.UNCHANGED, RowOutcome.REJECTED):
            counts[outcome.value] = by_outcome.get(outcome, 0)
        counts["rows"] = sum(by_outcome.values())
        missing, marked, returned, linked = 0, 0, 0, 0
        if register is not None:
            cursor.execute(_MISSING.format(links=links_of(run_id)), {"run": run_id, "register": register.pk})
            missing, marked, returned, linked = cursor.fetchone()
    return counts | {"missing": missing, "newly_missing": missing - marked, "returned": returned, "linked": linked}


def mark_missing(*, run_id: int, register: Register) -> None:
    """Mark what the file does not list, clear the mark of what came back. Nothing is closed."""
    keys: dict[str, Any] = {"run": run_id, "register": register.pk}
    listed = "EXISTS (SELECT 1 FROM initiatives_importrow r WHERE r.run_id = %(run)s AND r.key = k.key)"
    sql = (
        "UPDATE {initiatives} i SET missing_since_id = {mark} FROM initiatives_registerrow k"
        " WHERE k.initiative_id = i.id AND k.register_id = %(register)s AND i.missing_since_id IS {null} AND {listed}"
    )
    table = Initiative._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(initiatives=table, mark="%(run)s", null="NULL", listed=f"NOT {listed}"),
            keys,
        )
        cursor.execute(sql.format(initiatives=table, mark="NULL", null="NOT NULL", listed=listed), keys)
