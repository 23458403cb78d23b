"""Servers that several tests read, and a door that leads to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.portfolio.kit.rogue import Authority
from tests.readiness.connectors.live.servers import Server, openmetrics, prometheus, real_trace


@pytest.fixture
def opened(settings: Settings, tmp_path: Path) -> None:
    """This machine, for Prometheus alone."""
    entries = [{"scheme": scheme, "to": ["127.0.0.1", "metrics.test"], "ports": ["1024-65535"]} for scheme in ("http", "https")]
    path = tmp_path / "egress.yaml"
    path.write_text(json.dumps({"prometheus": entries}))
    settings.EGRESS_FILE, settings.EGRESS_LOOPBACK, settings.ALLOWED_HOSTS = str(path), True, []


@pytest.fixture(scope="session")
def trace_server(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prometheus with the real trace; tests only read it."""
    with prometheus(tmp_path_factory.mktemp("trace"), openmetrics(real_trace(sample_data))) as server:
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))
