"""One server for all trials; what one of them changes or kills is as before for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.readiness.connectors.mlflow.real import Mlflow
from tests.readiness.connectors.tools import tool


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    """To read from."""
    started = Mlflow(tool("mlflow"), tmp_path_factory.mktemp("mlflow"))
    started.start()
    yield started
    started.kill()


@pytest.fixture
def own_server(server: Mlflow) -> Iterator[Mlflow]:
    """To change."""
    yield server
    server.restore()
