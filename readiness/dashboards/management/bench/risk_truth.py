"""Simulated organisations whose truth is known: the table of docs/model-card.md, with fewer organisations unless asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from readiness.dashboards.management.bench.figures import Bar, Line

SWEEP = "tests.sweeps.risk_simulated"
SEED = 7
ENOUGH = 1_000  # organisations; with fewer a perfect model misses such bars by luck


def truth_lines(organisations: int) -> Iterator[Line]:
    """One line for each number of closed initiatives, drivers that matter and drivers that do not. None without the tests."""
    if find_spec("tests") is None or find_spec(SWEEP) is None:
        return
    sweep = import_module(SWEEP)
    for effects in (True, False):
        for closed in sweep.SETTINGS:
            yield _line(sweep.measure(closed, effects, organisations, SEED), organisations)


def _line(found: Any, organisations: int) -> Line:
    """The published rate is what anybody has without us: nothing may be lost against it, whatever is true."""
    matter = "matter" if found.effects else "do not matter"
    luck = "" if organisations >= ENOUGH else f"; {organisations} organisations, so luck plays a part ({ENOUGH:,} are enough)"
    label = f"skill beside the published rate, {found.closed:,} closed, drivers {matter}"
    name = f"risk truth {found.closed} {'with' if found.effects else 'without'}"
    value = round(found.published.value, 6) + 0.0  # no "-0"
    data = {"measured": asdict(found)}
    return Line(name, label, value, "", Bar(0, at_least=True), (f"{found.line().strip()}{luck}",), data)
