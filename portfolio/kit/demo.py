"""Migration operation by which a slice says how its part of the demo goes away.

`pilotage_remove_demo()` calls every function `pilotage_demo_step_<nn>_<slice>()` before its own deletes, highest number
first, so that rows go before what they hang on. A step runs with the owner's rights (SECURITY DEFINER, fixed search path)
because it must pause the audit triggers, which the application may not; nobody but the owner's functions may call it. Inside
the caller constraints are immediate, so a wrong order fails at its statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import migrations

# ruff: noqa: S608  (every name in the statements is written in a migration)
DEMO = "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"
REAL = "initiative_id IN (SELECT id FROM initiatives_initiative WHERE NOT demo)"


@dataclass(frozen=True)
class Detach:
    """Real rows (`which`) lose the pointer in `column` to rows of `target` that are demo; audited like any other change."""

    table: str
    column: str
    target: str
    which: str = REAL
    demo: str = DEMO


@dataclass(frozen=True)
class Delete:
    """Rows that go, in the order in which foreign keys allow it. `clears` is set to NULL first, to open a circle."""

    table: str
    which: str = DEMO
    clears: str = ""


@dataclass(frozen=True)
class Adopt:
    """Rows marked demo that go one by one: what a real row stands on stays and is no longer demo."""

    table: str
    order: str = "id DESC"


def demo_step(
    number: int, slice_name: str, *, detaches: Sequence[Detach] = (), deletes: Sequence[Delete], adopts: Sequence[Adopt] = ()
) -> migrations.RunSQL:
    """The function of a slice. It returns rows removed by table, and under `adopted` what was kept, as `table id`."""
    name = f"pilotage_demo_step_{number:02}_{slice_name}()"
    tables = list(dict.fromkeys([*(part.table for part in deletes), *(part.table for part in adopts)]))
    parts = {
        "name": name,
        "detaches": "\n".join(map(_detach, detaches)),
        "pauses": "\n".join(f"    ALTER TABLE {table} DISABLE TRIGGER USER;" for table in tables),
        "clears": "\n".join(f"    UPDATE {d.table} SET {d.clears} = NULL WHERE {d.which};" for d in deletes if d.clears),
        "deletes": "\n".join(map(_delete, deletes)),
        "adopts": "\n".join(map(_adopt, adopts)),
        "resumes": "\n".join(f"    ALTER TABLE {table} ENABLE TRIGGER USER;" for table in tables),
    }
    return migrations.RunSQL(
        [_FUNCTION.format(**parts), f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"], f"DROP FUNCTION IF EXISTS {name}"
    )


def _detach(part: Detach) -> str:
    demo = f"{part.column} IN (SELECT id FROM {part.target} WHERE {part.demo})"
    return f"    UPDATE {part.table} SET {part.column} = NULL WHERE {demo} AND {part.which};"


def _delete(part: Delete) -> str:
    return (
        f"    DELETE FROM {part.table} WHERE {part.which}; GET DIAGNOSTICS n = ROW_COUNT;\n"
        f"    removed := removed || jsonb_build_object('{part.table}', n);"
    )


def _adopt(part: Adopt) -> str:
    return f"""
    n := 0;
    FOR one IN SELECT id FROM {part.table} WHERE demo ORDER BY {part.order} LOOP
        BEGIN
            DELETE FROM {part.table} WHERE id = one;
            n := n + 1;
        EXCEPTION WHEN foreign_key_violation THEN
            UPDATE {part.table} SET demo = false WHERE id = one;
            adopted := adopted || format('%s %s', '{part.table}', one);
        END;
    END LOOP;
    removed := removed || jsonb_build_object('{part.table}', n);"""


_FUNCTION = """
CREATE OR REPLACE FUNCTION {name} RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    removed jsonb := '{{}}'::jsonb;
    n bigint;
    one bigint;
    adopted text[] := '{{}}';
BEGIN
{detaches}
{pauses}
{clears}
{deletes}
{adopts}
{resumes}
    RETURN removed || jsonb_build_object('adopted', to_jsonb(adopted));
END $$
"""
