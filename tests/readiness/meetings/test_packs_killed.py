"""A worker is killed with -9 while a pack is printed, or the web while one is sent: the job ends once, nobody is told twice."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from portfolio.activity.models import Mail
from portfolio.outbox.models import Job
from readiness.gates.models import Anchor, Review
from readiness.meetings.choices import PackState, Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.services.packs import printing
from readiness.meetings.services.packs.rendering.parent import printed as print_anew
from readiness.meetings.services.packs.sending import send_pack
from tests.people import Organisation, make_organisation
from tests.readiness.meetings import test_killed as killing
from tests.readiness.meetings.packs_world import made, run_jobs, stamped
from tests.readiness.meetings.world import a_panel, actor, opened
from tests.sampling import some


@pytest.fixture
def board(committed_db: str) -> Organisation:
    organisation = make_organisation()
    a_panel(organisation)
    return organisation


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _dies_after(verb: Callable[..., Any]) -> Callable[..., Any]:
    def then(*args: Any, **named: Any) -> None:
        verb(*args, **named)
        _die()

    return then


STAGES: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "while the printer runs": (subprocess.Popen, "wait", _die),
    "before the file is in its place": (printing, "put", _die),
    "after the file is in its place": (printing, "put", _dies_after(printing.put)),
    "before the row says so": (printing, "keep", _dies_after(printing.keep)),
}


def _leases_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_job SET lease_until = NULL WHERE done_at IS NULL")


def _folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("pilotage-pack-*"))


@pytest.mark.parametrize("stage", some(STAGES, suite=2))
def test_a_print_that_is_killed_is_done_once_by_whoever_comes_next(board: Organisation, stage: str) -> None:
    meeting, before = opened(board, names=["Chat"]), _folders()
    pack = made(board, meeting)[Variant.PLAIN]
    Job.objects.filter(payload__pack_id=made_pk(meeting, Variant.MONEY)).update(done_at="2026-01-01T00:00:00Z")
    owner, name, deadly = STAGES[stage]

    def work() -> None:
        setattr(owner, name, deadly)
        run_jobs()

    assert not killing._child(work, 0)
    assert Pack.objects.get(pk=pack.pk).state == PackState.RENDERING
    _leases_end()
    assert run_jobs() == 1

    row = Pack.objects.get(pk=pack.pk)
    assert (row.state, row.sha256) == (PackState.READY, _digest(default_storage.open(row.stored_as).read()))
    assert default_storage.open(row.stored_as).read() == print_anew(row.input).content
    job = Job.objects.get(payload__pack_id=pack.pk)
    assert (job.attempt, job.done_at is not None) == (2, True)
    assert run_jobs() == 0
    until = time.monotonic() + 20
    while _folders() - before and time.monotonic() < until:  # the printer that was left alone clears up behind it
        time.sleep(0.2)
    assert _folders() <= before


def test_sending_is_whole_or_nothing_and_tells_each_once(board: Organisation) -> None:
    meeting = opened(board, people=["Ida", "Vera"], names=["Chat"])
    stamped(board, meeting)

    points = killing._swept(lambda: send_pack(by=actor(board), meeting=meeting, number=1), lambda: _looks(meeting))

    assert points > 3
    assert _looks(meeting) == (["sent", "sent"], 2, 2, 2)


def _looks(meeting: Meeting) -> Any:
    states = list(Pack.objects.filter(meeting=meeting).order_by("pk").values_list("state", flat=True))
    told = Mail.objects.filter(key__contains="-pack-").count()
    named = len(Review.objects.get(agenda_items__meeting=meeting).packs)
    waiting = Job.objects.filter(handler="activity.send_mail", payload__mail_id__in=list(
        Mail.objects.filter(key__contains="-pack-").values_list("pk", flat=True)
    )).count()  # fmt: skip
    assert Anchor.objects.count() == 0
    return states, told, named, waiting


def made_pk(meeting: Meeting, variant: Variant) -> int:
    return int(Pack.objects.get(meeting=meeting, variant=variant).pk)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
