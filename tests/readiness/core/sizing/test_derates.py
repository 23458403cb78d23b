"""Every shipped derate is recomputed from the official table; the table's traps do not reach it."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.core.sizing.derates import CLASSES, LIMITS, SHIPPED, derate, paired, spread
from tests.readiness.core.sizing.mlperf import official_pairs

ROW = {
    "Category": "closed", "Suite": "datacenter", "Submitter": "A", "Platform": "p", "UsedModel": "gptj-99", "Location": "here",
    "errors": 0, "compliance": 1, "inferred": 0, "a#": 8.0,
}  # fmt: skip


def row(scenario: str, result: float, **changed: Any) -> dict[str, Any]:
    return {**ROW, "Scenario": scenario, "Performance_Result": result, **changed}


@pytest.mark.parametrize("name", [*LIMITS, *CLASSES])
def test_the_shipped_figures_are_those_of_the_official_table(name: str) -> None:
    assert derate(name) == spread(official_pairs(), name)


def test_every_benchmark_of_the_table_is_shipped() -> None:
    assert {pair.benchmark for pair in official_pairs()} == set(LIMITS)
    assert len(official_pairs()) == 380
    assert set(SHIPPED) == {*LIMITS, *CLASSES}


def test_the_llama_figures_agree_with_an_independent_derivation_but_for_one_run() -> None:
    # SIZING.md: 37 pairs of 13 submitters, .633 .835 .872 .911 .943 .994; its least value came from a log, not from the table.
    found = derate("llama2-70b-99")
    assert (found.n, found.submitters) == (37, 13)
    assert (found.p10, found.p25, found.median, found.p75, found.high) == pytest.approx(
        (0.835, 0.872, 0.911, 0.943, 0.994), abs=1e-3
    )


def test_only_closed_datacenter_runs_of_one_system_are_paired() -> None:
    rows = [
        row("Offline", 100.0), row("Server", 90.0),
        row("Offline", 100.0, Platform="open", Category="open"), row("Server", 10.0, Platform="open"),
        row("Offline", 100.0, Platform="edge", Suite="edge"), row("Server", 10.0, Platform="edge"),
        row("Offline", 100.0, Platform="alone"), row("SingleStream", 3.0, Platform="alone"),
        row("Offline", 100.0, Platform="copied", inferred=1), row("Server", 10.0, Platform="copied"),
        row("Offline", 100.0, Submitter="B"), row("Server", 80.0, Submitter="C"),
    ]  # fmt: skip
    (pair,) = paired(rows)
    assert (pair.submitter, pair.accelerated, pair.ratio) == ("A", True, 0.9)


def test_a_host_without_accelerators_is_its_own_class() -> None:
    pairs = paired([row("Offline", 100.0, **{"a#": ""}), row("Server", 45.0, **{"a#": ""})])
    assert spread(pairs, "llm_cpu").median == 0.45
    assert spread(pairs, "gptj-99").n == 1


def test_a_side_that_occurs_twice_means_another_table() -> None:
    with pytest.raises(ValueError, match="twice"):
        paired([row("Offline", 1.0), row("Offline", 2.0)])


def test_an_unknown_name_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="mixtral-8x7b"):
        derate("llama9")
