"""Which charts there are, and how each is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from readiness.meetings.services.packs.drawing.evidence import evidence
from readiness.meetings.services.packs.drawing.scores import scores

KINDS: Mapping[str, Callable[[Mapping[str, Any], Path], None]] = {"scores": scores, "evidence": evidence}


def draw(kind: str, data: Mapping[str, Any], path: Path) -> None:
    """Raises KeyError for a kind that there is not."""
    KINDS[kind](data, path)
