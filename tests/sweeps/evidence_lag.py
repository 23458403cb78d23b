"""How far behind its slot a pull begins, while some sources never answer: 500 sources, 5 or 50 of which hang.

    python -m tests.sweeps.evidence_lag --sources 500 --hanging 5 --rounds 3

The same sources are asked for some rounds twice: with all of them well, and with some of them dripping a byte a second for ever.
Compared is the lag of those that are well in both. The suite runs the same with few sources.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.sweeps.evidence_world import INTERVAL_S, installation, make_sources, say, servers


@dataclass(frozen=True)
class Lag:
    """Seconds from slot to begin, of the sources that are well. `missed`: slots of theirs that never were pulled."""

    pulls: int
    p50: float
    p95: float
    greatest: float
    missed: int

    def __str__(self) -> str:
        return (
            f"{self.pulls} pulls, lag p50 {self.p50:.2f} s, p95 {self.p95:.2f} s, greatest {self.greatest:.2f} s, "
            f"{self.missed} slots missed"
        )


def compare(*, sources: int, hanging: int, rounds: float, interval_s: int = INTERVAL_S, folder: Path) -> tuple[Lag, Lag]:
    """The lag without and with those that hang, in a database that is there and empty."""
    from readiness.evidence.models import Source
    from tests.readiness.evidence.pulling.far_side import far_side

    with far_side(int(time.time()) - 5) as port:
        addresses = servers(port, sources)
        ids = make_sources(folder, addresses, interval_s=interval_s)
        well, ill = ids[hanging:], ids[:hanging]
        without = _measured(folder, well, rounds, interval_s)
        for pk, address in zip(ill, addresses, strict=False):
            Source.objects.filter(pk=pk).update(config={"address": f"{address}/drip"})
        with_them = _measured(folder, well, rounds, interval_s)
    return without, with_them


def _measured(folder: Path, well: Sequence[int], rounds: float, interval_s: int) -> Lag:
    """One round to warm up, in which nothing is measured, then `rounds`."""
    from portfolio.kit import clock as now
    from tests.readiness.evidence.pulling.processes import THREADS, clock, running

    _plan(interval_s)
    with running(*THREADS, "--concurrency", "16", "-l", "WARNING", folder=folder, LOG_LEVEL="WARNING"), clock(folder):
        time.sleep(interval_s)
        begun = now.now()
        time.sleep(rounds * interval_s)
        ended = now.now()
        time.sleep(10)
        return _lag(well, begun, ended, interval_s)


def _plan(interval_s: int) -> None:
    from portfolio.kit import clock
    from readiness.evidence.models import Delivery, SourceHealth
    from readiness.evidence.rules.schedule import next_slot

    Delivery.objects.filter(state__in=("queued", "running")).update(state="dropped")
    now = clock.now()
    for health in SourceHealth.objects.all():
        SourceHealth.objects.filter(pk=health.pk).update(
            next_pull_at=next_slot(now, health.pk, interval_s), failures=0, stopped_until=None
        )  # fmt: skip


def _lag(well: Sequence[int], begun: datetime, ended: datetime, interval_s: int) -> Lag:
    from django.db.models import F

    from readiness.evidence.models import Delivery

    found = Delivery.objects.filter(source__in=well, slot__gte=begun, slot__lt=ended)
    assert not found.exclude(state="done").exists(), list(found.exclude(state="done").values("state", "error")[:5])
    lags = sorted(told.total_seconds() for told in found.values_list(F("started_at") - F("slot"), flat=True))
    expected = round(len(well) * ((ended - begun) / timedelta(seconds=interval_s)))
    cuts = statistics.quantiles(lags, n=20)
    return Lag(len(lags), statistics.median(lags), cuts[-1], lags[-1], max(0, expected - len(lags)))


def main() -> None:
    """Exits with 1 where the others' lag more than doubles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--hanging", type=int, default=5)
    parser.add_argument("--rounds", type=float, default=3)
    parser.add_argument("--interval", type=int, default=INTERVAL_S)
    options = parser.parse_args()
    with installation("evidence_lag"), tempfile.TemporaryDirectory() as folder:
        without, with_them = compare(
            sources=options.sources, hanging=options.hanging, rounds=options.rounds, interval_s=options.interval,
            folder=Path(folder),
        )  # fmt: skip
    say(f"{options.sources} sources every {options.interval} s, all well: {without}")
    say(f"the same with {options.hanging} that never answer:  {with_them}")
    say(f"ratio p50 {with_them.p50 / without.p50:.2f}, p95 {with_them.p95 / without.p95:.2f}")
    sys.exit(with_them.p50 > 2 * without.p50 or with_them.p95 > 2 * without.p95)


if __name__ == "__main__":
    main()
