"""Tools that are run for real, each in a Python of its own beside ours: .ci/run puts them there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = Path(os.environ.get("PILOTAGE_TOOLS", ROOT / "var" / "tools"))


def tool(name: str) -> Path:
    """The program `name` of its own environment; the test skips where it is missing."""
    program = TOOLS / name / "bin" / name
    if not program.is_file():
        pytest.skip(f"{name} is not installed: `python -m venv var/tools/{name} && var/tools/{name}/bin/pip install {name}`")
    return program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
