"""What an ingest keeps of runs: payload, environment, time, flaws, series; what it refuses; whom it tells."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.outbox.models import Event
from readiness.connectors.live import Payload as Answer
from readiness.evidence.models import Latest, Observation, Payload, Run, Series
from readiness.evidence.services.ingest import StoredPayload, Subject
from readiness.workloads.models import Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.storing import (
    NOW,
    Arrived,
    Bound,
    Environment,
    Flaw,
    Place,
    Statistic,
    benchmark,
    place,
    reading,
    telemetry,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(organisation: Organisation) -> Place:
    return place(organisation.units["Stores"])


@pytest.fixture
def about_chat(organisation: Organisation) -> Place:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")
    workload = Workload.objects.create(
        initiative=initiative, name="Chat", task="generate", workload_class="online", experience="conversational"
    )
    return place(organisation.units["Stores"], workload=workload)


# Payloads


def test_a_payload_keeps_its_digest_its_size_and_a_beginning_without_secrets(where: Place) -> None:
    body = b'{"config": {"api_key": "sk-abcdefghijklmnop", "model": "m"}}' + b" " * 200_000
    where.bring(benchmark(), name="report.json", body=body)
    row = Payload.objects.get()
    assert (row.name, row.size_bytes, row.sha256) == ("report.json", len(body), hashlib.sha256(body).hexdigest())
    assert row.excerpt.startswith('{"config": {"api_key": "[removed]", "model": "m"}}')
    assert len(row.excerpt) == 64 * 1024


def test_a_secret_across_the_edge_of_the_excerpt_is_removed_whole(where: Place) -> None:
    body = b"x" * (64 * 1024 - 12) + b' "hf_token": "hf_verysecretindeed"'
    where.bring(benchmark(), body=body)
    assert "hf_very" not in Payload.objects.get().excerpt


def test_a_payload_that_is_no_text_has_no_excerpt(where: Place) -> None:
    where.bring(benchmark(), body=b"PK\x03\x04\x00\x00" * 100)
    assert Payload.objects.get().excerpt == ""


def test_a_stored_file_stays_where_it_is_and_is_digested_by_parts(where: Place, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    body = b"line\n" * 1_000_000
    stored = default_storage.save("evidence/one", ContentFile(body))
    where.bring_all([Arrived((benchmark(),), StoredPayload("big.log", stored, "text/plain"))])
    row = Payload.objects.get()
    assert (row.stored_as, row.size_bytes, row.media_type) == (stored, len(body), "text/plain")
    assert row.sha256 == hashlib.sha256(body).hexdigest()


def test_batches_of_one_payload_have_one_row_of_it(where: Place) -> None:
    answer = Answer("query", b"[]")
    where.bring_all([Arrived((telemetry("t"),), answer), Arrived((telemetry("u"),), answer)])
    assert Payload.objects.count() == 1
    assert Run.objects.filter(payload=Payload.objects.get()).count() == 2


# Environment and time


def test_what_the_file_says_wins_what_was_declared_fills_blanks_and_disagreements_are_kept(where: Place) -> None:
    told = Environment(accelerator="NVIDIA  H100", accelerators=8, extra={"driver": "550"})
    said = {"accelerator": "nvidia h100", "accelerators": 4, "venue": "cloud", "stage": "poc", "extra": {"rack": "7"}}
    where.bring(benchmark(environment=told), environment=said)
    environment = Run.objects.get().environment
    assert environment == {
        "accelerator": "NVIDIA  H100", "accelerators": 8, "venue": "cloud", "stage": "poc", "declared": ["venue", "stage"],
        "conflicts": {"accelerators": 4}, "extra": {"driver": "550", "rack": "7"}, "time_from": "ended",
    }  # fmt: skip
    assert Series.objects.get().environment == {
        "accelerator": "NVIDIA  H100", "accelerators": 8, "venue": "cloud", "stage": "poc",
    }  # fmt: skip


def test_another_declared_environment_makes_another_run(where: Place) -> None:
    where.bring(benchmark(), environment={"venue": "cloud"})
    counts = where.bring(benchmark(), environment={"venue": "edge"})
    assert (counts.runs, counts.runs_known, counts.observations) == (1, 0, 1)


def _local(written: str) -> datetime:
    """Without a zone, as some tools write."""
    return datetime.fromisoformat(written)


@pytest.mark.parametrize(
    ("times", "said", "expected", "source"),
    [
        ({"ended_at": _local("2026-11-01T08:00:00")}, {}, "2026-11-01T08:00:00+00:00", "ended"),
        ({"ended_at": None, "started_at": _local("2026-11-01T07:00:00")}, {}, "2026-11-01T07:00:00+00:00", "started"),
        ({"ended_at": None}, {"measured_on": "2026-10-05"}, "2026-10-05T00:00:00+00:00", "declared"),
        ({"ended_at": None}, {}, NOW.isoformat(), "arrival"),
        ({"ended_at": NOW}, {"measured_on": "2026-10-05"}, NOW.isoformat(), "ended"),
    ],
)
def test_a_run_is_observed_at_its_end_else_its_start_else_as_declared_else_on_arrival(
    where: Place, times: dict[str, Any], said: dict[str, Any], expected: str, source: str
) -> None:
    where.bring(benchmark(local_time=True, **times), environment=said)
    run = Run.objects.get()
    assert (run.observed_at.isoformat(), run.environment["time_from"]) == (expected, source)
    assert run.local_time
    assert Observation.objects.get().observed_at.isoformat() == expected


def test_a_run_without_any_time_keeps_that_of_its_first_arrival(where: Place) -> None:
    timeless = benchmark(ended_at=None)
    where.bring(timeless)
    counts = where.bring(timeless, now=NOW + timedelta(days=2))
    assert (counts.observations, counts.repeated) == (0, 1)
    assert Run.objects.get().observed_at == NOW


def test_evidence_from_the_future_is_kept_flawed_and_sound_once_its_time_has_come(where: Place) -> None:
    ahead = benchmark(ended_at=NOW + timedelta(seconds=301))
    counts = where.bring(ahead)
    assert (counts.runs, counts.runs_flawed, counts.observations) == (1, 1, 1)
    assert Run.objects.get().flaws[0][0] == Flaw.FUTURE_DATED
    assert Latest.objects.get().flawed
    where.bring(ahead, now=NOW + timedelta(hours=1))
    assert sorted(Latest.objects.values_list("flawed", flat=True)) == [False, True]


def test_clocks_may_differ_by_five_minutes(where: Place) -> None:
    assert where.bring(benchmark(ended_at=NOW + timedelta(seconds=300))).runs_flawed == 0


def test_only_the_part_of_a_window_that_lies_ahead_is_flawed(where: Place) -> None:
    counts = where.bring(
        telemetry("t", reading(value=1.0, at=NOW - timedelta(minutes=1)), reading(value=2.0, at=NOW + timedelta(hours=1)))
    )
    assert (counts.runs, counts.runs_flawed, counts.observations) == (2, 1, 2)
    assert [(one.flawed, one.high) for one in Latest.objects.order_by("flawed")] == [(False, 1.0), (True, 2.0)]


@pytest.mark.parametrize(
    ("at", "why"),
    [(datetime(1970, 1, 1, tzinfo=UTC), "before the year 2000"), (NOW + timedelta(days=400), "more than a year ahead")],
)
def test_times_that_cannot_be_are_refused_with_their_place_and_reason(where: Place, at: datetime, why: str) -> None:
    counts = where.bring(benchmark("a", reading(), reading("latency"), ended_at=at), benchmark("b"))
    assert (counts.runs, counts.refused) == (1, 2)
    assert counts.problems[0].place == "runs[a]" and why in counts.problems[0].text
    assert not Run.objects.filter(place="runs[a]").exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_refused_and_the_others_count(where: Place, value: float) -> None:
    counts = where.bring(benchmark("a", reading(value=value), reading("latency", 2.0), reading("spirit", 1.0)))
    assert (counts.observations, counts.refused) == (1, 2)


# Flaws and series


def test_a_flawed_run_is_kept_with_its_reason_and_its_values_apart(about_chat: Place) -> None:
    counts = about_chat.bring(benchmark(flaws=((Flaw.ALL_FAILED, "no request completed"),)))
    assert (counts.runs, counts.runs_flawed, counts.observations) == (1, 1, 1)
    run = Run.objects.get()
    assert run.flawed and run.flaws == [["all_failed", "no request completed"]]
    assert Latest.objects.get().flawed
    assert Event.objects.filter(kind="evidence.arrived").count() == 1


def test_copies_within_a_file_are_each_kept_flawed_and_do_not_hide_the_first(where: Place) -> None:
    copies = [benchmark("a", place=f"results/{name}", flaws=((Flaw.DUPLICATE, "of results/99"),)) for name in ("99.9", "99.99")]
    counts = where.bring(benchmark("a", place="results/99"), *copies)
    assert (counts.runs, counts.runs_flawed) == (3, 2)
    assert Run.objects.get(flawed=False).place == "results/99"
    assert sorted(Run.objects.filter(flawed=True).values_list("place", flat=True)) == ["results/99.9", "results/99.99"]
    assert Series.objects.count() == 1
    assert where.bring(*copies).runs_known == 2


def test_a_benchmark_has_series_of_its_own_and_telemetry_goes_on_in_one(where: Place) -> None:
    where.bring(*(benchmark(key) for key in "abc"))
    where.bring(*(telemetry(f"t{hour}", ended_at=NOW - timedelta(hours=hour)) for hour in range(3)))
    assert Series.objects.filter(kind="benchmark").count() == 3
    one = Series.objects.get(kind="telemetry")
    assert (one.run_key, one.window_s) == ("", 300.0)
    assert Observation.objects.filter(series=one).count() == 3
    assert Series.objects.filter(kind="benchmark", window_s=None).count() == 3


def test_what_tells_series_apart(where: Place) -> None:
    apart = [
        reading(), reading("latency"), reading(statistic=Statistic.PERCENTILE, percentile=0.95),
        reading(statistic=Statistic.PERCENTILE, percentile=0.99), reading(labels={"pod": "a"}), reading(labels={"pod": "b"}),
    ]  # fmt: skip
    where.bring(telemetry("t", *apart))
    where.bring(telemetry("u", reading(), duration_s=60.0))
    where.bring(telemetry("v", reading(), environment=Environment(model="m")))
    assert Series.objects.count() == len(apart) + 2


def test_marks_tell_a_bound_and_the_raw_values_are_kept(where: Place) -> None:
    one = reading(value=2560.0, bound=Bound.AT_LEAST, samples=12, raw_name="ttft_p99", raw_value="2560000", raw_unit="ms")
    where.bring(benchmark("a", one))
    observation = Observation.objects.get()
    assert (observation.marks, observation.samples) == (1, 12)
    assert Run.objects.get().raw == [["ttft", "mean", None, "ttft_p99", "2560000", "ms"]]


def test_text_that_postgresql_cannot_keep_is_replaced_and_not_an_error(where: Place) -> None:
    told = benchmark(
        "a", reading(labels={"pod": "a\x00b"}), name="x\x00y", environment=Environment(model="m\ud800"),
        unread={"k\x00": ["\x00", {"deep": "\udfff"}]},
    )  # fmt: skip
    where.bring(told, body=b"text\x00")
    assert Run.objects.get().name == "x\ufffdy"
    assert Series.objects.get().labels == {"pod": "a\ufffdb"}


# The whole


def test_subject_and_source_are_on_every_row_and_whoever_judges_is_told(about_chat: Place) -> None:
    about_chat.bring(benchmark())
    workload = about_chat.subject.workload
    assert workload is not None
    for model in (Run, Series):
        row = model.objects.get()
        assert (row.source_id, row.workload_id, row.pool_id) == (about_chat.source.pk, workload.pk, None)
        assert (row.unit_id, row.initiative_id) == (about_chat.subject.unit.pk, workload.initiative_id)
    assert Payload.objects.get().initiative_id == workload.initiative_id
    event = Event.objects.get(kind="evidence.arrived")
    assert event.payload["workload_ids"] == [workload.pk] and event.payload["source_id"] == about_chat.source.pk


def test_a_repetition_is_no_news(where: Place) -> None:
    where.bring(benchmark())
    where.bring(benchmark())
    assert Event.objects.filter(kind="evidence.arrived").count() == 1


def test_evidence_is_about_a_workload_or_a_pool(organisation: Organisation, about_chat: Place) -> None:
    with pytest.raises(ValueError, match="not about both"):
        Subject(organisation.units["Stores"], about_chat.subject.workload, object())  # type: ignore[arg-type]


def test_a_delivery_that_breaks_off_leaves_nothing(where: Place) -> None:
    def broken() -> Iterator[Arrived]:
        yield Arrived((benchmark("a"),), Answer("one", b""))
        raise ConnectionError("the other side hung up")

    with pytest.raises(ConnectionError):
        where.bring_all(broken())
    assert not Run.objects.exists() and not Payload.objects.exists() and not Observation.objects.exists()


def test_many_readings_are_written_in_parts_and_share_their_series(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.evidence.services.ingest.delivered.AT_A_TIME", 10)
    told = [telemetry(f"t{hour}", ended_at=NOW - timedelta(hours=hour)) for hour in range(25)]
    counts = where.bring_all([Arrived((one,), Answer(one.key, b"")) for one in told])
    assert (counts.runs, counts.observations) == (25, 25)
    assert Series.objects.count() == 1 and Latest.objects.get().observed_at == NOW


def test_statements_do_not_grow_with_the_readings(where: Place) -> None:
    def count(number: int) -> int:
        told = telemetry(f"t{number}", *(reading(value=float(one), labels={"pod": str(one)}) for one in range(number)))
        with CaptureQueriesContext(connection) as seen:
            where.bring(told)
        return len(seen)

    count(1)
    assert count(5) == count(500)


def test_what_the_database_refuses_is_an_error_of_the_framework_and_leaves_nothing(where: Place) -> None:
    with pytest.raises(DataError), transaction.atomic():
        where.bring(benchmark(key="k" * 20))  # eight times as long as a key may be
    assert where.bring(benchmark()).runs == 1
