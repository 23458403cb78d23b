"""Rows of runs: those that are there are found by their digest, the others written by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from portfolio.kit.copying import copy_rows, next_ids
from readiness.evidence.models import Run
from readiness.evidence.rules.excerpts import keepable, printable
from readiness.evidence.rules.merging import utc
from readiness.evidence.rules.telling import Telling
from readiness.evidence.services.ingest.landing import Landing

_COLUMNS = (
    "id source_id unit_id initiative_id workload_id pool_id delivery_id payload_id feed_id kind tool tool_version format place"
    " name key observed_at started_at local_time duration_s load environment environment_digest flaws flawed raw unread unproven"
    " digest"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The row of a run. A run without any time keeps that of its first arrival, whenever it comes again."""

    id: int
    observed_at: datetime
    new: bool


def keep(landing: Landing, told: Sequence[tuple[Telling, int | None]]) -> dict[str, Kept]:
    """By digest. `told` are (telling, id of its payload). The caller holds the source's lock."""
    known = _known(one.digest for one, _ in told)
    fresh: dict[str, tuple[Telling, int | None]] = {}
    for one, payload_id in told:
        if one.digest not in known:
            fresh.setdefault(one.digest, (one, payload_id))
    ids = next_ids(Run._meta.db_table, len(fresh))
    rows = [_row(pk, landing, one, payload_id) for pk, (one, payload_id) in zip(ids, fresh.values(), strict=True)]
    copy_rows(Run._meta.db_table, _COLUMNS, rows)
    written = {
        digest: Kept(pk, one.observed_at, new=True) for pk, (digest, (one, _)) in zip(ids, fresh.items(), strict=True)
    }  # fmt: skip
    return known | written


def _known(digests: Iterable[str]) -> dict[str, Kept]:
    rows = Run.objects.filter(digest__in=list(digests)).values_list("digest", "pk", "observed_at")
    return {digest: Kept(pk, at, new=False) for digest, pk, at in rows}


def _row(pk: int, landing: Landing, one: Telling, payload_id: int | None) -> tuple[Any, ...]:
    run = one.run
    return (
        pk, *landing.columns(), landing.delivery.pk, payload_id, landing.feed.pk if landing.feed else None, one.kind,
        _text(run.tool, 40), _text(run.tool_version, 200), _text(run.format, 40), _text(run.place, 500), _text(run.name, 300),
        run.key, one.observed_at, utc(run.started_at) if run.started_at else None, run.local_time, run.duration_s,
        {name: value for name, value in asdict(run.load).items() if value is not None}, keepable(one.environment),
        one.environment_digest, keepable([[str(flaw), text] for flaw, text in one.flaws]), bool(one.flaws),
        keepable(one.raw), keepable(dict(run.unread)), run.unproven, one.digest,
    )  # fmt: skip


def _text(written: str, longest: int) -> str:
    return str(printable(written))[:longest]
