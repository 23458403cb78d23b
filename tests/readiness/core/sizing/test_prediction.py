"""Server from Offline on the real MLPerf v4.1 pairs, each submitter predicted from the others alone (-s shows the table)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import exp, log
from statistics import fmean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.sizing.derates import CLASSES, LLM, Pair
from readiness.core.sizing.prediction import (
    BORROWED,
    CEILING,
    LEVEL,
    Judged,
    class_range,
    leave_one_submitter_out,
    saturation_derate,
    saturation_sigma,
    server_range,
)
from tests.readiness.core.sizing.mlperf import official_pairs
from tests.readiness.core.sizing.printed import shown

CONSTANT = (0.84 * exp(-1.28 * 0.15), 0.84 * exp(1.28 * 0.15))  # SIZING.md's rule


def language_pairs() -> list[Pair]:
    return [pair for pair in official_pairs() if pair.benchmark in LLM]


def coverage(judged: Sequence[Judged]) -> float:
    return fmean(one.covered for one in judged)


def width(judged: Sequence[Judged]) -> float:
    return median(one.width for one in judged)


def line(name: str, judged: Sequence[Judged]) -> str:
    return f"  {name:18s} n={len(judged):3d} covered {coverage(judged):.1%} median width {width(judged):.3f}"


def test_left_out_submitters_fall_into_the_predicted_range_and_it_is_narrower_than_the_constant_rule() -> None:
    pairs = language_pairs()
    judged = leave_one_submitter_out(pairs)
    constant = fmean(CONSTANT[0] <= pair.ratio <= CONSTANT[1] for pair in pairs)
    by_submitter = defaultdict(list)
    for one in judged:
        by_submitter[one.pair.submitter].append(one.covered)
    lines = [
        f"Server / Offline, language benchmarks, nominal {LEVEL:.0%}, leave one submitter out",
        line("all", judged),
        f"  submitters alike   n={len(by_submitter):3d} covered {fmean(fmean(each) for each in by_submitter.values()):.1%}",
        f"  constant rule      n={len(pairs):3d} covered {constant:.1%} width {CONSTANT[1] - CONSTANT[0]:.3f} (in sample)",
    ]
    for name in LLM:
        rows = [one for one in judged if one.pair.benchmark == name]
        missed = ", ".join(f"{one.pair.submitter} {one.pair.ratio:.3f}" for one in rows if not one.covered)
        lines.append(f"{line(name, rows)} missed: {missed or '-'}")
    lines.append(line("model unseen too", leave_one_submitter_out(pairs, leave_family=True)))
    shown(lines)
    assert len(judged) == len(pairs)
    assert 0.85 <= coverage(judged) <= 0.95
    assert width(judged) < CONSTANT[1] - CONSTANT[0]


@pytest.mark.parametrize("borrowed", [BORROWED / 2, BORROWED * 2])
def test_the_bar_does_not_hang_on_how_much_is_borrowed(borrowed: float) -> None:
    judged = leave_one_submitter_out(language_pairs(), borrowed=borrowed)
    assert 0.85 <= coverage(judged) <= 0.95
    assert width(judged) < CONSTANT[1] - CONSTANT[0]


def test_what_a_submitter_reached_does_not_move_its_own_prediction() -> None:
    pairs = language_pairs()
    worse = [
        Pair(p.benchmark, p.submitter, p.platform, p.accelerated, p.ratio * (0.3 if p.submitter == "HPE" else 1)) for p in pairs
    ]
    before = [one.predicted for one in leave_one_submitter_out(pairs) if one.pair.submitter == "HPE"]
    after = [one.predicted for one in leave_one_submitter_out(worse) if one.pair.submitter == "HPE"]
    assert before == after


@pytest.mark.parametrize("name", [*CLASSES, *LLM])
def test_the_shipped_ranges_are_those_of_the_official_table(name: str) -> None:
    found, shipped = class_range(official_pairs(), name), saturation_derate(name)
    assert (shipped.likely, shipped.low, shipped.high) == (found.likely, found.low, found.high)


def test_planning_with_the_median_and_the_sigma_lands_near_the_p10() -> None:
    likely, sigma = saturation_derate("llm").likely, saturation_sigma("llm")
    assert sigma >= 0.15
    assert saturation_derate("llm").low < likely * exp(-1.28155 * sigma) < likely


def test_an_unknown_class_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="llm_cpu"):
        saturation_derate("quantum")


def made(ratios: dict[str, list[float]], benchmark: str = "llama2-70b-99") -> list[Pair]:
    return [
        Pair(benchmark, who, f"{who}-{place}", accelerated=True, ratio=ratio)
        for who, each in ratios.items()
        for place, ratio in enumerate(each)
    ]


def test_a_submitter_with_many_systems_weighs_as_much_as_one_with_a_single_system() -> None:
    few = server_range(made({"A": [0.8], "B": [0.9], "C": [0.95]}), "llama2-70b-99", accelerated=True)
    many = server_range(made({"A": [0.8], "B": [0.9], "C": [0.95] * 40}), "llama2-70b-99", accelerated=True)
    assert (many.low, many.likely, many.high) == pytest.approx((few.low, few.likely, few.high))


@settings(deadline=None)
@given(st.lists(st.floats(0.3, 1.1), min_size=2, max_size=30), st.floats(0.5, 0.9), st.floats(0.5, 0.9))
def test_a_higher_level_is_never_narrower_and_nothing_outruns_saturation(ratios: list[float], one: float, other: float) -> None:
    pairs = made({f"S{place}": [min(ratio, CEILING)] for place, ratio in enumerate(ratios)})
    low, high = (server_range(pairs, "llama2-70b-99", accelerated=True, level=level) for level in sorted((one, other)))
    assert high.low <= low.low <= low.likely <= low.high <= high.high <= CEILING + 1e-12


def test_a_kind_of_host_that_nobody_measured_is_not_predicted_from_another() -> None:
    with pytest.raises(ValueError, match="kind of host"):
        server_range(made({"A": [0.9]}), "llama2-70b-99", accelerated=False)


def test_levels_are_medians_on_the_log_scale() -> None:
    found = server_range(made({"A": [0.5], "B": [0.7], "C": [0.9]}), "llama2-70b-99", accelerated=True)
    assert log(found.likely) == pytest.approx(log(0.7))
