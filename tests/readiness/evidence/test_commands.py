"""`manage.py import_evidence`: files brought in by whoever has the machine, with an account of each."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portfolio.outbox.models import Event
from readiness.evidence.choices import DeliveryState
from readiness.evidence.models import Delivery, Observation, Run, Source
from readiness.workloads.models import Workload
from tests.people import Organisation
from tests.readiness.evidence.brought import make_chat, make_hall, vllm, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation)


@pytest.fixture
def result(tmp_path: Path) -> Path:
    file = tmp_path / "result.json"
    file.write_bytes(vllm())
    return file


def call(*words: object) -> str:
    out = io.StringIO()
    call_command("import_evidence", *map(str, words), stdout=out)
    return out.getvalue()


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_comes_in_with_its_environment(chat: Workload, result: Path, media: Path) -> None:
    said = call(
        result, "--workload", f"{chat.initiative.key}/Chat", "--accelerator", "H100 SXM", "--accelerators", 8,
        "--data-real", "no", "--stage", "pilot", "--note", "first try",
    )  # fmt: skip
    assert "vLLM bench" in said and "1 new runs, 0 of them flawed, 0 known" in said and "0 refused" in said
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.asked_through, delivery.note) == (DeliveryState.DONE, "command", "first try")
    assert delivery.environment == {"accelerator": "H100 SXM", "accelerators": 8, "data_real": False, "stage": "pilot"}
    assert Run.objects.get().workload == chat and len(files(media)) == 1
    assert "1 known" in call(result, "--workload", chat.pk, "--accelerator", "H100 SXM", "--accelerators", 8, "--data-real", "no",
                             "--stage", "pilot")  # fmt: skip
    work_off()
    assert Run.objects.count() == 1


def test_a_dry_run_says_the_same_and_keeps_nothing(chat: Workload, result: Path, media: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    said = call(result, "--workload", chat.pk, "--dry-run", "--report", report)
    assert "1 new runs" in said and "Dry run: nothing was kept." in said
    account = json.loads(report.read_text())
    assert account["dry_run"] and account["files"][0]["observations"] > 5 and account["files"][0]["error"] == ""
    assert Delivery.objects.count() == Run.objects.count() == Observation.objects.count() == Source.objects.count() == 0
    assert not Event.objects.filter(kind="evidence.arrived").exists() and files(media) == []


def test_several_files_each_with_its_account(
    organisation: Organisation, result: Path, tmp_path: Path, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    make_hall(organisation)
    other, bad = tmp_path / "other.json", tmp_path / "notes.txt"
    other.write_bytes(vllm(date="20261121-101500", completed=0, failed=400))
    bad.write_text("nothing of interest")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 3 files"), django_capture_on_commit_callbacks(execute=True):
        call_command("import_evidence", str(result), str(other), str(bad), "--pool", "Hall 2", stdout=out)
    lines = out.getvalue().splitlines()
    assert "1 new runs, 0 of them flawed" in lines[0] and "1 new runs, 1 of them flawed" in lines[1]
    assert "no known format" in lines[2]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["done", "done", "failed"]


def test_what_is_asked_wrongly_is_said(chat: Workload, result: Path, tmp_path: Path) -> None:
    for words, says in (
        ((tmp_path / "gone.json", "--workload", chat.pk), "no file"),
        ((result, "--workload", "AI-999999"), "none of this name"),
        ((result, "--workload", chat.pk, "--stage", "prod"), "stage: One of"),
        ((result,), "required"),
        ((result, "--workload", chat.pk, "--unit", "Retail"), "not allowed"),
    ):
        with pytest.raises(CommandError, match=says):
            call(*words)
    assert Delivery.objects.count() == 0
