"""MLPerf v4.1: every published row of its language models and SDXL, from the logs; and what is no result."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Kind, Run, Statistic
from readiness.connectors.detect import detect, read
from readiness.connectors.errors import Fatal, SkipRecord
from readiness.connectors.mlperf.headline import headline
from readiness.connectors.mlperf.places import Place, place, why_no_result
from tests.readiness.connectors.soundness import assert_sound

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
FAMILIES = ("llama2-70b", "gptj", "mixtral", "stable-diffusion")
TABLE = "mlperf_inference_v4.1_official_summary_results.json"


@pytest.fixture(scope="module")
def published(sample_data: Path) -> list[dict[str, Any]]:
    """The official rows of the families whose logs are at hand."""
    rows = json.loads((sample_data / "mlperf" / TABLE).read_bytes())
    return [row for row in rows if row["Model"].startswith(FAMILIES)]


def at(runs: list[Run]) -> dict[str, Run]:
    """Location as the official table writes it -> its first performance run."""
    return {run.place.split("/", 1)[1].split("/performance/")[0]: run for run in runs if "/performance/run_1/" in run.place}


def headline_of(run: Run) -> float:
    """In the table's units: seconds become milliseconds."""
    found = [it for it in run.readings if it.raw_name == run.environment.extra["headline"] and it.metric != "throughput"]
    (it,) = found
    return it.value * 1000 if it.metric == "latency" else it.value


def kinds(run: Run) -> list[Flaw]:
    return [flaw for flaw, _ in run.flaws]


def test_all_404_throughputs_and_4_latencies_equal_the_official_table(
    submission_details: list[Run], published: list[dict[str, Any]]
) -> None:
    runs, compared = at(submission_details), Counter[str]()
    for row in published:
        run = runs[row["Location"]]
        assert headline_of(run) == pytest.approx(row["Performance_Result"], rel=1e-4), row["Location"]
        compared["latency" if row["Scenario"] == "SingleStream" else "throughput"] += 1
    assert compared == {"throughput": 404, "latency": 4}


def test_units_come_from_the_log_and_not_from_the_labels_of_the_table(
    submission_details: list[Run], published: list[dict[str, Any]]
) -> None:
    runs = at(submission_details)
    mislabelled = [row for row in published if row["Model"].startswith("llama2") and row["Performance_Units"] != "Tokens/s"]
    assert len(mislabelled) == 5
    for row in mislabelled:
        (it,) = [it for it in runs[row["Location"]].readings if it.metric == "token_throughput"]
        assert it.value == pytest.approx(row["Performance_Result"], rel=1e-4)
        assert it.raw_unit == "tokens/s"


def test_no_measurement_is_imported_twice(submission_details: list[Run]) -> None:
    valid = [run for run in submission_details if run.valid]
    copies = [run for run in submission_details if kinds(run) == [Flaw.DUPLICATE]]
    assert (len(valid), len(copies)) == (293, 122)
    assert len({run.key for run in valid}) == 293
    assert {run.key for run in copies} <= {run.key for run in valid}
    original = {run.place: run for run in valid}
    for run in copies:
        first = original[run.flaws[0][1].removeprefix("the same measurement as ")]
        assert first.key == run.key
        assert first.readings == run.readings


def test_summary_and_detail_log_of_a_run_are_one_measurement(
    submission_details: list[Run], submission_summaries: list[Run]
) -> None:
    details, summaries = at(submission_details), at(submission_summaries)
    assert details.keys() == summaries.keys()
    for location, detail in details.items():
        summary = summaries[location]
        assert summary.key == detail.key
        assert headline_of(summary) == pytest.approx(headline_of(detail), rel=1e-4, abs=0.0051)  # two decimals in the summary
        assert summary.environment.extra["headline"] == detail.environment.extra["headline"]


def test_accuracy_and_ranging_runs_are_kept_and_are_no_results(submission_summaries: list[Run]) -> None:
    places = Counter("accuracy" if "/accuracy/" in run.place else "ranging" for run in submission_summaries if not _result(run))
    assert places == {"accuracy": 408, "ranging": 12}
    for run in submission_summaries:
        assert (Flaw.NOT_A_RESULT in kinds(run)) == (not _result(run))
    assert Counter(run.valid for run in submission_summaries) == {True: 293, False: 542}


def _result(run: Run) -> bool:
    return "/performance/run_" in run.place


def test_systems_of_the_submission_describe_their_runs(submission_summaries: list[Run], published: list[dict[str, Any]]) -> None:
    runs = at(submission_summaries)
    for row in published:
        about = runs[row["Location"]].environment
        assert about.software == row["Software"].strip()[:200]
        if row["a#"] not in ("", None):
            assert about.accelerators == int(row["a#"]) * int(row["Nodes"])
            assert about.accelerator == row["Accelerator"].strip()
        assert about.data_real is False


