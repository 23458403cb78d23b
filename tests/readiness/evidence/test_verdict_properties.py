"""What must hold of every judgement, whatever the evidence."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from readiness.connectors.units import convert
from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.merging import COMPARABLE
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.judge import Judgement, judge
from readiness.evidence.rules.verdicts.kept import columns
from readiness.evidence.rules.verdicts.reasons import RANK, Reason
from readiness.evidence.rules.verdicts.wanted import Wanted, canonical_of, in_unit_of
from readiness.workloads.choices import Metric, PoolKind
from readiness.workloads.rules.metrics import METRICS
from tests.readiness.evidence.judging import NOW, REAL, judged, wanted
from tests.readiness.evidence.verdict_worlds import run, world
from tests.sampling import of

CASES = settings(max_examples=int(os.environ.get("PILOTAGE_VERDICT_WORLDS", of(150, suite=40))), deadline=None)
SEEDS = st.integers(0, 2**40)


def another(seed: int, one: Wanted) -> Evidence:
    return run(Random(seed + 1), one, 20_000)


def rank(told: Judgement) -> int:
    return RANK[told.verdict]


def newer_decides(before: Judgement, after: Judgement) -> bool:
    """What proved nothing under the harder question is newer, and decides now."""
    if before.winner is None or after.winner is None or after.winner.evidence.run == before.winner.evidence.run:
        return False
    return after.winner.order >= before.winner.order


@CASES
@given(SEEDS, st.sampled_from(["flaw", "aside", "future", "stages"]))
def test_an_invalid_run_never_changes_a_verdict(seed: int, how: str) -> None:
    one, setting, evidence = world(seed)
    more = another(seed, one)
    broken = {
        "flaw": replace(more, flaws=(("littles_law", "0.6"),)),
        "aside": replace(more, aside="the wrong model"),
        "future": replace(more, at=NOW + timedelta(days=1)),
        "stages": replace(more, kind=EvidenceKind.BENCHMARK, environment={"extra": {"scope": "all stages"}}),
    }[how]
    before, after = judge(one, setting, evidence, NOW), judge(one, setting, [*evidence, broken], NOW)
    assert (before.verdict, before.range, before.winner) == (after.verdict, after.range, after.winner)


@CASES
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(seed: int, mixed: Random) -> None:
    one, setting, evidence = world(seed)
    shuffled = [replace(row, readings=tuple(mixed.sample(row.readings, len(row.readings)))) for row in evidence]
    mixed.shuffle(shuffled)
    told, again = judge(one, setting, evidence, NOW), judge(one, setting, shuffled, NOW)
    assert (told.verdict, told.reason, told.range, told.missing) == (again.verdict, again.reason, again.range, again.missing)
    assert [(row.evidence.run, row.why) for row in told.others] == [(row.evidence.run, row.why) for row in again.others]


@CASES
@given(SEEDS, st.integers(2, 60))
def test_what_is_older_and_no_stronger_never_improves_it(seed: int, days: int) -> None:
    one, setting, evidence = world(seed)
    more = another(seed, one)
    before = judge(one, setting, evidence, NOW)
    assume(before.winner is not None and before.winner.evidence.run != 0)
    assert before.winner is not None
    at = min(before.winner.order, before.winner.at, *(row.at for row in evidence)) - timedelta(days=days)
    older = replace(more, at=at, readings=tuple(row._replace(at=at) for row in more.readings))
    alone = judge(one, setting, [older], at)
    assume(alone.verdict is not Verdict.MET or not before.winner.is_capped)
    assert rank(judge(one, setting, [*evidence, older], NOW)) <= rank(before)


@CASES
@given(SEEDS, st.sampled_from(["data_real", "users_real"]))
def test_an_unknown_fact_of_the_place_never_yields_met(seed: int, fact: str) -> None:
    one, setting, evidence = world(seed)
    assume(one.metric not in (Metric.STORAGE_CAPACITY, Metric.NETWORK_BANDWIDTH, Metric.ACCELERATOR_MEMORY))
    real = replace(one, environment={**one.environment, **REAL})
    kept = [replace(row, environment={k: v for k, v in row.environment.items() if k not in (fact, "stage")}) for row in evidence]
    assert judge(real, setting, kept, NOW).verdict is not Verdict.MET


@CASES
@given(SEEDS, st.sampled_from(["venue", "accelerator"]))
def test_unknown_hardware_never_decides(seed: int, fact: str) -> None:
    one, setting, evidence = world(seed)
    fixed = replace(one, environment={"venue": "on_premises"} if fact == "venue" else {"accelerator": "h100-sxm"})
    kept = [replace(row, environment={k: v for k, v in row.environment.items() if k != fact}) for row in evidence]
    told = judge(fixed, replace(setting, holdings=()), kept, NOW)
    assert told.verdict is Verdict.UNKNOWN


@CASES
@given(SEEDS, st.floats(0.5, 200))
def test_time_alone_makes_stale_and_never_better(seed: int, days: float) -> None:
    """Met may become a warning, where only something weaker is still fresh: with simulated users, with what is free."""
    one, setting, evidence = world(seed)
    told, later = judge(one, setting, evidence, NOW), judge(one, setting, evidence, NOW + timedelta(days=days))
    allowed = {Verdict.MET: {Verdict.WARNING, Verdict.STALE}, Verdict.WARNING: {Verdict.STALE}, Verdict.NOT_MET: {Verdict.STALE}}
    assert later.verdict is told.verdict or later.verdict in allowed.get(told.verdict, set())
    if later.verdict is Verdict.WARNING and told.verdict is Verdict.MET:
        assert later.winner is not None
        assert later.winner.is_capped
    if told.verdict is not later.verdict:
        assert told.recheck_at is not None and NOW < told.recheck_at <= NOW + timedelta(days=days)


@CASES
@given(SEEDS, st.sampled_from([1, 8, 16, 100]), st.integers(0, 2), st.booleans())
def test_more_that_is_granted_never_makes_it_worse(seed: int, more: int, place: int, taken: bool) -> None:
    """Unless something newer, which needs so much to show anything, then decides; or with nothing at all nobody could tell."""
    one, setting, evidence = world(seed)
    assume(len(setting.holdings) > place)
    held = {row.pool for row in setting.holdings if row.granted}
    evidence = [row for row in evidence if row.pool is None or row.pool in held]  # evidence of others' pools is none of ours
    rows = list(setting.holdings)
    row = rows[place]
    part = min(more, row.free or 0) if taken else more
    rows[place] = replace(row, granted=row.granted + part, free=row.free - part if taken and row.free is not None else row.free)
    before, after = judge(one, setting, evidence, NOW), judge(one, replace(setting, holdings=tuple(rows)), evidence, NOW)
    with_nothing = before.winner is None and before.reason is Reason.SHORT_OF_CAPACITY
    assert rank(after) >= rank(before) or newer_decides(before, after) or with_nothing


@CASES
@given(SEEDS, st.floats(1.01, 5))
def test_a_target_that_is_easier_to_reach_never_makes_it_worse(seed: int, factor: float) -> None:
    """Of measured evidence: what a pool says counts only until something is measured, which may be stale."""
    one, setting, evidence = world(seed)
    assert one.target is not None
    if one.metric is Metric.AVAILABILITY:
        eased = replace(one, target=1 - (1 - one.target) * factor)
    else:
        eased = replace(one, target=one.target / factor if one.more_is_better else one.target * factor)
    setting = replace(setting, holdings=[row for row in setting.holdings if row.kind is PoolKind.ACCELERATORS])
    before, after = judge(one, setting, evidence, NOW), judge(eased, setting, evidence, NOW)
    assert rank(after) >= rank(before) or newer_decides(before, after)


@CASES
@given(SEEDS, st.floats(0.2, 0.99))
def test_shorter_percentiles_never_make_it_worse(seed: int, factor: float) -> None:
    one, setting, evidence = world(seed)
    assume(one.metric in (Metric.TTFT, Metric.LATENCY))
    faster = [
        replace(row, readings=tuple(
            part._replace(low=part.low * factor, high=part.high * factor) if part.percentile is not None else part
            for part in row.readings
        ))
        for row in evidence
    ]  # fmt: skip
    before, after = judge(one, setting, evidence, NOW), judge(one, setting, faster, NOW)
    assert rank(after) >= rank(before) or newer_decides(before, after)


@CASES
@given(st.floats(0.01, 100), st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]), st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]))
def test_a_percentile_never_says_more_of_another_than_it_can(value: float, asked: float, told: float) -> None:
    """A higher one decides only that it is met, a lower one only that it is not, the same one both."""
    one = wanted("ttft", 1.0, percentile=asked)
    evidence = Evidence(1, 1, EvidenceKind.TELEMETRY, NOW, (Reading(1, "ttft", "percentile", told, value, value, NOW),))
    verdict = judged(one, evidence).verdict
    holds = value <= 1 + 1e-9
    if told == asked:
        assert verdict is (Verdict.MET if holds else Verdict.NOT_MET)
    elif told > asked:
        assert verdict is (Verdict.MET if holds else Verdict.UNKNOWN)
    else:
        assert verdict is (Verdict.UNKNOWN if holds else Verdict.NOT_MET)


@CASES
@given(SEEDS)
def test_whatever_is_not_met_says_why_or_what_is_missing(seed: int) -> None:
    one, setting, evidence = world(seed)
    told = judge(one, setting, evidence, NOW)
    assert told.verdict is Verdict.MET or told.missing or told.winner is not None
    if told.verdict in (Verdict.UNKNOWN, Verdict.STALE):
        assert told.missing
    if told.winner is None:
        assert {row.evidence.run for row in told.others} <= {row.run for row in evidence} | {0}
    else:
        assert told.winner.evidence.run not in {row.evidence.run for row in told.others}


@CASES
@given(SEEDS)
def test_the_headroom_never_contradicts_the_verdict(seed: int) -> None:
    """Met: the whole range holds. Not met: none of it does, but where two values contradict each other."""
    one, setting, evidence = world(seed)
    told = judge(one, setting, evidence, NOW)
    if told.range is None:
        return
    assert told.range.low <= told.range.point + 1e-9 and told.range.point <= told.range.high + 1e-9
    if told.verdict is Verdict.MET:
        assert told.range.low >= -1e-9
    if told.verdict is Verdict.NOT_MET:
        assert told.range.point < 0


@CASES
@given(SEEDS)
def test_what_an_environment_or_a_load_cannot_be_is_not_said(seed: int) -> None:
    """What is stored was checked when it came; what is judged does not rely on it."""
    one, setting, evidence = world(seed)
    draw = Random(seed)
    odd: tuple[Any, ...] = ([], {}, "8", -1, 2.5, float("nan"), None, True, "\x00", 10**400)
    broken = [
        replace(
            row,
            environment={**row.environment, **{name: draw.choice(odd) for name in draw.sample((*COMPARABLE, "extra"), 3)}},
            load={**row.load, draw.choice(("concurrency", "achieved_per_s", "requested_per_s")): draw.choice(odd)},
        )
        for row in evidence
    ]
    told = judge(one, setting, broken, NOW)
    assert columns(told)["verdict"] == told.verdict.value


@pytest.mark.parametrize("metric", [*Metric])
@given(value=st.floats(1e-6, 1e12))
def test_units_go_there_and_back(metric: Metric, value: float) -> None:
    one = wanted(metric, 1.0)
    for task in (Task.GENERATE, Task.EMBED):
        for key in one.shown_by(task):
            there = canonical_of(metric, key, value)
            assert in_unit_of(metric, key, there) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "key", "unit", "canonical"),
    [
        (Metric.STORAGE_CAPACITY, "storage_capacity", "GB", "bytes"),
        (Metric.STORAGE_BANDWIDTH, "storage_bandwidth", "GB/s", "bytes/s"),
        (Metric.NETWORK_BANDWIDTH, "network_bandwidth", "Gbit/s", "bit/s"),
        (Metric.ITEM_THROUGHPUT, "item_throughput", "items/s", "1/h"),
        (Metric.ITEM_THROUGHPUT, "sample_throughput", "items/s", "1/s"),
        (Metric.ACCELERATOR_MEMORY, "accelerator_memory_use", "share", "share"),
    ],
)
@given(value=st.floats(1e-3, 1e9))
def test_units_are_converted_as_the_unit_library_does(metric: Metric, key: str, unit: str, canonical: str, value: float) -> None:
    assert METRICS[metric].unit == unit
    assert in_unit_of(metric, key, value) == pytest.approx(convert(key, value, canonical, unit), rel=1e-12)


def test_the_worlds_hold_every_verdict() -> None:
    """Otherwise the rules above would hold of nothing."""
    found = Counter(judge(*world(seed), NOW).verdict for seed in range(1_500))
    assert {verdict: count for verdict, count in found.items() if count < 60} == {}
    assert set(found) == {Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE}
