"""Trying a source: what is told, what is not, and how often one may."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from portfolio.outbox.models import Job
from readiness.evidence.choices import Failure
from readiness.evidence.models import Delivery, Observation, Payload, Run, Source, Trial
from readiness.evidence.queries.sources import trial as trial_of
from readiness.evidence.services.sources import TooManyTrials, discover, retire_source, trying
from readiness.evidence.services.sources import test_ask as try_ask
from readiness.evidence.services.sources import test_source as try_source
from tests.people import SYSTEM, Organisation, make_organisation
from tests.portfolio.kit.rogue import closed, deaf
from tests.readiness.connectors.scripted import Told, serving, told
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import answering, health_of, make_source, open_loopback, work_off


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    with probe.installed():
        yield


def tried(source: Source) -> Trial:
    trial = try_source(by=SYSTEM, source=source)
    work_off("evidence.test")
    return Trial.objects.get(pk=trial.pk)


@pytest.mark.django_db
def test_a_source_that_answers_says_so_and_nothing_is_kept_but_its_version(organisation: Organisation) -> None:
    with serving(answering(1, version="3.1")) as server:
        source = make_source(organisation, server.address)
        trial = tried(source)
    assert (trial.failure, trial.error, trial.ended_at is not None) == ("", "", True)
    assert trial.found == {"version": "3.1", "facts": ["it answers"], "remarks": []}
    health = health_of(source)
    assert (health.remote_version, health.last_pull_at, health.last_ok_at, health.failures) == ("3.1", None, None, 0)
    assert [model.objects.count() for model in (Delivery, Run, Observation, Payload)] == [0, 0, 0, 0]


@pytest.mark.django_db
def test_what_a_feed_may_choose_from_is_looked_up(organisation: Organisation) -> None:
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address)
        trial = discover(by=SYSTEM, source=source, field="series")
        work_off("evidence.test")
        with pytest.raises(ValidationError) as problem:
            discover(by=SYSTEM, source=source, field="until")
    assert Trial.objects.get(pk=trial.pk).found == {"choices": [["a", "a"], ["b", "b"]]}
    assert list(problem.value.message_dict) == ["field"]
    with pytest.raises(ValidationError, match="first pull"):
        try_ask(by=SYSTEM, source=source, ask={"series": "a"})
    with pytest.raises(ValidationError) as problem:
        try_ask(by=SYSTEM, source=source, ask={})
    assert list(problem.value.message_dict) == ["series"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "failure", "field"),
    [
        (told({}, 401), Failure.MEND, "token"),
        (told({}, 404), Failure.MEND, "address"),
        (told({}, 503), Failure.RETRY, ""),
        (Told(b"secret words of the other side", 400), Failure.LOOK, ""),
        (Told(b"", 302, {"location": "http://127.0.0.1:1/elsewhere"}), Failure.LOOK, ""),
    ],
)
def test_a_failed_try_names_what_to_mend_and_echoes_nothing(
    organisation: Organisation, answer: Told, failure: Failure, field: str
) -> None:
    with serving(lambda asked: answer) as server:
        config = {"address": server.address, "auth": "bearer"}
        trial = tried(make_source(organisation, server.address, config=config, secrets={"token": "canary-13"}))
    assert (trial.failure, trial.field, trial.found) == (failure, field, {})
    for hidden in ("canary-13", "secret words", "elsewhere"):
        assert hidden not in trial.error


@pytest.mark.django_db
def test_ports_that_are_closed_filtered_or_silent_look_alike(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps are shorter here than what a connection or an answer may take, so that the test is done in seconds."""
    slept: list[float] = []
    monkeypatch.setattr("readiness.evidence.services.sources.trying.time.sleep", slept.append)
    release = threading.Event()

    def silent(asked: Any) -> Told:
        release.wait(30)
        return told({})

    def nothing_said() -> Iterator[int]:
        yield closed()
        with deaf() as filtered:
            yield filtered

    told_apart = set()
    for number, port in enumerate(nothing_said()):
        begun = time.monotonic()
        trial = tried(make_source(organisation, f"http://127.0.0.1:{port}", name=f"s{number}"))
        told_apart.add((trial.failure, trial.error, trial.field, round(time.monotonic() - begun + slept.pop(), 0)))
    monkeypatch.setattr(trying, "DEADLINE_S", 1.0)
    with serving(silent) as server:
        begun = time.monotonic()
        trial = tried(make_source(organisation, server.address, name="silent"))
        told_apart.add((trial.failure, trial.error, trial.field, round(time.monotonic() - begun + slept.pop(), 0)))
        release.set()
    assert told_apart == {(Failure.RETRY, "No answer: nothing there answered completely and in time.", "", 15.0)}


