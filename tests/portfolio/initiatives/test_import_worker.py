"""The whole way with real processes: the API takes the file, a Celery worker on the real broker does the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Initiative
from portfolio.outbox.tasks import sweep
from tests.conftest import ROOT
from tests.people import make_organisation
from tests.portfolio.initiatives.importing import MAPPING, row, write_csv

DEADLINE_S = 60


@pytest.fixture
def worker(committed_db: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "portfolio.celery", "worker", "-c", "1", "-Q", "default,imports", "-l", "ERROR"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portfolio.settings", "PILOTAGE_MEDIA": str(settings.MEDIA_ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_client_polls_until_its_import_is_published(worker: None, tmp_path: Path) -> None:
    organisation = make_organisation()
    token = organisation.token(Scope.IMPORTS_WRITE, Scope.INITIATIVES_READ, unit="Retail")
    client = Client(headers={"authorization": f"Bearer {token}"})
    file = write_csv(tmp_path / "a.csv", [row(n) for n in range(200)])
    data = {"mapping": MAPPING, "unit": organisation.units["Retail"].pk, "publish": "true"}
    answer = client.post("/api/v1/imports/", {"file": SimpleUploadedFile(file.name, file.read_bytes()), **data})
    assert answer.status_code == 202
    end, seen = time.monotonic() + DEADLINE_S, set()
    while (run := client.get(answer["Location"]).json())["state"] != "published":
        seen.add(run["state"])
        assert run["state"] in ("staging", "publishing"), run
        assert time.monotonic() < end, run
        sweep()  # what beat does
        time.sleep(0.2)
    assert run["counts"]["created"] == 200
    assert Initiative.objects.count() == 200
    assert "staging" in seen
