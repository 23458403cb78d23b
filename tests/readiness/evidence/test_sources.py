"""Sources and feeds: who may, what is checked, where secrets go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from pytest_django.fixtures import Settings

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import ApiToken
from portfolio.accounts.queries import actor_for
from portfolio.accounts.services import assign_role
from portfolio.activity.models import AuditEntry
from portfolio.kit.secrets import Unreadable, open_sealed
from readiness.evidence.models import Feed, Source
from readiness.evidence.services.pulls.sealed import opened
from readiness.evidence.services.sources import (
    StaleVersion,
    change_feed,
    change_source,
    create_feed,
    create_source,
    pause_feed,
    pause_source,
    resume_feed,
    resume_source,
    retire_feed,
    retire_source,
    set_secret,
)
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat, make_hall
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import health_of, make_feed, make_source, open_loopback

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:9090"
CANARY = "canary-7f3a-do-not-show"
BEARER = {"address": HERE, "auth": "bearer"}


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    with probe.installed():
        yield


def refused(problem: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return problem.value.message_dict


def test_an_architect_makes_a_source_and_it_is_asked_from_its_first_feed_on(organisation: Organisation) -> None:
    iris = organisation.actor("Iris")
    source = make_source(organisation, HERE, by=iris, unit="Stores")
    assert (source.version, source.created_by_id, health_of(source).next_pull_at) == (1, organisation.people["Iris"].pk, None)
    make_feed(source, by=iris)
    assert health_of(source).next_pull_at is not None


@pytest.mark.parametrize("name", ["Paula", "Vera", "Otto", "Finn", "Lars", "Nora"])
def test_others_make_no_sources(organisation: Organisation, name: str) -> None:
    with pytest.raises(PermissionDenied):
        make_source(organisation, HERE, by=organisation.actor(name), unit="Stores")
    source = make_source(organisation, HERE, unit="Stores")
    for act in (
        lambda by: change_source(by=by, source=source, changes={"name": "Mine"}),
        lambda by: set_secret(by=by, source=source, secrets={"token": "x"}),
        lambda by: pause_source(by=by, source=source),
        lambda by: retire_source(by=by, source=source),
        lambda by: make_feed(source, by=by),
    ):
        with pytest.raises(PermissionDenied):
            act(organisation.actor(name))


def test_an_architect_of_another_unit_has_no_say_here(organisation: Organisation) -> None:
    source = make_source(organisation, HERE, unit="Logistics")
    with pytest.raises(PermissionDenied):
        pause_source(by=organisation.actor("Iris"), source=source)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"config": {}}, "address"),
        ({"config": {"address": "ftp://127.0.0.1/"}}, "address"),
        ({"config": {"address": "http://user:pw@127.0.0.1:9090"}}, "address"),
        ({"config": {"address": "http://169.254.169.254"}}, "address"),
        ({"config": {"address": "http://192.0.2.7:9090"}}, "address"),
        ({"config": {"address": HERE, "auth": "bearer"}}, "token"),
        ({"config": {"address": HERE, "auth": "magic"}}, "auth"),
        ({"config": {"address": HERE, "colour": "red"}}, "colour"),
        ({"config": {"address": HERE, "token": CANARY}}, "token"),
        ({"config": {"address": HERE, "ca": "no certificate"}}, "ca"),
        ({"secrets": {"pin": "1"}}, "pin"),
        ({"kind": "gopher"}, "kind"),
        ({"kind": "upload"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"interval_s": 59}, "interval_s"),
        ({"interval_s": 10**9}, "interval_s"),
        ({"deadline_s": 76}, "deadline_s"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"max_bytes": 0}, "max_bytes"),
        ({"max_bytes": 10**13}, "max_bytes"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(organisation: Organisation, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as problem:
        make_source(organisation, HERE, **changed)
    assert field in refused(problem)
    assert CANARY not in str(problem.value)
    assert not Source.objects.exists()


def test_two_sources_of_a_unit_have_two_names_until_one_retires(organisation: Organisation) -> None:
    first = make_source(organisation, HERE)
    with pytest.raises(ValidationError) as problem:
        make_source(organisation, HERE)
    assert list(refused(problem)) == ["name"]
    make_source(organisation, HERE, unit="Stores")
    retire_source(by=SYSTEM, source=first)
    make_source(organisation, HERE)


def test_a_change_counts_versions_and_a_stale_one_is_refused(organisation: Organisation) -> None:
    source = make_source(organisation, HERE)
    changed = change_source(by=SYSTEM, source=source, changes={"name": "Renamed", "interval_s": 60}, version=1)
    assert (changed.name, changed.interval_s, changed.version) == ("Renamed", 60, 2)
    with pytest.raises(StaleVersion) as stale:
        change_source(by=SYSTEM, source=source, changes={"name": "Again"}, version=1)
    assert stale.value.current.version == 2
    same = change_source(by=SYSTEM, source=source, changes={"name": "Renamed"})
    assert same.version == 2
    with pytest.raises(ValidationError, match="no such field"):
        change_source(by=SYSTEM, source=source, changes={"sealed": "x"})
    with pytest.raises(ValidationError) as problem:
        change_source(by=SYSTEM, source=source, changes={"unit": organisation.units["Logistics"]})
    assert list(refused(problem)) == ["unit"]


def test_secrets_are_sealed_for_their_source_and_stay_until_they_are_changed(organisation: Organisation) -> None:
    source = make_source(organisation, HERE, config=BEARER, secrets={"token": CANARY})
    other = make_source(organisation, HERE, name="Other", config=BEARER, secrets={"token": "another-one"})
    assert (source.secret_names, opened(source)) == (["token"], {"token": CANARY})
    assert CANARY not in source.sealed
    with pytest.raises(Unreadable):
        open_sealed(other.seal_owner, source.sealed)
    renamed = change_source(by=SYSTEM, source=source, changes={"name": "Renamed"})
    assert opened(renamed) == {"token": CANARY}
    changed = set_secret(by=SYSTEM, source=source, secrets={"token": "fresh"})
    assert (opened(changed), changed.version) == ({"token": "fresh"}, 3)
    assert set_secret(by=SYSTEM, source=source, secrets={"token": "fresh"}).version == 3
    with pytest.raises(ValidationError) as problem:
        set_secret(by=SYSTEM, source=source, secrets={"token": ""})
    assert list(refused(problem)) == ["token"]


@pytest.mark.parametrize(
    "elsewhere", [{"address": "http://127.0.0.1:9091"}, {"address": HERE + "/"}, {"address": HERE, "ca": "PEM"}]
)
def test_a_source_that_points_elsewhere_loses_its_secrets(
    organisation: Organisation, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    from tests.portfolio.kit.rogue import Authority

    if "ca" in elsewhere:
        elsewhere = elsewhere | {"ca": Authority(tmp_path).pem}
    source = make_source(organisation, HERE, config=BEARER, secrets={"token": CANARY})
    with pytest.raises(ValidationError) as problem:
        change_source(by=SYSTEM, source=source, changes={"config": BEARER | elsewhere})
    assert list(refused(problem)) == ["token"]
    source.refresh_from_db()
    assert opened(source) == {"token": CANARY}
    moved = change_source(by=SYSTEM, source=source, changes={"config": BEARER | elsewhere}, secrets={"token": "given-anew"})
    assert opened(moved) == {"token": "given-anew"}
    without = change_source(by=SYSTEM, source=moved, changes={"config": {"address": "http://127.0.0.1:9099"}})
    assert (opened(without), without.secret_names, without.sealed) == ({}, [], "")


def test_no_trace_of_a_secret_is_left_but_the_sealed_one(organisation: Organisation, caplog: pytest.LogCaptureFixture) -> None:
    source = make_source(organisation, HERE, by=organisation.actor("Iris"), config=BEARER, secrets={"token": CANARY})
    change_source(by=SYSTEM, source=source, changes={"config": BEARER}, secrets={"token": CANARY + "-2"})
    retired = retire_source(by=SYSTEM, source=source)
    assert (retired.sealed, retired.secret_names) == ("", [])
    assert CANARY not in repr(source) + str(vars(source)) + caplog.text
    trail = list(AuditEntry.objects.filter(object_type="evidence_source").values("before", "after"))
    assert len(trail) == 4  # made, sealed, sealed anew, retired
    assert CANARY not in json.dumps(trail)
    assert "sealed" not in json.dumps(trail).replace("sealed_", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(s)::text, '') FROM evidence_source s")
        assert CANARY not in cursor.fetchone()[0]


def test_a_lost_key_takes_the_secret_not_the_source(organisation: Organisation, settings: Settings) -> None:
    source = make_source(organisation, HERE, config=BEARER, secrets={"token": CANARY})
    settings.SECRET_KEYS = ["ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY="]
    with pytest.raises(ValidationError) as problem:
        change_source(by=SYSTEM, source=source, changes={"name": "Renamed"})
    assert list(refused(problem)) == ["token"]
    mended = change_source(by=SYSTEM, source=source, changes={"name": "Renamed"}, secrets={"token": "entered again"})
    assert opened(mended) == {"token": "entered again"}


def test_what_is_paused_or_has_no_feed_is_not_planned(organisation: Organisation) -> None:
    source = make_source(organisation, HERE)
    feed = make_feed(source)
    assert pause_source(by=SYSTEM, source=source).paused_at
    assert health_of(source).next_pull_at is None
    assert pause_source(by=SYSTEM, source=source).version == 2
    assert resume_source(by=SYSTEM, source=source).paused_at is None
    assert health_of(source).next_pull_at is not None
    pause_feed(by=SYSTEM, feed=feed)
    assert health_of(source).next_pull_at is None
    resume_feed(by=SYSTEM, feed=feed)
    assert health_of(source).next_pull_at is not None
    retire_feed(by=SYSTEM, feed=feed)
    assert health_of(source).next_pull_at is None
    retire_source(by=SYSTEM, source=source)
    with pytest.raises(ValidationError, match="retired"):
        make_feed(source)


def test_a_change_of_where_or_how_it_is_asked_forgets_its_failures(organisation: Organisation) -> None:
    source = make_source(organisation, HERE)
    make_feed(source)
    health = health_of(source)
    health.failures, health.error, health.next_pull_at = 4, "no answer", None
    health.save()
    change_source(by=SYSTEM, source=source, changes={"note": "Ask Kim"})
    assert health_of(source).failures == 4
    change_source(by=SYSTEM, source=source, changes={"config": {"address": "http://127.0.0.1:9091"}})
    assert (health_of(source).failures, health_of(source).error) == (0, "")


def test_a_feed_is_evidence_of_a_workload_a_pool_or_neither(organisation: Organisation) -> None:
    chat, hall = make_chat(organisation), make_hall(organisation)
    iris, source = organisation.actor("Iris"), make_source(organisation, HERE)
    of_chat = make_feed(source, by=iris, workload=chat)
    assert (of_chat.initiative_id, of_chat.unit_id) == (chat.initiative_id, source.unit_id)
    of_hall = make_feed(source, by=iris, name="b", pool=hall)
    assert (of_hall.initiative_id, of_hall.pool_id) == (None, hall.pk)
    with pytest.raises(ValidationError) as problem:
        make_feed(source, name="c", workload=chat, pool=hall)
    assert list(refused(problem)) == ["pool"]


def test_nobody_makes_evidence_of_what_is_not_theirs(organisation: Organisation) -> None:
    iris, source = organisation.actor("Iris"), make_source(organisation, HERE)
    foreign, their_hall = make_chat(organisation, "Logistics"), make_hall(organisation, "Logistics", "Hall 9")
    for about in ({"workload": foreign}, {"pool": their_hall}):
        with pytest.raises(PermissionDenied):
            make_feed(source, by=iris, **about)
    feed = make_feed(source, by=iris)
    with pytest.raises(PermissionDenied):
        change_feed(by=iris, feed=feed, changes={"workload": foreign})
    assert Feed.objects.get().workload_id is None


def test_a_token_that_may_change_evidence_makes_feeds_for_its_unit(organisation: Organisation) -> None:
    assign_role(by=SYSTEM, user=organisation.people["Iris"], role=Role.VIEWER, unit=organisation.units["Logistics"])
    organisation.token(Scope.EVIDENCE_WRITE, unit="Retail", maker="Iris")
    by = actor_for(organisation.people["Iris"], token=ApiToken.objects.select_related("unit").get())
    source = make_source(organisation, HERE, by=by)
    make_feed(source, by=by, workload=make_chat(organisation))
    with pytest.raises(PermissionDenied):
        make_source(organisation, HERE, by=by, unit="Logistics")


def test_demo_and_real_do_not_mix(organisation: Organisation) -> None:
    chat = make_chat(organisation, demo=True)
    with pytest.raises(ValidationError) as problem:
        make_feed(make_source(organisation, HERE), workload=chat)
    assert list(refused(problem)) == ["workload"]
    make_feed(make_source(organisation, HERE, demo=True), workload=chat)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ask": {}}, "series"),
        ({"ask": {"series": "a/b"}}, "series"),
        ({"ask": {"series": "a", "speed": 1}}, "speed"),
        ({"environment": {"accelerators": "many"}}, "accelerators"),
        ({"environment": {"colour": "red"}}, "colour"),
        ({"environment": {"data_real": "perhaps"}}, "data_real"),
        ({"name": ""}, "name"),
    ],
)
def test_a_feed_that_cannot_work_is_refused_beside_its_field(
    organisation: Organisation, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as problem:
        make_feed(make_source(organisation, HERE), **changed)
    assert field in refused(problem)


def test_what_is_asked_anew_or_is_about_something_else_is_read_from_the_beginning(organisation: Organisation) -> None:
    from portfolio.kit import clock

    chat = make_chat(organisation)
    feed = make_feed(make_source(organisation, HERE), environment={"accelerator": "H100", "accelerators": 8})
    assert feed.environment == {"accelerator": "H100", "accelerators": 8}
    for changes, kept in (
        ({"name": "renamed"}, True),
        ({"environment": {"accelerator": "H200"}}, True),
        ({"ask": {"series": "b"}}, False),
        ({"workload": chat}, False),
        ({"workload": None}, False),
    ):
        Feed.objects.filter(pk=feed.pk).update(read_to=clock.now())
        changed = change_feed(by=SYSTEM, feed=feed, changes=changes)
        assert (changed.read_to is not None) == kept, changes


def test_a_source_that_people_bring_to_is_not_set_up(organisation: Organisation) -> None:
    brought = Source.objects.create(unit=organisation.units["Retail"], name="Uploads", kind="upload")
    for act in (pause_source, retire_source):
        with pytest.raises(ValidationError, match="nothing to set up"):
            act(by=SYSTEM, source=brought)
    with pytest.raises(ValidationError):
        create_feed(by=SYSTEM, source=brought, name="a", ask={})
    with pytest.raises(ValidationError):
        create_source(by=SYSTEM, unit=organisation.units["Retail"], name="Uploads", kind=probe.KIND, config={"address": HERE})  # type: ignore[arg-type]
