"""Risk: kernel, draws, rescoring, simulated organisations and the Portfolio page over much evidence, each beside what it cannot
beat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Line
from readiness.dashboards.management.bench.risk_core import core_lines
from readiness.dashboards.management.bench.risk_portfolio import portfolio_lines
from readiness.dashboards.management.bench.risk_rescoring import rescoring_lines
from readiness.dashboards.management.bench.risk_truth import truth_lines

NAME = "risk"


def risk_lines(
    databases: Databases, *, rows: int, organisations: int, initiatives: int, points: int, rounds: int, log: Path
) -> Iterator[Line]:
    """`rows` initiatives of 30 drivers scored; so many simulated `organisations`; the Portfolio page of `initiatives` over
    `points` observations."""
    yield from core_lines(rows)
    yield from rescoring_lines(databases, rows=rows)
    yield from truth_lines(organisations)
    yield from portfolio_lines(databases, initiatives=initiatives, points=points, rounds=rounds, log=log)
