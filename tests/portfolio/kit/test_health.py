"""/healthz and /readyz: what is wrong shows, without sign-in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from portfolio.outbox.choices import WATCHED
from portfolio.outbox.services import enqueue, seen

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_healthy(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_needs_a_beat(client: Client) -> None:
    silent = client.get("/readyz")
    assert silent.status_code == 503
    assert silent.json()["beat"] == "never seen"
    seen("beat")
    ready = client.get("/readyz")
    assert ready.status_code == 200, ready.content
    assert ready.json()["last_beat_s"] < 5


def test_a_job_that_nobody_claims_shows_by_its_age(client: Client) -> None:
    seen("beat")
    enqueue("outbox.housekeeping", {})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_job SET not_before = now() - interval '2 minutes'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["jobs"] == "waiting too long"
    assert answer.json()["oldest_unclaimed_s"] >= 120


def test_what_a_slice_watches_shows_by_its_age(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen("beat")
    assert client.get("/readyz").json()["pulls"] == "ok"
    monkeypatch.setitem(WATCHED, "pulls", (f"{__name__}.two_minutes", 60.0))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["pulls"], answer.json()["oldest_pulls_s"]) == ("waiting too long", 120)


def two_minutes() -> float:
    return 120.0


def test_a_broker_that_is_gone_shows(client: Client, settings: Settings) -> None:
    seen("beat")
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == "unreachable"