@pytest.mark.django_db
def test_only_those_who_look_after_a_source_try_it(organisation: Organisation) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    for name in ("Vera", "Paula", "Lars"):
        with pytest.raises(PermissionDenied):
            try_source(by=organisation.actor(name), source=source)
    trial = try_source(by=organisation.actor("Iris"), source=source)
    assert trial_of(organisation.actor("Vera"), trial.pk) == trial
    assert trial_of(organisation.actor("Lars"), trial.pk) is None
    with pytest.raises(ValidationError, match="retired"):
        try_source(by=SYSTEM, source=retire_source(by=SYSTEM, source=source))


@pytest.mark.django_db
def test_so_many_tries_a_minute_for_each_person(organisation: Organisation) -> None:
    source, iris = make_source(organisation, "http://127.0.0.1:9999"), organisation.actor("Iris")
    for _ in range(trying.MOST_A_MINUTE):
        try_source(by=iris, source=source)
    with pytest.raises(TooManyTrials) as problem:
        discover(by=iris, source=source, field="series")
    assert 50 < problem.value.seconds <= 60
    try_source(by=organisation.actor("Ada"), source=source)
    Trial.objects.update(asked_at=clock.now() - timedelta(seconds=61))
    try_source(by=iris, source=source)


def test_the_pace_is_exact_also_for_those_who_ask_at_once(committed_db: str, settings: Settings) -> None:
    organisation = make_organisation()
    source, iris = make_source(organisation, "http://127.0.0.1:9999"), organisation.actor("Iris")
    outcomes: list[bool] = []

    def ask() -> None:
        try:
            try_source(by=iris, source=source)
        except TooManyTrials:
            outcomes.append(False)
        else:
            outcomes.append(True)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(outcomes), len(outcomes)) == (trying.MOST_A_MINUTE, 20)


@pytest.mark.django_db
def test_a_try_that_no_worker_takes_up_is_ended_and_old_ones_are_forgotten(organisation: Organisation) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    trial = try_source(by=SYSTEM, source=source)
    trying.end_forgotten(now=clock.now())
    assert Trial.objects.get().ended_at is None
    trying.end_forgotten(now=clock.now() + timedelta(seconds=100))
    ended = Trial.objects.get(pk=trial.pk)
    assert ended.ended_at
    assert (ended.failure, "No worker" in ended.error) == (Failure.BROKEN, True)
    work_off("evidence.test")
    assert Job.objects.get(handler="evidence.test").done_at
    assert Trial.objects.get().error == ended.error
    trying.end_forgotten(now=clock.now() + timedelta(days=2))
    assert not Trial.objects.exists()


@pytest.mark.django_db
def test_a_secret_that_no_key_opens_is_said_to_be_entered_again(organisation: Organisation, settings: Settings) -> None:
    config = {"address": "http://127.0.0.1:9999", "auth": "bearer"}
    source = make_source(organisation, "", config=config, secrets={"token": "canary-13"})
    settings.SECRET_KEYS = ["ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY="]
    trial = tried(source)
    assert (trial.failure, "enter it again" in trial.error) == (Failure.MEND, True)
