"""Where the real registers lie, and how a plain script without this project's code reads them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parents[4] / "shared" / "data"
REGISTER_2023 = "registers/us/2023_consolidated_ai_inventory_raw.csv"
REGISTER_2024 = "registers/us/2024_consolidated_ai_inventory_raw_v2.csv"


def sample(relative: str) -> Path:
    path = Path(os.environ.get("PILOTAGE_SAMPLE_DATA", _DEFAULT)) / relative
    if not path.exists():
        pytest.skip(f"the real register {relative} is not on this machine (set PILOTAGE_SAMPLE_DATA)")
    return path


def plain_rows(relative: str, encoding: str) -> list[list[str]]:
    """Headers and rows by the csv module alone: the oracle."""
    with sample(relative).open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))
