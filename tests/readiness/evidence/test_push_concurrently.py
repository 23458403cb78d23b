"""The same push many times at once is one delivery; a pace is exact however many come at once. On connections that commit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.outbox.models import Job
from readiness.evidence.models import Delivery, Observation, Source
from tests.people import Organisation, make_organisation
from tests.readiness.evidence.brought import make_chat, work_off

PUSH = "/api/v1/evidence/"


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def world(committed_db: str, django_db_blocker: Any, media: Path) -> Any:
    with django_db_blocker.unblock():
        organisation = make_organisation()
        yield organisation, make_chat(organisation)
        connections.close_all()


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Each act on a connection of its own, all started together."""
    start = Barrier(count)

    def run(number: int) -> Any:
        start.wait()
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_the_same_push_at_once_is_one_delivery(world: Any, media: Path) -> None:
    organisation, chat = world
    secret = _token(organisation)
    body = json.dumps({"workload": chat.pk, "observations": [_row(1)]})
    answers = at_once(12, lambda _number: _push(secret, body, "build-17"))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert Delivery.objects.count() == Source.objects.count() == 1
    assert Job.objects.filter(handler="evidence.read").count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1
    work_off()
    assert Observation.objects.count() == 1


def test_the_same_key_with_different_bodies_at_once_takes_one_of_them(world: Any, media: Path) -> None:
    organisation, chat = world
    secret = _token(organisation)
    bodies = [json.dumps({"workload": chat.pk, "observations": [_row(value)]}) for value in range(1, 9)]
    answers = at_once(len(bodies), lambda number: _push(secret, bodies[number], "build-17"))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 422: len(bodies) - 1}
    assert Delivery.objects.count() == 1 and len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_first_pushes_of_a_unit_at_once_share_its_source(world: Any) -> None:
    organisation, chat = world
    secret = _token(organisation)
    bodies = [json.dumps({"workload": chat.pk, "observations": [_row(value)]}) for value in range(1, 9)]
    answers = at_once(len(bodies), lambda number: _push(secret, bodies[number], f"build-{number}"))
    assert {answer.status_code for answer in answers} == {202}
    assert Source.objects.count() == 1 and Delivery.objects.count() == len(bodies)
    work_off()
    assert Observation.objects.count() == len(bodies)


def test_a_pace_is_exact_at_once(world: Any, settings: Any) -> None:
    organisation, _chat = world
    settings.EVIDENCE_PUSHES_PER_MINUTE = 20
    secret = _token(organisation)

    def five(number: int) -> Counter[int]:
        return Counter(_push(secret, "{", f"{number}-{turn}").status_code for turn in range(5))

    counted: Counter[int] = sum(at_once(12, five), Counter())
    assert counted[400] in (20, 40), "one minute, or two if it turned meanwhile"
    assert counted[400] + counted[429] == 60


def _token(organisation: Organisation) -> str:
    return organisation.token(Scope.EVIDENCE_PUSH, unit="Retail")


def _row(value: float) -> dict[str, Any]:
    return {"metric": "throughput", "value": value, "unit": "1/s", "observed_at": "2026-11-20T10:00:00Z"}


def _push(secret: str, body: str, key: str) -> Any:
    headers = {"authorization": f"Bearer {secret}", "Idempotency-Key": key}
    return Client().generic("POST", PUSH, body, content_type="application/json", headers=headers)
