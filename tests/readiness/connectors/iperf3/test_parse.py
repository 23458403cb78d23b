"""iperf3's JSON, hand-written and of the tool itself where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import orjson
import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.iperf3.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
READ = read_as(IMPORTER)
needs_iperf3 = pytest.mark.skipif(shutil.which("iperf3") is None, reason="iperf3 is not installed (Debian package iperf3)")


def fixture(name: str) -> Run:
    (run,) = READ((FIXTURES / name).read_bytes())
    assert_sound(run)
    return run


def values(run: Run) -> dict[tuple[str, str | None, Statistic], float]:
    return {(one.metric, one.labels.get("direction"), one.statistic): one.value for one in run.readings}


def test_bandwidth_is_what_arrived() -> None:
    run = fixture("one.json")
    assert run.valid
    found = values(run)
    assert found["network_bandwidth", "to_server", Statistic.MEAN] == 9.4e9
    assert found["network_latency", None, Statistic.MEAN] == pytest.approx(400e-6)
    assert found["network_latency", None, Statistic.MAX] == pytest.approx(900e-6)
    assert run.duration_s == 10


def test_both_directions_are_told_apart_and_a_busy_thread_is_no_network() -> None:
    run = fixture("many.json")
    found = values(run)
    assert found["network_bandwidth", "to_server", Statistic.MEAN] == 7.6e9
    assert found["network_bandwidth", "to_client", Statistic.MEAN] == 13.3e9
    assert len([one for one in run.readings if one.metric == "network_latency"]) == 1  # a zero was not measured
    assert [flaw for flaw, _ in run.flaws] == [Flaw.GENERATOR_SATURATED]


def test_udp_has_jitter_and_loss_and_must_reach_its_rate() -> None:
    run = fixture("udp.json")
    found = values(run)
    assert found["network_jitter", "to_server", Statistic.MEAN] == pytest.approx(250e-6)
    assert found["packet_loss", "to_server", Statistic.MEAN] == pytest.approx(0.025)
    assert found["network_bandwidth", "to_server", Statistic.MEAN] == 5.85e8
    assert [flaw for flaw, _ in run.flaws] == [Flaw.GENERATOR_SATURATED]


def test_what_was_sent_is_not_taken_for_what_arrived() -> None:
    record = orjson.loads((FIXTURES / "udp.json").read_bytes())
    del record["end"]["sum_received"]
    (run,) = READ(orjson.dumps(record))
    assert not [one for one in run.readings if one.metric == "network_bandwidth"]
    assert Flaw.ALL_FAILED in {flaw for flaw, _ in run.flaws}


def test_a_stream_of_events_is_the_same_result() -> None:
    run = fixture("stream.jsonl")
    assert run.valid  # since 3.16 four streams have four threads
    assert values(run)["network_bandwidth", "to_server", Statistic.MEAN] == 1e9


def test_a_server_that_refused_is_kept_with_its_error() -> None:
    run = fixture("empty.json")
    assert {flaw for flaw, _ in run.flaws} == {Flaw.INCOMPLETE, Flaw.ALL_FAILED}
    assert not run.readings


def test_addresses_are_not_kept_beyond_the_name() -> None:
    assert b"40000" not in orjson.dumps([fixture("one.json").unread, fixture("one.json").environment.extra])


def measured(*options: str) -> bytes:
    """The JSON of one second against a server of our own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with subprocess.Popen(["iperf3", "-s", "-1", "-p", port], stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                done = subprocess.run(
                    ["iperf3", "-c", "127.0.0.1", "-p", port, "-t", "1", "-J", *options], capture_output=True, check=False
                )
                if b"unable to connect" not in done.stdout:
                    return done.stdout
                time.sleep(0.05)
        finally:
            server.terminate()
    pytest.fail("the server of iperf3 did not come up")


@needs_iperf3
def test_a_real_run_is_read_with_its_own_figures() -> None:
    written = measured()
    told = orjson.loads(written)["end"]
    (run,) = READ(written)
    assert_sound(run)
    assert values(run)["network_bandwidth", "to_server", Statistic.MEAN] == told["sum_received"]["bits_per_second"]
    received = told["sum_received"]["bytes"] * 8 / told["sum_received"]["seconds"]
    assert values(run)["network_bandwidth", "to_server", Statistic.MEAN] == pytest.approx(received, rel=1e-3)
    assert values(run)["network_latency", None, Statistic.MEAN] < 0.1
    assert {flaw for flaw, _ in run.flaws} <= {Flaw.GENERATOR_SATURATED}  # a loop within one machine may be all processor


@needs_iperf3
def test_a_real_udp_run_has_its_jitter() -> None:
    (run,) = READ(measured("-u", "-b", "20M"))
    assert_sound(run)
    assert values(run)["network_bandwidth", "to_server", Statistic.MEAN] == pytest.approx(20e6, rel=0.2)
    assert 0 < values(run)["network_jitter", "to_server", Statistic.MEAN] < 0.1


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(READ, [one.read_bytes() for one in sorted(FIXTURES.iterdir())], "iperf3")


def test_no_single_spoiled_place_makes_a_failed_run_valid() -> None:
    for place, payload in each_spoiled((FIXTURES / "empty.json").read_bytes()):
        assert not any(run.valid for run in survived(READ, payload)), place
