"""Noting where a figure was put before those who decide: it may change the outcome that it is tested on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from readiness.gates.models import Decision
from readiness.gates.queries.risk import figure_of
from readiness.gates.rules import canonical
from readiness.risk.choices import Occasion
from readiness.risk.models import Shown

_ROOM = "meeting.item"
_DECIDED = "review.decided"


def note_shown(*, occasion: Occasion, about: int, on: date, figures: Mapping[int, Mapping[str, Any]]) -> None:
    """`figures` by initiative, as a decision freezes them. Once for each occasion and day; call it in a transaction."""
    rows = [
        Shown(initiative_id=pk, occasion=occasion, about=about, on=on, figure=canonical.plain(figure))
        for pk, figure in sorted(figures.items())
    ]
    with acting(system("risk")):
        Shown.objects.bulk_create(rows, ignore_conflicts=True)


def note_event(kind: str, payload: Mapping[str, Any], *, on: date) -> None:
    """Of a review that opened, was decided or is taken up in a room. A decision's figure is the one that it froze; of the others
    the one that stands when this runs. Where there is none, none was shown.
    """
    initiative = int(payload["initiative_id"])
    figure = _frozen(payload["decision_id"]) if kind == _DECIDED else figure_of(initiative)
    if figure is not None:
        occasion = Occasion.ROOM if kind == _ROOM else Occasion.REVIEW
        note_shown(occasion=occasion, about=payload["review_id"], on=on, figures={initiative: figure})


def _frozen(decision: int) -> Mapping[str, Any] | None:
    content = Decision.objects.values_list("content", flat=True).get(pk=decision)
    risk: Mapping[str, Any] | None = json.loads(content).get("risk")
    return risk
