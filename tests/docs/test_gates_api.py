"""Every command in docs/gates-api.md is run by a shell against a running server, and ends as the document says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from portfolio.accounts.choices import Scope
from readiness.gates.choices import Outcome
from readiness.gates.models import Decision
from tests.conftest import ROOT
from tests.docs.serving import free_port, served
from tests.people import Organisation, make_organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, decided

DOCUMENT = ROOT / "docs" / "gates-api.md"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_LINE = re.compile(r"^(.*?)\s+# (exit )?(\d+)$")
World = tuple[Organisation, Decision]


@pytest.fixture
def world(committed_db: str, django_db_blocker: Any) -> Iterator[World]:
    """An initiative that passed its PoC gate and stands before the next one."""
    with django_db_blocker.unblock():
        organisation = make_organisation()
        add_people(organisation, NAMES)
        yield organisation, decided(organisation, all_vote(organisation, a_review(organisation)), Outcome.GO)
        connections.close_all()


def _commands() -> list[tuple[str, bool, str]]:
    """(command, whether its exit code is meant, what it ends as)"""
    lines = "".join(_BLOCK.findall(DOCUMENT.read_text())).splitlines()
    found = [_LINE.match(line) for line in lines]
    assert all(found), "an example must say how it ends"
    return [(one[1], bool(one[2]), one[3]) for one in found if one]


def _run(command: str, values: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=os.environ | values, capture_output=True, text=True, check=False
    )


def test_every_example_ends_as_written(world: World, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    organisation, made = world
    with served(tmp_path) as url:
        values = {
            "PILOTAGE": url, "NOBODY": f"http://127.0.0.1:{free_port()}", "KEY": made.initiative.key, "GATE": "poc", "MET": "poc",
            "OPEN": "production", "TOKEN": organisation.token(Scope.GATES_READ, unit="Retail"),
            "VERIFIER": str(ROOT / "readiness/gates/packs/verify_decisions.py"), "ETAG": "",
        }  # fmt: skip
        heads = _run('curl -sD - -o /dev/null "$PILOTAGE/api/v1/initiatives/$KEY/gates/$MET/verdict/" '
                     '-H "Authorization: Bearer $TOKEN"', values, tmp_path)  # fmt: skip
        values["ETAG"] = re.findall(r"(?im)^etag: (\S+)", heads.stdout)[0]
        commands = _commands()
        assert len(commands) >= 9
        for command, exits, ends in commands:
            asked = command if exits else command.replace("curl ", 'curl -sS -w "%{stderr}%{http_code}" ', 1)
            done = _run(asked, values, tmp_path)
            assert (str(done.returncode) if exits else done.stderr) == ends, (command, done.stdout, done.stderr)


def test_the_line_of_the_pipelines_lets_what_is_decided_pass_and_tells_why_not(world: World, tmp_path: Path) -> None:
    """As a shell gets it, with what CI puts in."""
    organisation, made = world
    snippets = re.findall(r"(curl --fail-with-body -sS.*?fail=1\")", DOCUMENT.read_text(), re.DOTALL)
    assert len(snippets) == 3
    token = organisation.token(Scope.GATES_READ, unit="Retail")
    with served(tmp_path) as url:
        for snippet in snippets:
            line = " ".join(snippet.split()).replace("${{ secrets.PILOTAGE_TOKEN }}", token)
            line = line.replace("https://pilotage.example.org", "$PILOTAGE").replace("AI-0042", made.initiative.key)
            values = {"PILOTAGE": url, "PILOTAGE_TOKEN": token, "TOKEN": token}
            refused = _run(line, values, tmp_path)
            assert refused.returncode == 22 and '"code":"no_review"' in refused.stdout, refused.stderr
            assert _run(line.replace("/production/", "/poc/"), values, tmp_path).returncode == 0
