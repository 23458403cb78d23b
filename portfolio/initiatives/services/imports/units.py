"""The units that a register's rows name, made under the register's own unit where they do not exist yet."""

from __future__ import annotations

from typing import NamedTuple

import orjson
from django.db import connection

from portfolio.accounts.models import BusinessUnit

SEPARATOR = " / "
Path = tuple[str, ...]

_PATHS = """
SELECT path, (array_agg(code ORDER BY line) FILTER (WHERE code <> ''))[1]
FROM (SELECT fields -> 'unit' AS path, coalesce(fields ->> 'unit_code', '') AS code, line
      FROM initiatives_importrow WHERE run_id = %s AND outcome IN ('created', 'updated') AND fields ? 'unit') x
GROUP BY path ORDER BY min(line)
"""


class UnitMap(NamedTuple):
    """Parallel lists, as SQL takes them: path as JSON text, unit id, trail of names from the top."""

    paths: list[str]
    ids: list[int]
    trails: list[str]
    made: int


def ensure_units(*, run_id: int, root: BusinessUnit, demo: bool = False) -> UnitMap:
    """Every unit path of the run's new and changed rows with its unit, missing ones made. Holds a lock on `root`.

    A unit's code is set when it is made: the file's code of the outermost level, taken from its first row.
    """
    # two imports under one unit, into different registers, must not make the same sub-unit twice
    BusinessUnit.objects.select_for_update(no_key=True).get(pk=root.pk)
    tree = _Tree(root, demo)
    found = UnitMap([], [], [], 0)
    for path, code in _paths(run_id):
        unit = tree.reach(path, code)
        found.paths.append(orjson.dumps(path).decode())
        found.ids.append(unit.pk)
        found.trails.append(tree.trail(unit))
    return found._replace(made=tree.save())


def _paths(run_id: int) -> list[tuple[Path, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_PATHS, [run_id])
        return [(tuple(orjson.loads(path)), code or "") for path, code in cursor.fetchall()]


class _Tree:
    """Units at and under `root` by parent and lower-case name, with those that are still to be saved."""

    def __init__(self, root: BusinessUnit, demo: bool) -> None:
        self._root, self._demo = root, demo
        below = BusinessUnit.objects.filter(path__startswith=root.path).exclude(pk=root.pk)
        self._units = {(unit.parent_id, unit.name.lower()): unit for unit in below}
        above = [int(part) for part in root.path.strip("/").split("/")]
        self._names = {unit.pk: unit.name for unit in [*BusinessUnit.objects.filter(pk__in=above), *below]}
        self._new: list[BusinessUnit] = []
        self._ids: list[int] = []

    def reach(self, path: Path, code: str) -> BusinessUnit:
        unit = self._root
        for level, name in enumerate(path):
            key = (unit.pk, name.lower())
            if key not in self._units:
                self._units[key] = self._make(unit, name, code if level == 0 else "")
            unit = self._units[key]
        return unit

    def trail(self, unit: BusinessUnit) -> str:
        return SEPARATOR.join(self._names[int(part)] for part in unit.path.strip("/").split("/"))

    def save(self) -> int:
        BusinessUnit.objects.bulk_create(self._new, batch_size=2_000)
        return len(self._new)

    def _make(self, parent: BusinessUnit, name: str, code: str) -> BusinessUnit:
        number = self._number()
        unit = BusinessUnit(
            pk=number,
            name=name,
            code=code,
            parent=parent,
            path=f"{parent.path}{number}/",
            depth=parent.depth + 1,
            demo=self._demo,
        )
        self._names[number] = name
        self._new.append(unit)
        return unit

    def _number(self) -> int:
        if not self._ids:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence('accounts_businessunit', 'id')) FROM generate_series(1, 200)"
                )
                self._ids = [number for (number,) in reversed(cursor.fetchall())]
        return self._ids.pop()
