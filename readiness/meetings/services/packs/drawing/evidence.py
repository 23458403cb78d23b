"""What was measured: headroom with its uncertainty, and beside it how old that is against how old it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness.meetings.services.packs.drawing.canvas import GROUND, HATCHES, LINE, SOFT, TONES, Paper, mark

LEAST, MOST = -1.0, 1.0  # headroom from nothing at all to twice what is required
_ROW, _HEAD, _FOOT, _BAR = 14.0, 13.0, 11.0, 7.0
_LABELS, _GAP, _RIGHT = 150.0, 48.0, 48.0
_AXES = (30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 365.0, 400.0)  # in days; what is older ends at the edge
Place = Callable[[float], float]


def evidence(data: Mapping[str, Any], path: Path) -> None:
    """`rows`: [{label, tone, headroom: [low, point, high] | None, headroom_text, age, limit, age_text}], ages in days."""
    rows = data["rows"]
    wide = (data["width"] - _LABELS - _GAP - _RIGHT) / 2
    most = _longest(rows)
    headroom = _axis(_LABELS, wide, LEAST, MOST)
    age = _axis(_LABELS + wide + _GAP, wide, 0, most)
    paper = Paper(data["width"], _HEAD + _ROW * len(rows) + _FOOT)
    for number, row in enumerate(rows):
        y = _HEAD + _ROW * (number + 0.5)
        paper.word(_LABELS - 6, y, row["label"], align="right")
        _headroom(paper, headroom, y, row)
        _age(paper, age, y, row, most)
    bottom = _HEAD + _ROW * len(rows)
    paper.line((headroom(0), headroom(0)), (_HEAD - 1, bottom), width=0.8)
    paper.word(headroom(LEAST), 6, "Headroom over what is required", size=6.5, colour=SOFT)
    paper.word(age(0), 6, "Age in days, and the limit", size=6.5, colour=SOFT)
    _ends(paper, bottom, ((headroom(LEAST), "−100 %"), (headroom(0), "as required"), (headroom(MOST), "+100 %")))  # noqa: RUF001
    _ends(paper, bottom, ((age(0), "0"), (age(most), f"{most:.0f}")))
    paper.save(path)


def _axis(left: float, wide: float, least: float, most: float) -> Place:
    """What lies beyond an end is drawn at it; None has no end."""

    def place(value: float | None) -> float:
        inside = most if value is None else min(max(value, least), most)
        return left + (inside - least) / (most - least) * wide

    return place


def _headroom(paper: Paper, place: Place, y: float, row: Mapping[str, Any]) -> None:
    """From the line of what is required to what was measured; the whisker is where it may lie as well."""
    _ground(paper, place(LEAST), place(MOST), y)
    if row["headroom"] is not None:
        low, point, high = map(place, row["headroom"])
        _bar(paper, min(place(0), point), abs(point - place(0)), y, row["tone"])
        paper.line((low, high), (y, y))
        for end in (low, high):
            paper.line((end, end), (y - 2.2, y + 2.2))
    paper.word(place(MOST) + 5, y, row["headroom_text"], size=6.5)


def _age(paper: Paper, place: Place, y: float, row: Mapping[str, Any], most: float) -> None:
    age, limit = row["age"], row["limit"]
    _ground(paper, place(0), place(most), y)
    if age is not None:
        old = limit is not None and age > limit
        _bar(paper, place(0), place(age) - place(0), y, "stale" if old else "")
    if limit is not None:
        mark(paper, place(limit), y, _ROW)
    paper.word(place(most) + 5, y, row["age_text"], size=6.5)


def _ground(paper: Paper, left: float, right: float, y: float) -> None:
    paper.box(left, y - _BAR / 2 - 1, right - left, _BAR + 2, fill=GROUND)


def _bar(paper: Paper, x: float, width: float, y: float, tone: str) -> None:
    colour, hatch = TONES.get(tone, SOFT), HATCHES.get(tone, "")
    paper.box(x, y - _BAR / 2, width, _BAR, fill="white" if hatch else colour, edge=colour, hatch=hatch)


def _longest(rows: Iterable[Mapping[str, Any]]) -> float:
    """The axis ends at a round number of days beyond all limits and ages."""
    days = [one for row in rows for one in (row["age"], row["limit"]) if one is not None]
    longest = max(days, default=_AXES[0])
    return next((step for step in _AXES if step > longest), _AXES[-1])


def _ends(paper: Paper, bottom: float, places: tuple[tuple[float, str], ...]) -> None:
    paper.line((places[0][0], places[-1][0]), (bottom, bottom), colour=LINE, width=0.5)
    sides = {0: "left", len(places) - 1: "right"}
    for number, (x, text) in enumerate(places):
        paper.word(x, bottom + 6, text, align=sides.get(number, "center"), size=6, colour=SOFT)
