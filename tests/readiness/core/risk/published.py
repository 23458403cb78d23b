"""The design's published test vectors of the risk model (independent derivations), by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text())


def vectors(name: str) -> list[dict[str, Any]]:
    """Every vector of that name: `inputs` and `expected`; raises KeyError where there is none, so no test runs on nothing."""
    found = [vector for vector in VECTORS if vector["name"] == name]
    if not found:
        raise KeyError(name)
    return found
