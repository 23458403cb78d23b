"""Rows of series, found by their digest or made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from portfolio.kit.copying import copy_rows, next_ids
from readiness.evidence.models import Series
from readiness.evidence.rules.excerpts import keepable, printable
from readiness.evidence.rules.identity import SeriesKey
from readiness.evidence.services.ingest.landing import Landing

_COLUMNS = (
    "id source_id unit_id initiative_id workload_id pool_id kind metric statistic percentile window_s labels environment run_key"
    " raw_name raw_unit digest"
)
_LONGEST_NAME, _LONGEST_UNIT = 300, 40
RawName = tuple[str, str]  # as the source wrote it: its name of the metric, its unit


Wanted = tuple[SeriesKey, RawName]


@dataclass
class SeriesIds:
    """Ids of series by digest, for one ingest: the same series is one row for ever."""

    landing: Landing
    _known: dict[str, int] = field(default_factory=dict)

    def of(self, wanted: Mapping[str, Wanted]) -> Mapping[str, int]:
        """Of these and of all that were asked before; the caller holds the source's lock."""
        asked = [digest for digest in wanted if digest not in self._known]
        if asked:
            self._known |= _found(asked)
            self._make({digest: wanted[digest] for digest in asked if digest not in self._known})
        return self._known

    def _make(self, missing: Mapping[str, Wanted]) -> None:
        ids = next_ids(Series._meta.db_table, len(missing))
        whose = self.landing.columns()
        copy_rows(
            Series._meta.db_table,
            _COLUMNS,
            (_row(pk, whose, digest, *one) for pk, (digest, one) in zip(ids, missing.items(), strict=True)),
        )
        self._known |= dict(zip(missing, ids, strict=True))


def _found(digests: Sequence[str]) -> dict[str, int]:
    """One text as the parameter: ten thousand of them take longer to quote than to find."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, id FROM evidence_series WHERE digest = ANY(string_to_array(%s, ' '))", [" ".join(digests)])
        return dict(cursor.fetchall())


def _row(pk: int, whose: tuple[int | None, ...], digest: str, key: SeriesKey, raw: RawName) -> tuple[Any, ...]:
    return (
        pk, *whose, key.kind, key.metric, key.statistic, key.percentile, key.window_s, keepable(dict(key.labels)),
        keepable(dict(key.environment)), key.run_key, str(printable(raw[0]))[:_LONGEST_NAME],
        str(printable(raw[1]))[:_LONGEST_UNIT], digest,
    )  # fmt: skip