def test_the_precision_is_that_of_the_measured_weights(submission_summaries: list[Run]) -> None:
    run = at(submission_summaries)["closed/AMD/results/1xMI300X_2xEPYC-9374F/llama2-70b-99/Server"]
    assert run.environment.precision == "fp8"
    assert run.environment.accelerator == "AMD Instinct MI300X-NPS1-SPX-192GB-750W"


def test_every_reading_of_the_submission_is_sound(submission_details: list[Run], submission_summaries: list[Run]) -> None:
    for run in submission_details[::7] + submission_summaries[::11]:
        assert_sound(run)


def test_throughput_in_tokens_per_nanosecond_is_never_imported(submission_details: list[Run]) -> None:
    names = {it.raw_name for run in submission_details for it in run.readings}
    assert "result_token_throughput" not in names
    assert "result_completed_tokens_per_second" in names


def test_offline_is_one_query_and_has_no_latency(submission_details: list[Run]) -> None:
    for run in submission_details:
        metrics = {it.metric for it in run.readings}
        assert ("latency" in metrics) == (run.environment.extra["scenario"] != "Offline")


def test_latencies_are_nanoseconds_and_the_limits_of_the_rules_hold(submission_details: list[Run]) -> None:
    """A valid Server run of llama2-70b keeps 2 s to the first token and 0.2 s a token, each at p99."""
    checked = 0
    for run in submission_details:
        extra = run.environment.extra
        if extra["benchmark"].startswith("llama2-70b") and extra["scenario"] == "Server" and extra["division"] == "closed":
            tails = {it.metric: it.value for it in run.readings if it.percentile == 0.99}
            assert 0.01 < tails["ttft"] <= 2.0
            assert 0.001 < tails["tpot"] <= 0.2
            checked += 1
    assert checked > 60


def test_runs_begin_in_utc_although_the_logs_date_says_z_and_is_local(submission_details: list[Run]) -> None:
    shifted = Counter[float]()
    for run in submission_details:
        assert run.started_at is not None
        assert not run.local_time
        written = run.unread["test_datetime"].removesuffix("Z")
        local = run.started_at.fromisoformat(f"{written}+00:00")
        shifted[round((run.started_at - local).total_seconds() / 1800) / 2] += 1
    assert shifted[0.0] < 300
    assert set(shifted) == {-9.0, -8.0, -5.5, -1.0, 0.0, 5.0, 7.0}  # the zones of the submitters' machines


def test_the_power_of_a_run_is_the_official_one(sample_data: Path) -> None:
    path = sample_data / "mlperf" / "mlperf_inference_v4.1_power_sample_H200_MaxQ_gptj.tar.xz"
    run, ranging = read(path.name, path)
    rows = json.loads((sample_data / "mlperf" / TABLE).read_bytes())
    row = next(row for row in rows if row["Location"] == next(iter(at([run]))) and row["has_power"])
    (drawn,) = [it for it in run.readings if it.metric == "power"]
    assert drawn.value == pytest.approx(row["Power_Result"], rel=1e-9)
    assert row["Power_Units"] == "Watts"
    assert kinds(ranging) == [Flaw.NOT_A_RESULT]


def test_the_published_table_itself_is_refused(sample_data: Path) -> None:
    with pytest.raises(SkipRecord, match="logs"):
        list(read(TABLE, sample_data / "mlperf" / TABLE))


def test_a_submission_as_zip_is_read_like_one_as_tar() -> None:
    content = (FIXTURES / "many.zip").read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, tarfile.open(fileobj=stream, mode="w:xz") as target:
        for name in reversed(source.namelist()):
            header = tarfile.TarInfo(name)
            header.size = source.getinfo(name).file_size
            target.addfile(header, source.open(name))
    runs, again = list(read("s.zip", content)), list(read("s.tar.xz", stream.getvalue()))
    assert [one.tool for one in detect("s", content)] == ["mlperf"]
    assert Counter((run.key, tuple(kinds(run))) for run in runs) == Counter((run.key, tuple(kinds(run))) for run in again)
    assert [kinds(run) for run in runs][:3] == [[], [Flaw.DUPLICATE], [Flaw.NOT_A_RESULT, Flaw.DUPLICATE]]
    assert runs[0].environment.accelerators == 8
    assert runs[0].environment.precision == "fp8"


