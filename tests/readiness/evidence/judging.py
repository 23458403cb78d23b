"""What the tests of verdicts share: requirements, runs and holdings in few words, and the catalogue as it ships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.judge import Judgement, judge
from readiness.evidence.rules.verdicts.wanted import Setting, Wanted
from readiness.workloads.choices import Comparator, Metric, PoolKind
from readiness.workloads.rules.metrics import METRICS

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PACK = Path(__file__).resolve().parents[3] / "readiness/workloads/packs/accelerators.yaml"
REAL = {"data": "real", "users": "real"}
LIVE = {"data_real": True, "users_real": True}
LAB = {"data_real": True, "users_real": False}
MONTH_S = 30 * 86_400.0


@cache
def catalogue() -> Catalogue:
    """The accelerators that ship."""
    rows = yaml.safe_load(PACK.read_text())
    return Catalogue({row["key"]: (row["name"], *row.get("aliases", ())) for row in rows})


def wanted(metric: Metric | str, target: float | None, **more: Any) -> Wanted:
    """A requirement as the profile derives it, but for its environment: any will do unless it is named."""
    facts = METRICS[Metric(metric)]
    more.setdefault("comparator", facts.comparator)
    return Wanted(Metric(metric), target, Comparator(more.pop("comparator")), **more)


def mean(metric: str, value: float, **more: Any) -> Reading:
    return _reading(metric, "mean", None, value, more)


def point(metric: str, value: float, **more: Any) -> Reading:
    return _reading(metric, "point", None, value, more)


def most(metric: str, value: float, **more: Any) -> Reading:
    return _reading(metric, "max", None, value, more)


def p(share: float, metric: str, value: float, **more: Any) -> Reading:
    """`p(0.95, "ttft", 0.4)`."""
    return _reading(metric, "percentile", share, value, more)


def _reading(metric: str, statistic: str, percentile: float | None, value: float, more: dict[str, Any]) -> Reading:
    labels = tuple(sorted(more.pop("labels", {}).items()))
    given: dict[str, Any] = {"series": 0, "samples": 10_000, "at": NOW, "high": value} | more
    return Reading(metric=metric, statistic=statistic, percentile=percentile, low=value, labels=labels, **given)


def bench(*readings: Reading, run: int = 1, days: float = 1, hours: float = 0, **more: Any) -> Evidence:
    """A benchmark on eight H100 with simulated users, of ten minutes, `days` and `hours` ago."""
    return _evidence(EvidenceKind.BENCHMARK, "vllm_bench", readings, run, days, hours, {"duration_s": 600.0} | more)


def seen(*readings: Reading, run: int = 1, days: float = 0, hours: float = 1, **more: Any) -> Evidence:
    """Telemetry of a live service with its users, over five minutes that ended `hours` ago."""
    readings = tuple(one if one.window_s else one._replace(window_s=300.0) for one in readings)
    more = {"environment": LIVE} | more
    return _evidence(EvidenceKind.TELEMETRY, "prometheus", readings, run, days, hours, more)


def vouched(*readings: Reading, run: int = 1, days: float = 1, **more: Any) -> Evidence:
    return _evidence(EvidenceKind.ATTESTED, "attested", readings, run, days, 0, {"environment": LIVE} | more)


def found(*readings: Reading, run: int = 1, days: float = 1, **more: Any) -> Evidence:
    """Inventory."""
    return _evidence(EvidenceKind.INVENTORY, "kubernetes", readings, run, days, 0, {"environment": {}} | more)


def _evidence(
    kind: EvidenceKind, tool: str, readings: Iterable[Reading], run: int, days: float, hours: float, more: dict[str, Any]
) -> Evidence:  # fmt: skip
    at = more.pop("at", NOW - timedelta(days=days, hours=hours))
    environment = {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 8, **LAB} if kind is EvidenceKind.BENCHMARK else {}
    environment |= more.pop("environment", {})
    environment = {name: value for name, value in environment.items() if value is not None}
    made = tuple(one._replace(at=at, series=one.series or run * 100 + place) for place, one in enumerate(readings))
    return Evidence(run, more.pop("source", 1), kind, at, made, more.pop("tool", tool), environment=environment, **more)


def pool(granted: float = 8, free: float | None = 0, *, pk: int = 1, **more: Any) -> Holding:
    """H100, unless `accelerator` or `kind` say otherwise."""
    kind = more.pop("kind", PoolKind.ACCELERATORS)
    accelerator = more.pop("accelerator", "h100-sxm" if kind is PoolKind.ACCELERATORS else None)
    return Holding(pk, kind, granted, free, accelerator, name=f"Hall {pk}", **more)


def setting(*others: Wanted, holdings: Iterable[Holding] = (), task: Task = Task.GENERATE, **more: Any) -> Setting:
    """`others`: the workload's other requirements."""
    return Setting(task, others, catalogue(), tuple(holdings), **more)


def judged(one: Wanted, *evidence: Evidence, at: datetime = NOW, **more: Any) -> Judgement:
    """`more` as `setting`; `others` are the workload's other requirements."""
    return judge(one, setting(one, *more.pop("others", ()), **more), evidence, at)


def codes(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return [entry["code"] for entry in entries]


def why(judgement: Judgement) -> dict[int, str]:
    """`{run: reason}` of what did not decide."""
    return {one.evidence.run: one.why.code.value for one in judgement.others}


@dataclass
class Case:
    name: str
    wanted: Wanted
    evidence: list[Evidence]
    verdict: str
    reason: str
    holdings: list[Holding] = field(default_factory=list)
    others: list[Wanted] = field(default_factory=list)
    headroom: float | None = None


def check(case: Case) -> None:
    """The verdict, its reason and, where it says so, the headroom; what is not met says what is missing, or that it failed."""
    told = judged(case.wanted, *case.evidence, holdings=case.holdings, others=case.others)
    found = told.verdict.value, told.reason.value
    assert found == (case.verdict, case.reason), f"{case.name}: {found}"
    if case.headroom is not None:
        assert told.range is not None
        assert told.range.point == pytest.approx(case.headroom)
    assert told.verdict.value == "met" or told.missing or told.reason.value in ("fails", "fails_with_less_load", "budget_spent")


def point_at(rate: float, flight: float, ttft: float, *, run: int = 1, **more: Any) -> Evidence:
    """A closed loop of `flight` requests: its rate and p95 TTFT."""
    readings = [mean("throughput", rate), mean("latency", flight / rate), p(0.95, "ttft", ttft)]
    return bench(*readings, run=run, load={"concurrency": flight, "achieved_per_s": rate}, **more)
