"""Starts the embedded servers (or takes the ones the environment names) before Django reads its settings."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("PILOTAGE_VAR", str(ROOT / "var" / "test"))
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    if "DATABASE_URL" not in os.environ:
        from portfolio.kit.embedded import ensure

        Path(os.environ["PILOTAGE_VAR"]).mkdir(parents=True, exist_ok=True)
        ensure(Path(os.environ["PILOTAGE_VAR"]))
