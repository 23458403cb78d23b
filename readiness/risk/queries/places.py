"""Where each open initiative stands: organisation, unit and stage, as codes of a model's form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_STATEMENT = """
SELECT i.id, split_part(u.path, '/', 2)::bigint, coalesce(nullif(split_part(u.path, '/', 3), ''), '-1')::bigint,
       coalesce(s.key, '')
FROM initiatives_initiative i
JOIN accounts_businessunit u ON u.id = i.unit_id
LEFT JOIN initiatives_stage s ON s.id = i.stage_id
WHERE i.demo = %s AND i.status <> 'closed' AND (s.id IS NULL OR s.kind <> 'production') ORDER BY i.id
"""


@dataclass(frozen=True, slots=True)
class Places:
    """In flight, ascending by id, (n,) each: id of the root unit, of the unit below it (-1: the root itself), stage key."""

    initiative_id: IntArray
    root: IntArray
    unit: IntArray
    stage: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.initiative_id)


def places(*, demo: bool) -> Places:
    """Not closed, and before production or of unknown stage. One statement; for jobs, never for a page."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [demo])
        columns = list(zip(*cursor.fetchall(), strict=True)) or [(), (), (), ()]
    ids, roots, units, stages = columns
    return Places(
        np.array(ids, dtype=np.int64), np.array(roots, dtype=np.int64), np.array(units, dtype=np.int64),
        np.array(stages, dtype=np.str_),
    )  # fmt: skip


def second_units(paths: NDArray[np.str_]) -> IntArray:
    """The unit below the root in paths like `/1/7/12/`, -1 where there is none."""
    parts = [path.strip("/").split("/") for path in paths.tolist()]
    return np.array([int(part[1]) if len(part) > 1 else -1 for part in parts], dtype=np.int64)


def coded(values: NDArray[np.generic], known: tuple[object, ...]) -> IntArray:
    """The place of each value in `known`, -1 for what is not in it."""
    place = {value: at for at, value in enumerate(known)}
    return np.array([place.get(value, -1) for value in values.tolist()], dtype=np.int64)
