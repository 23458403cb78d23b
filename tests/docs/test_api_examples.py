"""Every curl line in docs/api.md is run, in order, and answers the status that the document says."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Lifecycle
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from readiness.evidence.choices import SourceKind
from readiness.evidence.models import Run, Source, SourceHealth
from readiness.evidence.services.attestations import attest
from readiness.gates.services.reviews import plan_review
from readiness.workloads.choices import PoolKind
from readiness.workloads.services.capacity import create_pool, request_capacity
from readiness.workloads.services.profiles import create_workload
from tests.conftest import ROOT
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_STATUS = re.compile(r"\s+# (\d{3})$")


def _examples(document: Path) -> list[tuple[str, int]]:
    text = "".join(_BLOCK.findall(document.read_text())).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.startswith("curl")]
    found = []
    for line in lines:
        status = _STATUS.search(line)
        assert status, f"an example must say its status: {line}"
        found.append((_STATUS.sub("", line), int(status.group(1))))
    return found


def _call(client: Client, command: str, values: dict[str, str]) -> Any:
    for name, value in values.items():
        command = command.replace(f"'${name}'", value).replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    method, headers, body, url = "GET", {}, "", ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, value = next(words).split(": ", 1)
            headers[name.lower()] = value
        elif word == "-d":
            body = next(words)
        else:
            url = word
    kind = headers.pop("content-type", "application/json")
    return client.generic(method, url, body, content_type=kind, headers=headers)


def test_every_example_answers_as_written(client: Client, organisation: Organisation, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    initiative = create_initiative(
        by=SYSTEM,
        unit=organisation.units["Retail"],
        name="Shelf camera",
        lifecycle=Lifecycle.objects.get(key="standard"),
    )
    workload = create_workload(by=SYSTEM, initiative=initiative, name="Shelves", template="chat-assistant")
    pool = create_pool(by=SYSTEM, unit=organisation.units["Retail"], name="Hall 2", kind=PoolKind.ACCELERATORS, size=8)
    asked = request_capacity(by=SYSTEM, pool=pool, workload=workload, quantity=4, starts_on=clock.today())
    said: dict[str, Any] = {
        "metric": "availability",
        "value": 99.9,
        "unit": "%",
        "observed_on": clock.today() - timedelta(days=2),
    }
    attest(by=SYSTEM, workload=workload, file=SimpleUploadedFile("report.pdf", b"%PDF"), now=clock.now(), **said)
    source = Source.objects.create(unit=initiative.unit, name="Cluster", kind=SourceKind.PROMETHEUS)
    SourceHealth.objects.create(source=source)
    gated = create_initiative(by=SYSTEM, unit=initiative.unit, name="Parcels", lifecycle=initiative.lifecycle)
    review = plan_review(by=SYSTEM, initiative=gated)
    secret = organisation.token(*Scope)
    values = {
        "PILOTAGE": "",
        "TOKEN": secret,
        "ID": str(initiative.pk),
        "WORKLOAD": str(workload.pk),
        "POOL": str(pool.pk),
        "ALLOCATION": str(asked.pk),
        "UNIT": str(organisation.units["Retail"].pk),
        "RUN": str(Run.objects.get().pk),
        "SOURCE": str(source.pk),
        "REVIEW": str(review.pk),
        "TEMPLATE": str(review.template_id),
        "KEY": gated.key,
    }
    examples = _examples(ROOT / "docs" / "api.md")
    assert len(examples) > 15
    for command, status in examples:
        answer = _call(client, command, values)
        assert answer.status_code == status, (command, answer.content)
