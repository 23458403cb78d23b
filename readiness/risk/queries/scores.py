"""Scores as arrays, and the versions and generations that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.rules.encoding import Row, records
from readiness.risk.rules.packing import unpacked

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Fields = Sequence[tuple[str, str]]

PLAIN = (
    ("generation", ">i8"), ("initiative", ">i8"), ("value", ">f8"), ("low", ">f8"), ("high", ">f8"), ("organisation", ">i4"),
    ("unit", ">i4"), ("stage", ">i4"),
)  # fmt: skip
COLUMNS = "generation_id, initiative_id, value, low, high, organisation, unit, stage, answers, top"
TOP = 3
# Thousands of rows in their binary form as one value: a driver that takes row by row needs longer for it than the server.
_READ = """
SELECT initiative_id / 4096, string_agg(record_send(ROW({columns})), ''::bytea ORDER BY initiative_id)
FROM risk_score WHERE generation_id = %s GROUP BY 1 ORDER BY 1
"""


def arrays(drivers: int) -> tuple[tuple[str, str, int], ...]:
    """The array fields of a score."""
    return (("answers", ">f8", drivers), ("top", ">i2", TOP))


@dataclass(frozen=True, slots=True)
class Stored:
    """The scores of a generation, ascending by initiative: (n,), `answers` (n, drivers), codes of the version's form."""

    initiative_id: IntArray
    value: Array
    low: Array
    high: Array
    rows: Initiatives

    def __len__(self) -> int:
        return len(self.initiative_id)

    @property
    def answers(self) -> Array:
        return self.rows.answers


def newest_version(*, demo: bool) -> ModelVersion | None:
    return ModelVersion.objects.filter(demo=demo, reconstructed=False).order_by("-id").first()


def current_generation(*, demo: bool) -> Generation | None:
    """What pages show, with its version."""
    return Generation.objects.filter(demo=demo, current=True).select_related("version").first()


def weighed_of(version: ModelVersion) -> Weighed:
    """The fitted model as it was kept; raises OtherEngine."""
    return unpacked(version.form, bytes(version.arrays), version.engine)


def stored(generation: Generation) -> Stored:
    """All scores of a generation. One statement; for jobs."""
    read = _read(generation, COLUMNS, PLAIN, arrays(len(generation.version.form["drivers"])))
    organisation, unit, stage = (read[name].astype(np.int64) for name in ("organisation", "unit", "stage"))
    value, low, high = (read[name].astype(np.float64) for name in ("value", "low", "high"))
    answers = read["answers"]["value"].astype(np.float64)
    return Stored(read["initiative"].astype(np.int64), value, low, high, Initiatives(answers, organisation, unit, stage))


def stored_values(generation: Generation) -> tuple[IntArray, Array]:
    """Ids, ascending, and figures (n,) alone. One statement; for jobs."""
    read = _read(generation, "initiative_id, value", (("initiative", ">i8"), ("value", ">f8")), ())
    return read["initiative"].astype(np.int64), read["value"].astype(np.float64)


def _read(generation: Generation, columns: str, plain: Fields, several: Sequence[tuple[str, str, int]]) -> Row:
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(columns=columns), [generation.pk])
        payload = b"".join(part for _chunk, part in cursor.fetchall())
    return records(payload, plain, several)
