"""The words of packs/demo.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACK = Path(__file__).resolve().parents[2] / "packs" / "demo.yaml"


@cache
def words() -> dict[str, Any]:
    """The pack, read once."""
    pack: dict[str, Any] = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return pack
