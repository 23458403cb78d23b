"""Rows of series, found by their digest or made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portfolio.kit.copying import copy_rows, next_ids
from readiness.evidence.models import Series
from readiness.evidence.rules.excerpts import keepable, printable
from readiness.evidence.rules.identity import SeriesKey, series_digest
from readiness.evidence.services.ingest.landing import Landing

_COLUMNS = (
    "id source_id unit_id initiative_id workload_id pool_id kind metric statistic percentile window_s labels environment run_key"
    " raw_name raw_unit digest"
)
_LONGEST_NAME, _LONGEST_UNIT = 300, 40
RawName = tuple[str, str]  # as the source wrote it: its name of the metric, its unit


@dataclass
class SeriesIds:
    """Ids of series by key, for one ingest. Told apart by digest, so that the same series is one row for ever."""

    landing: Landing
    _known: dict[SeriesKey, int] = field(default_factory=dict)

    def of(self, wanted: Mapping[SeriesKey, RawName]) -> dict[SeriesKey, int]:
        """All ids by key; the caller holds the source's lock."""
        digests = {series_digest(self.landing.of, key): key for key in wanted if key not in self._known}
        if digests:
            rows = Series.objects.filter(digest__in=list(digests)).values_list("digest", "pk")
            found = dict(rows)
            self._known |= {digests[digest]: pk for digest, pk in found.items()}
            self._make({digest: key for digest, key in digests.items() if digest not in found}, wanted)
        return self._known

    def _make(self, digests: Mapping[str, SeriesKey], wanted: Mapping[SeriesKey, RawName]) -> None:
        ids = next_ids(Series._meta.db_table, len(digests))
        whose = self.landing.columns()
        copy_rows(
            Series._meta.db_table,
            _COLUMNS,
            (
                (
                    pk, *whose, key.kind, key.metric, key.statistic, key.percentile, key.window_s, keepable(dict(key.labels)),
                    keepable(dict(key.environment)), key.run_key, str(printable(wanted[key][0]))[:_LONGEST_NAME],
                    str(printable(wanted[key][1]))[:_LONGEST_UNIT], digest,
                )
                for pk, (digest, key) in zip(ids, digests.items(), strict=True)
            ),
        )  # fmt: skip
        self._known |= dict(zip(digests.values(), ids, strict=True))
