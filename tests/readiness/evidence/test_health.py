"""How sources fare, the same for one and in lists; what lists show, to whom, in how many statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from readiness.evidence.choices import BROUGHT, Health
from readiness.evidence.models import Delivery, Source, SourceHealth
from readiness.evidence.queries import sources as queries
from readiness.evidence.rules.health import Facts, health
from readiness.evidence.services.sources import change_feed, pause_source, retire_source
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import make_feed, make_source, open_loopback

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:9090"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    with probe.installed():
        yield


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Health.NEVER),
        ({"last_ok_at": NOW}, Health.HEALTHY),
        ({"last_ok_at": NOW - 30 * MINUTE}, Health.HEALTHY),
        ({"last_ok_at": NOW - 31 * MINUTE}, Health.LATE),
        ({"last_ok_at": NOW, "failures": 1}, Health.FAILING),
        ({"failures": 1}, Health.FAILING),
        ({"failures": 5, "stopped_until": NOW + MINUTE}, Health.STOPPED),
        ({"failures": 5, "stopped_until": NOW - MINUTE}, Health.FAILING),
        ({"failures": 5, "stopped_until": NOW + MINUTE, "paused": True}, Health.PAUSED),
        ({"pulled": False, "last_ok_at": NOW - 10_000 * MINUTE}, Health.HEALTHY),
        ({"pulled": False}, Health.NEVER),
    ],
)
def test_health_is_the_first_that_holds(facts: dict[str, Any], expected: Health) -> None:
    assert health(Facts(**{"pulled": True, "paused": False, "interval_s": 900, **facts}), NOW) is expected


def test_lists_say_of_every_source_what_the_rule_says_of_one(organisation: Organisation) -> None:
    number = 0
    for paused in (None, NOW):
        for stopped in (None, NOW - MINUTE, NOW + MINUTE):
            for failures in (0, 2):
                for ok in (None, NOW, NOW - 40 * MINUTE):
                    number += 1
                    source = make_source(organisation, HERE, name=f"s{number}")
                    Source.objects.filter(pk=source.pk).update(paused_at=paused)
                    SourceHealth.objects.filter(pk=source.pk).update(
                        stopped_until=stopped, failures=failures, last_ok_at=ok
                    )  # fmt: skip
    for kind, ended in zip(sorted(BROUGHT), (None, NOW - 90_000 * MINUTE, NOW), strict=True):
        brought = Source.objects.create(unit=organisation.units["Retail"], name=kind, kind=kind)
        if ended:
            Delivery.objects.create(source=brought, unit=brought.unit, way="upload", state="done", ended_at=ended)
    rows = queries.faring(Source.objects.select_related("health"), NOW)
    told = {row.pk: row.health_now for row in rows}  # type: ignore[attr-defined]
    assert len(told) == 39
    for row in rows:
        known = SourceHealth.objects.filter(pk=row.pk).first() or SourceHealth()
        facts = Facts(
            row.is_pulled, row.paused_at is not None, row.interval_s, known.failures, known.stopped_until,
            row.last_ok,  # type: ignore[attr-defined]
        )  # fmt: skip
        assert told[row.pk] == health(facts, NOW), row.name
    assert set(told.values()) == set(Health)
    by_health = queries.counted(queries.visible(SYSTEM, NOW))
    assert (by_health.total, sum(by_health.by_health.values())) == (39, 39)


def test_a_list_shows_how_sources_fare_and_sorts_by_it(organisation: Organisation) -> None:
    now = clock.now()
    config = {"address": HERE, "auth": "bearer"}
    busy = make_source(organisation, HERE, name="Busy", config=config, secrets={"token": "canary-91"})
    make_feed(busy)
    failed = make_feed(busy, name="b")
    type(failed).objects.filter(pk=failed.pk).update(error="no answer")
    for hours, observations in ((1, 10), (20, 5), (30, 100)):
        Delivery.objects.create(
            source=busy, unit=busy.unit, way="pull", state="done", observations=observations,
            asked_at=now - timedelta(hours=hours),
        )  # fmt: skip
    SourceHealth.objects.filter(pk=busy.pk).update(last_ok_at=now, typical_s=0.4)
    make_source(organisation, HERE, name="Idle", unit="Stores")
    retire_source(by=SYSTEM, source=make_source(organisation, HERE, name="Gone"))
    row, idle = queries.ordered(queries.listed(queries.visible(SYSTEM, now)), "name")
    assert (row["name"], row["health_now"], row["feeds_count"], row["feeds_failing"]) == ("Busy", "healthy", 2, 1)
    assert (row["observations_24h"], row["typical_s"], row["open_pull"], row["secret_names"]) == (15, 0.4, False, ["token"])
    assert (idle["health_now"], idle["feeds_count"], idle["observations_24h"]) == ("never", 0, 0)
    assert "canary-91" not in str(row)
    assert "sealed" not in row
    for sort in queries.SORTABLE:
        for sign in ("", "-"):
            assert len(queries.ordered(queries.listed(queries.visible(SYSTEM, now)), sign + sort)) == 2
    worst = queries.ordered(queries.listed(queries.visible(SYSTEM, now)), "health")
    assert [one["name"] for one in worst] == ["Idle", "Busy"]


def test_people_see_the_sources_of_their_units(organisation: Organisation) -> None:
    for unit in ("Group", "Retail", "Stores", "Logistics"):
        make_source(organisation, HERE, unit=unit, name=unit)
    now = clock.now()

    def seen(name: str) -> set[str]:
        return {row["name"] for row in queries.listed(queries.visible(organisation.actor(name), now))}

    assert seen("Iris") == {"Retail", "Stores"}
    assert seen("Lars") == {"Logistics"}
    assert seen("Ada") == {"Group", "Retail", "Stores", "Logistics"}
    assert seen("Nora") == set()


def test_one_source_says_who_may_look_after_it(organisation: Organisation) -> None:
    source, now = make_source(organisation, HERE), clock.now()
    found = {name: queries.one(organisation.actor(name), source.pk, now) for name in ("Iris", "Vera", "Lars")}
    assert found["Iris"]
    assert found["Vera"]
    assert (found["Iris"]["may_manage"], found["Vera"]["may_manage"], found["Lars"]) == (True, False, None)


def test_feeds_name_what_they_are_about_to_those_who_see_it(organisation: Organisation) -> None:
    source = make_source(organisation, HERE, unit="Retail")
    feed = make_feed(source)
    change_feed(by=SYSTEM, feed=feed, changes={"workload": make_chat(organisation, "Logistics")})
    (whole,) = queries.feeds_of(organisation.actor("Ada"), source.pk)
    (part,) = queries.feeds_of(organisation.actor("Vera"), source.pk)
    assert (whole["workload_name"], part["workload_name"], part["name"]) == ("Chat", None, "a")


def test_lists_cost_the_same_however_many_there_are(organisation: Organisation) -> None:
    now = clock.now()
    costs = []
    for total in (1, 12):
        for number in range(Source.objects.count(), total):
            source = make_source(organisation, HERE, name=f"s{number}")
            make_feed(source)
            Delivery.objects.create(source=source, unit=source.unit, way="pull", state="done")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            rows = list(queries.listed(queries.visible(SYSTEM, now)))
            queries.counted(queries.visible(SYSTEM, now))
            queries.one(SYSTEM, rows[0]["id"], now)
            queries.feeds_of(SYSTEM, rows[0]["id"])
            queries.last_pulls(rows[0]["id"])
        assert len(rows) == total
        costs.append(len(asked))
    assert costs == [5, 5]


def test_what_is_due_and_not_written_down_shows_by_its_age(organisation: Organisation) -> None:
    assert queries.oldest_due_s() == 0
    source = make_source(organisation, HERE)
    make_feed(source)
    SourceHealth.objects.update(next_pull_at=clock.now() - 2 * MINUTE)
    assert 119 < queries.oldest_due_s() < 125
    Delivery.objects.create(source=source, unit=source.unit, way="pull", state="running")
    assert queries.oldest_due_s() == 0
    Delivery.objects.update(state="done")
    pause_source(by=SYSTEM, source=source)
    assert queries.oldest_due_s() == 0