def test_a_run_that_loadgen_calls_invalid_or_that_logged_an_error_is_no_result() -> None:
    content = (FIXTURES / "one.txt").read_text()
    invalid = content.replace('"result_validity", "value": "VALID"', '"result_validity", "value": "INVALID"')
    (run,) = read("invalid.txt", invalid.encode())
    assert kinds(run) == [Flaw.NOT_A_RESULT]
    error = content.splitlines()[0].replace('"is_error": false', '"is_error": true')
    (run,) = read("error.txt", f"{content}{error}\n".encode())
    assert kinds(run) == [Flaw.NOT_A_RESULT]
    silent = "\n".join(line for line in content.splitlines() if "result_validity" not in line)
    (run,) = read("silent.txt", silent.encode())
    assert kinds(run) == [Flaw.NOT_A_RESULT]


def test_the_published_key_follows_benchmark_and_round() -> None:
    both = {"result_completed_samples_per_sec": 1, "result_completed_tokens_per_second": 2, "result_scheduled_samples_per_sec": 3}
    assert headline(both, Place(benchmark="llama2-70b-99", version="v4.0"), "Server") == "result_completed_samples_per_sec"
    assert headline(both, Place(benchmark="llama2-70b-99", version="v4.1"), "Server") == "result_completed_tokens_per_second"
    assert headline(both, Place(benchmark="dlrm-v2-99", version="v4.0"), "Server") == "result_scheduled_samples_per_sec"
    assert headline(both, Place(benchmark="llama3.1-405b", version="v5.1"), "Interactive") == "result_completed_tokens_per_second"
    assert headline(both, Place(benchmark="qwen3-vl-235b", version="v6.0"), "Server") == "result_completed_samples_per_sec"
    edge = {"early_stopping_latency_ss": 1, "result_90.00_percentile_latency_ns": 2}
    assert headline(edge, Place(benchmark="gptj-99", version="v4.1"), "SingleStream") == "early_stopping_latency_ss"
    timed = edge | {"requested_use_token_latencies": True}
    assert headline(timed, Place(benchmark="llama3.1-8b-edge"), "SingleStream") == "result_90.00_percentile_latency_ns"
    assert headline({}, Place(benchmark="gptj-99"), "Offline") == ""


def test_the_estimate_of_a_first_token_is_no_latency_of_the_request() -> None:
    content = (FIXTURES / "one.txt").read_text().replace('"value": "Server"', '"value": "SingleStream"')
    estimate = (
        content.splitlines()[0].replace("loadgen_version", "early_stopping_latency_ss").replace('"4.1 @ 0000000000"', "7000000")
    )
    (run,) = read("edge.txt", f"{content}{estimate}\n".encode())
    assert "early_stopping_latency_ss" not in {it.raw_name for it in run.readings}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("closed/A/results/s/b/Server/performance/run_1/mlperf_log_detail.txt", ""),
        ("closed/A/results/s/b/Server/performance/ranging/mlperf_log_detail.txt", "ranging"),
        ("closed/A/results/s/b/Server/accuracy/mlperf_log_detail.txt", "accuracy"),
        ("closed/A/compliance/s/b/Server/TEST06/performance/run_1/mlperf_log_detail.txt", "compliance"),
        ("closed/A/results/s/b/Server/TEST01/performance/run_1/mlperf_log_detail.txt", "compliance"),
        ("mlperf_log_detail.txt", ""),
    ],
)
def test_the_path_tells_a_result_from_what_is_none(path: str, reason: str) -> None:
    assert reason in why_no_result(path)
    assert bool(reason) == bool(why_no_result(path))


def test_scenarios_written_in_lower_case_are_the_same_scenarios() -> None:
    found = place("inference_results_v5.1-main/open/A/results/s/llama3.1-8b/offline/performance/run_1/x.txt")
    assert (found.scenario, found.version, found.benchmark, found.owner) == ("Offline", "v5.1", "llama3.1-8b", ("open", "A", "s"))


def test_a_system_alone_is_an_inventory() -> None:
    (run,) = read("system.json", FIXTURES / "system.json")
    assert run.kind is Kind.INVENTORY
    assert {it.metric: it.value for it in run.readings} == {"accelerator_count": 8.0, "node_count": 2.0}
    assert all(it.statistic is Statistic.POINT for it in run.readings)
    assert run.environment.extra["accelerator_memory_capacity"] == "81559 MiB"


def test_a_system_without_accelerators_has_none_and_one_that_does_not_say_has_no_number() -> None:
    record = json.loads((FIXTURES / "system.json").read_bytes())
    for written, expected in (("0", 0), ("N/A", None)):
        (run,) = read("system.json", json.dumps(record | {"accelerators_per_node": written}).encode())
        assert run.environment.accelerators == expected


def test_an_archive_without_a_log_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("closed/A/systems/s.json", "{}")
    with pytest.raises(Fatal, match="no log of loadgen"):
        list(read("empty.zip", stream.getvalue()))
