"""What is no longer kept: one observation a bucket, months past their age, runs and payloads that nothing names, stored files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction

from portfolio.activity.models import AuditEntry
from portfolio.kit import clock
from portfolio.outbox.choices import HANDLERS, SCHEDULE
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, enqueue
from readiness.connectors.live import Payload as Answer
from readiness.evidence import tasks
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.models import Delivery, Latest, Observation, Payload, RequirementVerdict, Retention, Run
from readiness.evidence.services.ingest import StoredPayload
from readiness.evidence.services.retention import StaleVersion, change_retention, tidy
from readiness.evidence.services.verdicts import evaluate
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.storing import (
    Arrived,
    Flaw,
    Place,
    Statistic,
    benchmark,
    fingerprint,
    latest_follows_from_history,
    place,
    reading,
    state,
    telemetry,
)

pytestmark = pytest.mark.django_db
NOW = clock.now()  # the owner's functions look at the database's clock
DAY = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) - timedelta(days=200)  # long past the 90 days in which all is kept
PARTITION = "SELECT to_regclass('evidence_observation_' || to_char(%s::date, 'YYYYMM')) IS NOT NULL"


@pytest.fixture
def where(organisation: Organisation) -> Place:
    return place(organisation.units["Stores"])


def hourly(where: Place, *, minutes: int = 120, every: int = 10, start: datetime = DAY, **more: Any) -> None:
    """A value every ten minutes from the start of a day that is past its age, each a run; and one of today, the latest."""
    for number in range(0, minutes, every):
        at = start + timedelta(minutes=number)
        where.bring(telemetry(f"t{number}", reading(value=float(number + 1), **more), ended_at=at, started_at=at), now=NOW)
    where.bring(telemetry("today", reading(value=0.5, **more), ended_at=NOW, started_at=NOW), now=NOW)


def values() -> list[float]:
    return list(Observation.objects.order_by("observed_at", "value").values_list("value", flat=True))


def ask(statement: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


def tidied(**more: Any) -> bool:
    return tidy(by=SYSTEM, now=NOW, budget_s=60, **more)


# Thinning


def test_one_a_bucket_stays_the_newest_and_of_percentiles_the_worst(where: Place) -> None:
    hourly(where)
    tail: dict[str, Any] = {"statistic": Statistic.PERCENTILE, "percentile": 0.95}
    for number, value in enumerate((5.0, 9.0, 7.0)):
        at = DAY + timedelta(minutes=number)
        where.bring(telemetry(f"p{number}", reading(value=value, **tail), ended_at=at), now=NOW)
    assert tidied()
    of_mean = Observation.objects.filter(series__statistic="mean").order_by("observed_at")
    assert list(of_mean.values_list("value", flat=True)) == [51.0, 111.0, 0.5]
    of_tail = Observation.objects.filter(series__statistic="percentile")
    assert sorted(of_tail.values_list("value", flat=True)) == [7.0, 9.0], "the worst of its hour, and the latest of its series"


def test_what_is_young_enough_is_kept_whole(where: Place) -> None:
    hourly(where, start=DAY + timedelta(days=115))
    before = fingerprint()
    assert tidied()
    assert fingerprint() == before


def test_thinning_changes_no_latest_whatever_its_age(where: Place) -> None:
    for number in range(6):
        at = DAY + timedelta(minutes=number)
        where.bring(telemetry(f"t{number}", reading(value=float(number)), ended_at=at), now=NOW)
        where.bring(telemetry(f"f{number}", reading(value=9.0), ended_at=at, flaws=((Flaw.INCOMPLETE, "half"),)), now=NOW)
    before = state()["latest"]
    assert tidied()
    assert state()["latest"] == before and latest_follows_from_history()
    assert Observation.objects.count() == 2
    assert {one.run_id for one in Latest.objects.all()} <= set(Run.objects.values_list("pk", flat=True))


def test_sound_and_flawed_ones_are_thinned_apart(where: Place) -> None:
    for number in range(4):
        at = DAY + timedelta(minutes=number)
        flaws = ((Flaw.INCOMPLETE, "half"),) if number % 2 else ()
        where.bring(telemetry(f"t{number}", reading(value=float(number)), ended_at=at, flaws=flaws), now=NOW)
    where.bring(telemetry("new", ended_at=NOW), telemetry("bad", ended_at=NOW, flaws=((Flaw.INCOMPLETE, "half"),)), now=NOW)
    assert tidied()
    old = Observation.objects.filter(observed_at__lt=DAY + timedelta(days=1)).order_by("value")
    assert [(one.value, bool(one.marks & 4)) for one in old] == [(2.0, False), (3.0, True)]


def test_benchmarks_are_never_thinned(where: Place) -> None:
    for key in "abc":
        where.bring(benchmark(key, ended_at=DAY), now=NOW)
    before = fingerprint()
    assert tidied()
    assert fingerprint() == before


def test_thinning_twice_is_thinning_once_and_leaves_one_entry_in_the_trail(where: Place) -> None:
    hourly(where)
    tidied()
    once = fingerprint()
    entries = AuditEntry.objects.filter(object_type="evidence_observation")
    assert [one.before for one in entries] == [{"observations": 10, "runs": 10, "payloads": 10}]
    assert entries[0].object_id == f"telemetry {DAY.date()}" and entries[0].actor == SYSTEM.label
    Retention.objects.update(thinned_to=None)
    tidied()
    assert fingerprint() == once and entries.count() == 1


def test_it_goes_on_where_it_ended_and_begins_anew_on_the_first_of_a_month(where: Place) -> None:
    hourly(where)
    assert tidied()
    done = Retention.objects.get(kind="telemetry").thinned_to
    assert done is not None and done > DAY
    hourly(where, start=DAY + timedelta(hours=3))
    assert tidied(resumed=True) and len(values()) == 15, "what came late is left"
    first = (NOW + timedelta(days=31)).replace(day=1)
    assert tidy(by=SYSTEM, now=first, budget_s=60) and len(values()) == 5


def test_with_no_time_it_says_that_there_is_more_and_the_job_goes_on(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hourly(where)
    monkeypatch.setattr(tasks, "TIDY_S", 0.0)
    held = claim(enqueue("evidence.tidy_history", {}).pk)
    assert held is not None
    tasks.tidy_history(held)
    assert Job.objects.filter(handler="evidence.tidy_history", done_at=None).get().payload == {"resumed": True}
    assert "evidence.tidy_history" in {one.handler for one in SCHEDULE} and "evidence.tidy_history" in HANDLERS


# Runs and payloads


def test_runs_that_nothing_names_go_with_their_payloads(where: Place) -> None:
    hourly(where)
    tidied()
    assert Run.objects.count() == 3 and Payload.objects.count() == 3
    assert {one.run_id for one in Observation.objects.all()} == set(Run.objects.values_list("pk", flat=True))


def test_a_run_of_many_days_stays_as_long_as_one_of_its_values_does(where: Place) -> None:
    points = [reading(value=float(day), at=DAY - timedelta(days=day)) for day in range(5)]
    where.bring(telemetry("t", *points, started_at=DAY - timedelta(days=5), ended_at=DAY), now=NOW)
    tidied()
    assert Run.objects.count() == 1


def test_thinning_changes_no_verdict_and_keeps_the_run_that_one_stands_on(organisation: Organisation) -> None:
    chat = make_chat(organisation)
    where = place(chat.initiative.unit, workload=chat)
    hourly(where, minutes=60)
    evaluate([chat.pk], by=SYSTEM, now=NOW)
    requirement = chat.requirements.filter(retired_at=None).first()
    assert requirement is not None
    cited = Run.objects.order_by("observed_at")[1]
    row = RequirementVerdict.objects.filter(requirement=requirement).order_by("-id")[0]
    RequirementVerdict.objects.create(
        requirement=requirement, workload=chat, initiative=chat.initiative, verdict="met", reason="met", wanted=row.wanted,
        evidence={"run_id": cited.pk}, digest="d", rules_version="1",
    )  # fmt: skip
    before = list(RequirementVerdict.objects.order_by("id").values())
    assert tidied()
    assert list(RequirementVerdict.objects.order_by("id").values()) == before
    assert Run.objects.filter(pk=cited.pk).exists()


# Dropping


def test_a_month_of_which_nothing_is_needed_goes_as_a_whole(where: Place) -> None:
    old = NOW - timedelta(days=1200)
    where.bring(telemetry("old", ended_at=old, started_at=old), now=NOW)
    where.bring(telemetry("new", ended_at=NOW), now=NOW)
    assert ask(PARTITION, old.date())
    tidied()
    assert not ask(PARTITION, old.date())
    assert values() == [0.5] and Run.objects.count() == 1
    entry = AuditEntry.objects.get(object_type="evidence_observation")
    assert entry.before == {"observations": 1, "runs": 1, "payloads": 1, "whole": True}


def test_a_month_that_others_need_loses_only_what_is_past_its_age(where: Place) -> None:
    old = NOW - timedelta(days=1200)
    where.bring(benchmark("b", ended_at=old), telemetry("old", ended_at=old), now=NOW)
    where.bring(telemetry("new", ended_at=NOW), now=NOW)
    where.bring(telemetry("last", reading("latency", 3.0), ended_at=old), now=NOW)  # the latest of its series
    tidied()
    assert ask(PARTITION, old.date())
    assert sorted(Observation.objects.values_list("series__kind", flat=True)) == ["benchmark", "telemetry", "telemetry"]
    assert latest_follows_from_history()


def test_the_months_ahead_are_made_before_anybody_needs_them() -> None:
    tidied()
    for days in (0, 31, 60):
        assert ask(PARTITION, (NOW + timedelta(days=days)).date())


# Who may what


@pytest.mark.parametrize(
    ("statement", "params"),
    [
        ("SELECT pilotage_evidence_thin('telemetry', %s)", (NOW.date() - timedelta(days=30),)),
        ("SELECT pilotage_evidence_thin('benchmark', %s)", (DAY.date(),)),
        ("SELECT pilotage_evidence_thin('nothing', %s)", (DAY.date(),)),
        ("SELECT pilotage_evidence_drop(%s)", (DAY.date(),)),
    ],
)
def test_the_owner_refuses_what_the_policy_keeps(where: Place, statement: str, params: tuple[Any, ...]) -> None:
    hourly(where)
    with pytest.raises(DatabaseError, match=r"is kept|may go"), transaction.atomic():
        ask(statement, *params)
    assert len(values()) == 13


@pytest.mark.parametrize("function", ["noted('x', '{}', 'y')", "forget_runs('telemetry', now(), now())", "age(7)"])
def test_the_parts_within_are_not_for_the_application(function: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(f"SELECT pilotage_evidence_{function}")


def test_nothing_younger_than_a_week_goes_whatever_the_policy_says(where: Place) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Retention.objects.filter(kind="telemetry").update(keep_days=0)


def test_an_administrator_changes_a_policy_and_the_trail_says_so(organisation: Organisation) -> None:
    telemetry_of = {"kind": EvidenceKind.TELEMETRY, "thin_to_s": 900, "drop_days": 400}
    row = change_retention(by=organisation.actor("Ada"), keep_days=30, version=1, **telemetry_of)  # type: ignore[arg-type]
    assert (row.keep_days, row.version, row.thinned_to) == (30, 2, None)
    assert AuditEntry.objects.filter(object_type="evidence_retention", action="change").count() == 1
    with pytest.raises(StaleVersion):
        change_retention(by=organisation.actor("Ada"), keep_days=31, version=1, **telemetry_of)  # type: ignore[arg-type]
    with pytest.raises(PermissionDenied):
        change_retention(by=organisation.actor("Iris"), keep_days=31, version=2, **telemetry_of)  # type: ignore[arg-type]


def test_a_policy_that_cannot_be_is_refused_field_by_field(organisation: Organisation) -> None:
    with pytest.raises(ValidationError) as wrong:
        change_retention(
            by=organisation.actor("Ada"), kind=EvidenceKind.TELEMETRY, keep_days=1, thin_to_s=5, drop_days=0, version=1
        )  # fmt: skip
    assert set(wrong.value.message_dict) == {"keep_days", "thin_to_s", "drop_days"}


# Files


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored(where: Place, name: str, run: Any, *, asked_at: datetime) -> StoredPayload:
    payload = StoredPayload(name, default_storage.save(f"evidence/{name}", ContentFile(b"content")))
    where.bring_all([Arrived((run,), payload)], now=NOW)
    row = Payload.objects.get(name=name)
    Delivery.objects.filter(pk=row.delivery_id).update(asked_at=asked_at, stored_as=payload.stored_as)
    return payload


def test_a_stored_file_goes_when_its_longest_kept_run_would(where: Place, media: Path) -> None:
    young = stored(where, "young", telemetry("t"), asked_at=NOW - timedelta(days=80))
    old = stored(where, "old", telemetry("u"), asked_at=NOW - timedelta(days=100))
    measured = stored(where, "measured", benchmark("b"), asked_at=NOW - timedelta(days=1000))
    tidied()
    assert [default_storage.exists(one.stored_as) for one in (young, old, measured)] == [True, False, True]
    row = Payload.objects.get(name="old")
    assert (row.stored_as, row.excerpt, row.delivery.stored_as) == ("", "content", "")
    assert len(row.sha256) == 64


def test_a_pulled_answer_has_no_file_to_forget(where: Place, media: Path) -> None:
    where.bring_all([Arrived((telemetry("t"),), Answer("query", b"[]"))], now=NOW)
    assert tidied()


def test_a_day_of_many_values_is_thinned_at_once(where: Place) -> None:
    rows = [
        {
            "metric": "latency", "unit": "ms", "value": number % 60 + 1, "labels": {"pod": f"p{number % 100}"},
            "observed_at": (DAY + timedelta(seconds=number // 100 * 60)).isoformat(),
        }
        for number in range(100 * 1440)
    ]  # fmt: skip
    where.push(*rows[: len(rows) // 2], now=NOW)
    where.push(*rows[len(rows) // 2 :], now=NOW)
    assert tidied()
    assert Observation.objects.count() == 100 * 24
    assert latest_follows_from_history()
