"""A pull asks for whole moments, gets as far as it can, and says only how far that was."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from readiness.connectors.contract import Bound, Flaw, Run
from readiness.connectors.errors import BadConfig, Retryable
from readiness.connectors.live import Batch, Span
from readiness.connectors.prometheus import pulling
from readiness.connectors.prometheus.connector import CONNECTOR
from readiness.connectors.prometheus.windows import MOST_BACK_S, MOST_MOMENTS
from tests.readiness.connectors.prometheus.api import ADDRESS, Api, query
from tests.readiness.connectors.soundness import assert_sound

NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
QUARTER, DELAY, DAY = 900, 120, 86_400
GAUGE = {"g": lambda at: float(at % 1000)}
ASK = {"queries": [query("g")], "first_days": 0}
TTFT = query("h", metric="ttft", unit="s", statistic="percentile", percentile=0.95, buckets=["x_bucket"])


def runs(batches: list[Batch]) -> list[Run]:
    found = [run for batch in batches for run in batch.runs]
    for run in found:
        assert_sound(run)
    return found


def ends(batches: list[Batch]) -> list[int]:
    return [int(run.ended_at.timestamp()) for batch in batches for run in batch.runs if run.ended_at]


def read_to(batches: list[Batch]) -> int:
    (*_, last) = [batch.read_to for batch in batches if batch.read_to]
    return int(last.timestamp())


def test_a_first_pull_reads_the_newest_whole_moment_behind_the_clock() -> None:
    found = Api(GAUGE).pull(ASK, until=NOON + DELAY + 30)
    (run,) = runs(found)
    (reading,) = run.readings
    assert (reading.value, reading.at) == (float(NOON % 1000), datetime.fromtimestamp(NOON, tz=UTC))
    assert ends(found) == [NOON] == [read_to(found)]
    assert ends(Api(GAUGE).pull(ASK, until=NOON + DELAY - 1)) == [NOON - QUARTER]
    assert run.duration_s == 0


def test_the_same_question_a_little_later_has_the_same_answer_to_the_byte() -> None:
    ask = {"queries": [query("g", window_s=3600)], "first_days": 1}
    first, again = Api(GAUGE).pull(ask, until=NOON + DELAY), Api(GAUGE).pull(ask, until=NOON + DELAY + QUARTER - 1)
    assert first == again
    assert len(runs(first)) == 96
    assert {run.duration_s for run in runs(first)} == {3600}


def test_what_a_moment_says_does_not_depend_on_the_others_it_was_asked_with() -> None:
    at_once = runs(Api(GAUGE).pull({**ASK, "first_days": 0.25}, until=NOON + DELAY))
    by_steps = [
        run
        for at in range(NOON - 23 * QUARTER, NOON + 1, QUARTER)
        for run in runs(Api(GAUGE).pull(ASK, until=at + DELAY, since=at - QUARTER))
    ]
    assert len(at_once) == 24
    assert [run.key for run in at_once] == [run.key for run in by_steps]
    assert [run.readings for run in at_once] == [run.readings for run in by_steps]


def test_missed_pulls_are_read_up_from_where_the_last_one_ended() -> None:
    found = Api(GAUGE).pull(ASK, until=NOON + DELAY, since=NOON - 5 * QUARTER)
    assert ends(found) == [NOON - back * QUARTER for back in (4, 3, 2, 1, 0)]
    assert ends(Api(GAUGE).pull(ASK, until=NOON + DELAY, since=NOON - 5 * QUARTER + 1)) == ends(found)


def test_reading_up_is_bounded_in_time_and_begins_with_the_oldest() -> None:
    found = Api(GAUGE).pull(ASK, until=NOON + DELAY, since=NOON - 400 * DAY)
    assert ends(found)[0] == NOON - MOST_BACK_S + QUARTER
    assert ends(found)[-1] == NOON == read_to(found)
    fine = {**ASK, "step_s": 60}
    found = Api(GAUGE).pull(fine, until=NOON + DELAY, since=NOON - 400 * DAY)
    assert len(ends(found)) == MOST_MOMENTS
    assert read_to(found) == NOON - MOST_BACK_S + MOST_MOMENTS * 60
    following = Api(GAUGE).pull(fine, until=NOON + DELAY, since=read_to(found))
    assert ends(following)[0] == read_to(found) + 60


def test_a_pull_that_takes_too_long_stops_where_all_queries_have_answered() -> None:
    ask = {"queries": [query("g"), query("h", metric="concurrency")]}
    queries = {**GAUGE, "h": lambda at: 1.0}
    since, seen = NOON - 100 * QUARTER, list[int]()
    for _ in range(20):
        found = Api(queries).pull(ask, until=NOON + DELAY, since=since, patience_s=-1.0)
        first, second = ([run.ended_at for run in runs(found) if run.name.startswith(name)] for name in ("queue", "concurr"))
        assert first == second
        seen += sorted(set(ends(found)))
        since = read_to(found)
        if since == NOON:
            break
    assert seen == list(range(NOON - 99 * QUARTER, NOON + 1, QUARTER))


def test_no_request_asks_for_more_points_or_samples_than_a_server_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "SAMPLES_A_PIECE", 2_000)
    monkeypatch.setattr(pulling, "SAMPLES_A_PULL", 10_000)
    pods = {str(pod): 1.0 for pod in range(15)}
    api = Api({"g": lambda at: pods})
    found = api.pull({**ASK, "step_s": 300}, until=NOON + DELAY, since=NOON - 20 * DAY)
    asked = api.asked("/query_range")
    points = [(int(one["end"]) - int(one["start"])) // int(one["step"]) + 1 for one in asked]
    assert points[0] == pulling.FIRST_PIECE
    assert set(points[1:]) == {2_000 // 15}
    assert sum(points[:-1]) * 15 <= 10_000 < sum(points) * 15  # and then it stopped
    assert read_to(found) == int(asked[-1]["end"]) < NOON
    assert [int(later["start"]) - int(earlier["end"]) for earlier, later in pairwise(asked)] == [300] * (len(asked) - 1)


def test_a_rarer_query_is_asked_at_its_own_moments_alone() -> None:
    ask = {"queries": [query("g"), query("h", metric="concurrency", every_s=3600)], "first_days": 0.25}
    found = Api({**GAUGE, "h": lambda at: 1.0}).pull(ask, until=NOON + DELAY + QUARTER)
    rare = [run.ended_at for run in runs(found) if run.name == "concurrency point"]
    assert [at.hour for at in rare if at] == [7, 8, 9, 10, 11, 12]
    assert all(at and at.minute == 0 for at in rare)
    assert read_to(found) == NOON + QUARTER


def test_where_nothing_is_due_the_server_is_asked_whether_it_is_there() -> None:
    api = Api(GAUGE)
    assert api.pull(ASK, until=NOON + DELAY, since=NOON) == []
    assert [one["query"] for one in api.asked("/query")] == ["vector(1)"]
    gone = Api(GAUGE, also=lambda query, record: {"status": "error", "errorType": "unavailable", "error": "starting"})
    with pytest.raises(Retryable):
        gone.pull(ASK, until=NOON + DELAY, since=NOON)
    with pytest.raises(Retryable):
        gone.pull(ASK, until=NOON - DAY, since=NOON)  # a clock that was put back


@pytest.mark.parametrize("sign", [{"isPartial": True}, {"warnings": ["No StoreAPIs matched for this query"]}])
def test_a_partial_answer_gives_no_value_and_is_asked_for_again(sign: dict[str, Any]) -> None:
    ask = {"queries": [query("g"), query("h", metric="concurrency")]}
    queries = {**GAUGE, "h": lambda at: 1.0}
    api = Api(queries, also=lambda text, record: record | (sign if text == "h" else {}))
    found = api.pull(ask, until=NOON + DELAY, since=NOON - 4 * QUARTER)
    assert {run.name for run in runs(found) if run.readings} == {"queue_length point"}
    (doubtful,) = [run for run in runs(found) if not run.readings]
    assert doubtful.flaws[0][0] is Flaw.INCOMPLETE
    assert read_to(found) == NOON - 4 * QUARTER
    whole = Api(queries).pull(ask, until=NOON + DELAY, since=read_to(found))
    assert len([run for run in runs(whole) if run.readings]) == 8
    assert read_to(whole) == NOON


def test_an_answer_that_stays_partial_is_given_up_after_a_day() -> None:
    api = Api(GAUGE, also=lambda text, record: record | {"isPartial": True})
    found = api.pull(ASK, until=NOON + DELAY, since=NOON - 3 * DAY)
    assert read_to(found) == NOON - DAY
    assert not any(run.readings for run in runs(found))


def test_moments_without_a_value_are_one_run_and_no_zero() -> None:
    found = Api({"g": lambda at: None if at < NOON - 2 * QUARTER else "NaN" if at < NOON else 3}).pull(
        {**ASK, "first_days": 0.0625}, until=NOON + DELAY
    )
    nothing, no_number, value = runs(found)
    assert not nothing.readings
    assert (nothing.started_at, nothing.ended_at) == tuple(
        datetime.fromtimestamp(NOON - back * QUARTER, tz=UTC) for back in (5, 3)
    )
    assert nothing.flaws == ((Flaw.INCOMPLETE, "no data: the query found no series"),)
    assert "NaN" in no_number.flaws[0][1]
    assert [one.value for one in value.readings] == [3]
    assert read_to(found) == NOON


def test_a_sample_of_another_time_is_none() -> None:
    def shifted(text: str, record: dict[str, Any]) -> dict[str, Any]:
        for one in record["data"]["result"]:
            one["value"][0] += 60
        return record

    (run,) = runs(Api(GAUGE, also=shifted).pull(ASK, until=NOON + DELAY))
    assert not run.readings
    assert "not of the time asked for" in run.flaws[0][1]


def test_the_edges_of_a_histogram_are_asked_for_once_a_pull_and_make_bounds() -> None:
    values = {NOON - 2 * QUARTER: 0.975, NOON - QUARTER: 0.7, NOON: 1.0}
    api = Api({"h": lambda at: values.get(at, 0.3)})
    ask = {"queries": [TTFT, {**TTFT, "name": "again", "percentile": 0.99}], "matchers": {"pod": 'a"b'}, "first_days": 2}
    found = runs(api.pull(ask, until=NOON + DELAY))
    bounds = {reading.at: (reading.value, reading.bound) for run in found if run.name == "ttft p95" for reading in run.readings}
    assert [bounds[datetime.fromtimestamp(at, tz=UTC)] for at in values] == [
        (1.0, Bound.AT_MOST),
        (0.7, Bound.EXACT),
        (1.0, Bound.AT_LEAST),
    ]
    (asked,) = api.asked("/label/le/values")
    assert asked["match[]"] == "x_bucket{}"  # the query does not use $matchers
    assert (int(asked["start"]), int(asked["end"])) == (NOON - 2 * DAY + QUARTER - 300, NOON)


def test_a_percentile_without_known_edges_decides_nothing() -> None:
    (run,) = runs(Api({"h": lambda at: 0.7}, edges=("+Inf",)).pull({"queries": [TTFT], "first_days": 0}, until=NOON + DELAY))
    assert run.readings
    assert [flaw for flaw, _ in run.flaws] == [Flaw.INCOMPLETE]


def available(share: float | None, covered: float | None) -> Run:
    ask = {
        "queries": [query("a", metric="availability", unit="ratio", statistic="mean", window_s=3600, coverage="c")],
        "first_days": 0,
    }
    found = Api({"a": lambda at: share, "c": lambda at: covered}).pull(ask, until=NOON + DELAY)
    assert [batch.payload.name for batch in found] == ["availability mean, coverage: c", "availability mean, query: a"]
    (run,) = runs(found)
    return run


def test_availability_comes_with_its_coverage_in_one_run() -> None:
    run = available(0.999, 0.97)
    assert [(one.metric, one.value, one.labels, one.at) for one in run.readings] == [
        ("availability", 0.999, {}, run.ended_at),
        ("coverage", 0.97, {}, run.ended_at),
    ]
    assert run.valid


@pytest.mark.parametrize(("covered", "why"), [(0.43, "43.0%"), (None, "not known"), (1.5, "not known"), ("NaN", "not known")])
def test_availability_that_nobody_looked_at_decides_nothing(covered: Any, why: str) -> None:
    run = available(1.0, covered)
    assert not run.valid
    assert any(why in text for _, text in run.flaws)


def test_a_long_query_is_posted_as_a_form() -> None:
    long = "g" + " " * 20 + "# " + "x" * 2000
    api = Api({long: GAUGE["g"]})
    assert runs(api.pull({"queries": [query(long)], "first_days": 0}, until=NOON + DELAY))
    (request,) = api.requests
    assert (request.method, request.url.query) == ("POST", b"")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_who_asks_as_which_tenant_stands_in_headers() -> None:
    api = Api(GAUGE)
    api.pull(ASK, until=NOON + DELAY, server="mimir", tenant="team-a", auth="bearer", token="t0ken-t0ken")
    api.pull(ASK, until=NOON + DELAY, server="thanos", tenant="team-a", auth="basic", username="u", password="p", dedup=False)
    api.pull(ASK, until=NOON + DELAY, auth="header", auth_header="X-Key", token="k", tenant="b", tenant_header="X-Org")
    mimir, thanos, other = (one.headers for one in api.requests)
    assert (mimir["x-scope-orgid"], mimir["authorization"]) == ("team-a", "Bearer t0ken-t0ken")
    assert (thanos["thanos-tenant"], thanos["authorization"]) == ("team-a", "Basic dTpw")
    assert (other["x-org"], other["x-key"]) == ("b", "k")
    assert {one.url.path for one in api.requests} == {"/base/api/v1/query"}
    dedup = [(one.get("dedup"), one.get("partial_response")) for one in api.asked("/query")]
    assert dedup == [(None, None), ("false", "true"), (None, None)]


def test_a_refused_query_is_named() -> None:
    refused = {"status": "error", "errorType": "bad_data", "error": "parse error: unexpected identifier"}
    api = Api({**GAUGE, "h": GAUGE["g"]}, also=lambda text, record: refused if text == "h" else record)
    with pytest.raises(BadConfig, match=r"query 2 \(second\): .*unexpected identifier") as wrong:
        api.pull({"queries": [query("g"), query("h", name="second", metric="concurrency")]}, until=NOON + DELAY)
    assert wrong.value.field == "queries"


def test_a_pull_that_breaks_off_at_its_second_query_has_yielded_nothing_of_that_time() -> None:
    def breaks(text: str, record: dict[str, Any]) -> dict[str, Any]:
        return {"status": "error", "errorType": "timeout", "error": "query timed out"} if text == "h" else record

    api = Api({**GAUGE, "h": GAUGE["g"]}, also=breaks)
    span = Span(datetime.fromtimestamp(NOON - DAY, tz=UTC), datetime.fromtimestamp(NOON, tz=UTC))
    ask = {"queries": [query("g"), query("h", metric="concurrency")]}
    batches = CONNECTOR.pull({"address": ADDRESS}, ask, api.http, span)
    with pytest.raises(Retryable):
        next(batches)
