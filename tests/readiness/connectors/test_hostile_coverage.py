"""Each importer and each connector is fed hostile payloads: this is what holds that none was forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from readiness.connectors.registry import CONNECTORS, IMPORTERS
from tests.readiness.connectors.mutation import GENERATED, MUTATED
from tests.sampling import FULL

HERE = Path(__file__).resolve().parent
FED = re.compile(r"^ +hostile\(", re.MULTILINE)


@pytest.mark.parametrize("name", sorted({one.tool for one in IMPORTERS} | {one.kind for one in CONNECTORS}))
def test_a_thousand_hostile_payloads_wait_for_each(name: str) -> None:
    trials = [path for path in (HERE / name).glob("test_*.py") if FED.search(path.read_text())]
    assert trials, f"nothing in tests of {name} calls hostile()"


def test_each_trial_has_a_thousand_payloads_when_all_of_them_are_asked_for() -> None:
    payloads = MUTATED + GENERATED
    assert payloads == (1000 if FULL else 100)
