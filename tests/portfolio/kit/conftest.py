"""What the trials of the egress door share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.portfolio.kit.rogue import Authority


@pytest.fixture
def opened(settings: Settings, tmp_path: Path) -> None:
    """This machine, whose ports are not known beforehand, and two names that lead to it."""
    entries = [
        {"scheme": scheme, "to": ["127.0.0.1", "metrics.test", "other.test"], "ports": ["1024-65535"]}
        for scheme in ("http", "https")
    ]
    path = tmp_path / "egress.yaml"
    path.write_text(json.dumps({"probe": entries}))
    settings.EGRESS_FILE, settings.EGRESS_LOOPBACK, settings.ALLOWED_HOSTS = str(path), True, []


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))
