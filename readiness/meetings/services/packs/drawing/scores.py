"""Scores as intervals against their thresholds, a line for each review."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness.meetings.services.packs.drawing.canvas import INK, LINE, SOFT, Paper, mark

_ROW, _HEAD, _FOOT, _BAR = 15.0, 12.0, 11.0, 9.0
_LABELS, _EDGE, _VALUES = 165.0, 10.0, 62.0


def scores(data: Mapping[str, Any], path: Path) -> None:
    """`rows`: [{label, low, high, warning, passing, value}], shares of 1; `width` in points. Without labels no room for them."""
    rows = data["rows"]
    left = _LABELS if any(row["label"] for row in rows) else _EDGE
    wide = data["width"] - left - _VALUES
    paper = Paper(data["width"], _HEAD + _ROW * len(rows) + _FOOT)
    for number, row in enumerate(rows):
        _row(paper, left, wide, _HEAD + _ROW * (number + 0.5), row)
    _thresholds(paper, left, wide, rows[0])
    _scale(paper, left, wide, _HEAD + _ROW * len(rows))
    paper.save(path)


def _row(paper: Paper, left: float, wide: float, y: float, row: Mapping[str, Any]) -> None:
    """Solid is sure, hatched is what nobody knows."""
    low, high = row["low"] * wide, row["high"] * wide
    paper.box(left, y - _BAR / 2, wide, _BAR)
    paper.box(left, y - _BAR / 2, low, _BAR, fill=INK)
    if high > low:
        paper.box(left + low, y - _BAR / 2, high - low, _BAR, fill="white", edge=INK, hatch="///")
    for limit in (row["warning"], row["passing"]):
        mark(paper, left + limit * wide, y, _ROW)
    paper.word(left - 6, y, row["label"], align="right")
    paper.word(left + wide + 6, y, row["value"])


def _thresholds(paper: Paper, left: float, wide: float, row: Mapping[str, Any]) -> None:
    """Named once, above the first row."""
    near = abs(row["passing"] - row["warning"]) * wide < 60
    for limit, word, side in ((row["warning"], "warning", "right"), (row["passing"], "pass", "left")):
        paper.word(left + limit * wide, 6, word, align=side if near else "center", size=6, colour=SOFT)


def _scale(paper: Paper, left: float, wide: float, y: float) -> None:
    paper.line((left, left + wide), (y, y), colour=LINE, width=0.5)
    for share in (0, 25, 50, 75, 100):
        paper.word(left + wide * share / 100, y + 6, f"{share} %", align="center", size=6, colour=SOFT)
