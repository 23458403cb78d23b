"""The parts of a judgement by themselves: names of accelerators, groups of them, windows put together, headroom, rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest

from readiness.evidence.rules.missing import Missing
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.headroom import Range, headroom, share_range
from readiness.evidence.rules.verdicts.holdings import Groups, groups_of
from readiness.evidence.rules.verdicts.judge import Judgement
from readiness.evidence.rules.verdicts.kept import columns, says_something_new, turned
from readiness.evidence.rules.verdicts.reasons import PROGRESS, Reason
from readiness.evidence.rules.verdicts.windows import Tile, joined
from readiness.workloads.choices import Comparator
from tests.readiness.evidence.judging import NOW, bench, catalogue, judged, p, pool, seen, wanted

DOCS = Path(__file__).resolve().parents[3] / "docs/evidence-verdicts.md"
DAY = 86_400.0
TTFT = wanted("ttft", 1.0, percentile=0.95)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("H100", "h100-sxm"), ("h100-sxm", "h100-sxm"), ("NVIDIA H100 80GB HBM3", "h100-sxm"), ("NVIDIA H100 PCIe", "h100-pcie"),
        ("H100 NVL", "h100-nvl"),
        ("NVIDIA A100-SXM4-40GB", "a100-40"), ("NVIDIA-A100-PCIE-40GB", "a100-40"), ("A100 80 GB", "a100-80"),
        ("NVIDIA L40S", "l40s"), ("AMD Instinct MI300X OAM", "mi300x"), ("Tesla T4", "t4"), ("NVIDIA GH200 144GB", None),
        ("NVIDIA H100, NVIDIA A100", None), ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", None), ("H100 96GB", None), ("RTX A5000", None),
        ("", None), ("N/A", None),
    ],
)  # fmt: skip
def test_a_name_means_one_accelerator_or_none(written: str, key: str | None) -> None:
    assert catalogue().key(written) == key


def test_a_name_that_fits_two_is_not_known() -> None:
    both = Catalogue({"a": ("Thing Fast",), "b": ("Thing Cheap",)})
    assert both.key("Thing Fast Cheap") is None and both.key("Thing") is None and both.key("Thing Fast 80GB") == "a"
    assert both.same("thing-fast", "NVIDIA Thing Fast") is True
    assert both.same("Thing Fast", "Thing Cheap") is False and both.same("Thing Fast", "Something") is None


def test_a_group_lies_in_one_pool() -> None:
    rows = [pool(12, 3), pool(7, 1, pk=2), pool(40, 0, pk=3, accelerator="a100-80")]
    found = groups_of(rows, "h100-sxm", 8)
    assert isinstance(found, Groups)
    assert (found.granted, found.reachable, found.elsewhere) == (1, 2, True)
    assert groups_of(rows, "h100-sxm", None) is Reason.ACCELERATORS_UNKNOWN
    assert groups_of(rows, None, 8) is Reason.ACCELERATOR_UNKNOWN
    assert groups_of(rows, "l4", 1) is Reason.CAPACITY_UNKNOWN
    assert groups_of([pool(8, venue="edge")], "h100-sxm", 8, "on_premises") is Reason.CAPACITY_UNKNOWN


def test_windows_are_joined_without_overlap_and_gaps_are_not_covered() -> None:
    whole = joined([Tile(day * DAY, 1.0, 1.0) for day in range(40)], DAY, 30 * DAY)
    assert whole is not None and (whole.value, whole.coverage, whole.span_s, whole.windows) == (1.0, 1.0, 29 * DAY, 29)
    hourly = joined([Tile(hour * 3600.0, 1.0, 1.0) for hour in range(24 * 31)], DAY, 30 * DAY)
    assert hourly is not None and hourly.windows == 29
    gap = joined(
        [Tile(day * DAY, 0.9 if day == 39 else 1.0, 1.0) for day in range(40) if day not in range(20, 30)], DAY, 30 * DAY
    )
    assert gap is not None and gap.coverage == pytest.approx(19 / 29) and gap.value == pytest.approx(1 - 0.1 / 19)
    assert joined([Tile(DAY, 1.0, 1.0)], DAY, 30 * DAY) is None
    weighed = joined([Tile(DAY, 1.0, 1.0), Tile(2 * DAY, 0.5, 0.5)], DAY, 2 * DAY)
    assert weighed is not None and weighed.value == pytest.approx(1.25 / 1.5) and weighed.coverage == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("metric", "target", "comparator", "value", "expected"),
    [
        ("throughput", 20.0, "at_least", 25.0, 0.25), ("ttft", 1.0, "at_most", 0.5, 1.0), ("ttft", 1.0, "at_most", 2.0, -0.5),
        ("availability", 0.999, "at_least", 0.9995, 1.0), ("availability", 0.999, "at_least", 0.99, -0.9),
        ("availability", 0.999, "at_least", 1.0, inf), ("availability", 1.0, "at_least", 1.0, 0.0),
        ("availability", 1.0, "at_least", 0.999, -1.0), ("error_ratio", 0.01, "at_most", 0.005, 1.0),
        ("error_ratio", 0.0, "at_most", 0.0, 0.0),
        ("error_ratio", 0.0, "at_most", 0.1, -1.0), ("throughput", 0.0, "at_least", 1.0, inf),
    ],
)  # fmt: skip
def test_headroom_by_hand(metric: str, target: float, comparator: str, value: float, expected: float) -> None:
    one = wanted(metric, target, comparator=Comparator(comparator))
    assert headroom(one, value) == pytest.approx(expected)


def test_a_range_is_met_whole_missed_whole_or_a_warning() -> None:
    assert Range(0.0, 0.1, 0.2).verdict.value == "met" and Range(-0.2, -0.1, -0.01).verdict.value == "not_met"
    assert Range(-0.01, 0.1, 0.2).verdict.value == "warning" and Range(-0.2, -0.1, 0.0).verdict.value == "warning"


def test_wilsons_interval_against_published_figures() -> None:
    """Newcombe 1998 (Statistics in Medicine 17), method 3: 81 of 263 and 0 of 20."""
    assert share_range(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_range(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_a_kept_row_is_plain_json_that_says_the_same_when_read_again() -> None:
    told = judged(TTFT, seen(p(0.95, "ttft", 0.5)), bench(p(0.95, "ttft", 9), run=2, flaws=(("littles_law", "0.6"),)))
    row = columns(told)
    again = json.loads(json.dumps({name: value for name, value in row.items() if name != "observed_at"}))
    assert not says_something_new(again | {"observed_at": row["observed_at"]}, row)
    assert row["evidence"]["run_id"] == 1 and row["others"][0]["why"]["code"] == "flawed"
    endless = columns(judged(TTFT, bench(p(0.99, "ttft", 0.5))))
    assert (endless["headroom_low"], endless["headroom_high"]) == (pytest.approx(1 / 1.02 / 0.5 - 1), None)


def test_a_row_of_its_own_is_for_what_is_new() -> None:
    before = judged(TTFT, seen(p(0.95, "ttft", 0.5)))

    def new(after: Judgement) -> bool:
        return says_something_new(columns(before), columns(after))

    def at(value: float, hours: float = 0, **more: Any) -> Judgement:
        moved = seen(p(0.95, "ttft", value), hours=1 - hours, **more)
        return judged(TTFT, moved, at=NOW + timedelta(hours=max(0.0, hours)))

    assert not new(at(0.5)) and not new(at(0.501)) and not new(at(0.5, hours=20))
    assert new(at(0.45)) and new(at(2.0)) and new(at(0.5, hours=25)) and new(at(0.5, source=2))
    hourly = replace(TTFT, max_age_days=1)
    first, later = (judged(hourly, seen(p(0.95, "ttft", 0.5), hours=hours)) for hours in (6, 3))
    assert says_something_new(columns(first), columns(later))


def test_turned_is_another_word_or_the_other_side_of_the_target() -> None:
    met, edge = judged(TTFT, seen(p(0.95, "ttft", 0.5))), judged(TTFT, bench(p(0.95, "ttft", 1.01)))
    assert turned(None, met) and not turned(("met", 0.3), met) and turned(("warning", 0.3), met)
    assert edge.verdict.value == "warning" and turned(("warning", 0.01), edge) and not turned(("warning", -0.01), edge)


def test_every_reason_that_bars_knows_how_far_it_came_and_every_code_is_in_the_manual() -> None:
    barring = {"not_the_point", "older", "weaker", "nothing_measured"}
    told = judged(TTFT, *[bench(p(0.5, "ttft", 0.1))])
    assert all(one.why.code in PROGRESS or one.why.code.value in barring for one in told.others)
    manual = DOCS.read_text()
    assert {code.value for code in Missing if f"`{code.value}`" not in manual} == set()
