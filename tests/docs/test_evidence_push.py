"""Every curl line in docs/evidence-push.md is run by a real curl against a running server, and answers as the document says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connections

from portfolio.accounts.choices import Scope
from readiness.evidence.choices import DeliveryState
from readiness.evidence.models import Delivery, Latest
from readiness.workloads.models import Workload
from tests.conftest import ROOT
from tests.docs.serving import served
from tests.people import Organisation, make_organisation
from tests.readiness.evidence.brought import make_chat, make_hall, vllm, work_off

DOCUMENT = ROOT / "docs" / "evidence-push.md"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"(curl .*?)[ ]+# (\d{3})\n", re.DOTALL)


@pytest.fixture
def world(committed_db: str, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[tuple[Organisation, Workload]]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with django_db_blocker.unblock():
        organisation = make_organisation()
        make_hall(organisation)
        yield organisation, make_chat(organisation)
        connections.close_all()


@pytest.fixture
def server(world: Any, tmp_path: Path) -> Iterator[str]:
    """The product as it is served, on the database of this test."""
    with served(tmp_path) as url:
        yield url


def test_every_example_answers_as_written(server: str, world: tuple[Organisation, Workload], tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    organisation, chat = world
    (tmp_path / "result.json").write_bytes(vllm())
    rows = [{"metric": "power", "value": 410 + n, "unit": "W", "observed_at": 1795168800 + n * 60} for n in range(3)]
    (tmp_path / "values.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    values = {
        "PILOTAGE": server, "TOKEN": organisation.token(Scope.EVIDENCE_PUSH, unit="Retail"), "BUILD": "17",
        "KEY": chat.initiative.key, "DELIVERY": "",
    }  # fmt: skip
    examples = _examples()
    assert len(examples) >= 8
    for command, status in examples:
        answered, body = _curl(command, values, tmp_path)
        assert answered == status, (command, body)
        if status == "202":
            values["DELIVERY"] = json.loads(body)["url"]
    work_off()
    states = Delivery.objects.order_by("id").values_list("state", "runs", "observations", "error")
    assert {state for state, *_ in states} == {DeliveryState.DONE}, list(states)
    assert {one.series.metric for one in Latest.objects.select_related("series")} >= {"ttft", "latency", "throughput", "power"}
    answered, body = _curl('curl "$DELIVERY" -H "Authorization: Bearer $TOKEN"', values, tmp_path)
    assert (answered, json.loads(body)["state"]) == ("200", "done")


def test_the_line_of_the_pipelines_is_the_documented_one(
    server: str, world: tuple[Organisation, Workload], tmp_path: Path
) -> None:
    """Both snippets, as a shell gets them, with what their CI puts in."""
    organisation, chat = world
    (tmp_path / "result.json").write_bytes(vllm())
    token = organisation.token(Scope.EVIDENCE_PUSH, unit="Retail")
    found = re.findall(r"(curl --fail-with-body .*?stage=pilot\")", DOCUMENT.read_text(), re.DOTALL)
    assert len(found) == 2
    values = {"PILOTAGE": server, "PILOTAGE_TOKEN": token, "CI_JOB_ID": "4711", "GITHUB_RUN_ID": "8", "GITHUB_RUN_ATTEMPT": "1"}
    for snippet in found:
        command = " ".join(snippet.split()).replace("${{ secrets.PILOTAGE_TOKEN }}", token)
        answered, body = _curl(command.replace("AI-0042", chat.initiative.key), values, tmp_path)
        assert answered == "202", body
    assert Delivery.objects.count() == 2


def test_a_large_file_is_streamed_through_a_server_that_stays_small(
    server: str, world: tuple[Organisation, Workload], tmp_path: Path
) -> None:
    """200 MB: not held in memory, and not refused for the limit of small bodies."""
    organisation, chat = world
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        for _ in range(200):
            file.write(b" " * 2**20)
    values = {"PILOTAGE": server, "TOKEN": organisation.token(Scope.EVIDENCE_PUSH, unit="Retail"), "ID": str(chat.pk)}
    before = _served_memory()
    line = 'curl --data-binary @large.json -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: large"'
    answered, body = _curl(f'{line} "$PILOTAGE/api/v1/evidence/?filename=large.json&workload=$ID"', values, tmp_path)
    assert answered == "202", body
    assert Delivery.objects.get().size_bytes == 200 * 2**20
    assert _served_memory() - before < 100 * 2**20


def _served_memory() -> int:
    """Peak of what the processes of the server held, in bytes."""
    peaks = 0
    for child in psutil.Process().children(recursive=True):
        status = Path(f"/proc/{child.pid}/status").read_text()
        peaks += sum(int(kilobytes) for kilobytes in re.findall(r"VmHWM:\s+(\d+) kB", status)) * 1024  # one that ended has none
    return peaks


def _examples() -> list[tuple[str, str]]:
    text = "".join(_BLOCK.findall(DOCUMENT.read_text()))
    found = _COMMAND.findall(text)
    assert len(found) == text.count("curl "), "an example must say its status"
    return found


def _curl(command: str, values: dict[str, str], folder: Path) -> tuple[str, str]:
    """(status, body) of a command as a shell runs it."""
    asked = command.replace("curl ", 'curl -sS -o body.txt -w "%{http_code}" ', 1)
    done = subprocess.run(["bash", "-c", asked], cwd=folder, env=os.environ | values, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stdout, done.stderr
    return done.stdout, (folder / "body.txt").read_text()
