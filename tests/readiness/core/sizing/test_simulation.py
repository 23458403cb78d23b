"""The closed forms against simulations, within the bounds that the design measured. The suite tries a part of each."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from readiness.core.sizing import queueing
from readiness.core.sizing.batching import Law, Tokens
from readiness.core.sizing.workers import service_quantile_s
from tests.readiness.core.sizing.simulation import Floats, Served, batching, lognormal, spaced, waits
from tests.sampling import some

ARRIVALS = 120_000
LAW = Law(0.012, 8e-5, 3e-5)
INPUT, OUTPUT = 1_000.0, 250.0
REQUESTS = 4_000


def simulated(servers: int, load: float, ca2: float, cs2: float, seeds: int = 2, count: int = ARRIVALS) -> Floats:
    """Waits in services."""
    runs = []
    for seed in range(seeds):
        rng = np.random.default_rng(100 * seed + servers)
        services = lognormal(rng, count, 1, cs2) if cs2 > 1 else spaced(rng, count, 1, cs2)
        runs.append(waits(np.cumsum(spaced(rng, count, 1 / load, ca2)), services, servers))
    return np.concatenate(runs)


@pytest.mark.parametrize(("servers", "load"), some([(2, 1.2), (5, 4.0), (36, 30.0)], suite=1))
def test_erlang_c_agrees_with_a_simulated_line(servers: int, load: float) -> None:
    found = simulated(servers, load, 1, 1, seeds=4, count=400_000)
    assert float(np.mean(found > 0)) == pytest.approx(queueing.erlang_c(servers, load), rel=0.05)
    assert float(found.mean()) == pytest.approx(queueing.mmc(load, 1, servers).wait_s, rel=0.05)
    assert float(np.quantile(found, 0.99)) == pytest.approx(queueing.wait_quantile(load, 1, servers, 0.99), rel=0.06)


@pytest.mark.parametrize(("servers", "cs2"), some([(2, 0), (4, 0), (2, 1), (4, 1)], suite=2))
def test_allen_cunneen_is_close_for_few_servers_and_calm_arrivals(servers: int, cs2: float) -> None:
    load = 0.8 * servers
    found = float(simulated(servers, load, 1, cs2, seeds=3).mean())
    assert queueing.allen_cunneen_wq(load, 1, servers, 1, cs2) == pytest.approx(found, rel=0.10)


@pytest.mark.parametrize(("servers", "cs2"), some(product([16, 36, 100], [0, 1]), suite=2))
def test_bursts_on_many_servers_are_under_predicted_raw_and_not_as_the_engine_counts(servers: int, cs2: float) -> None:
    load = 0.85 * servers
    found = float(simulated(servers, load, 4, cs2).mean())
    assert queueing.allen_cunneen_wq(load, 1, servers, 4, cs2) < 0.8 * found
    assert queueing.corrected_wq(load, 1, servers, 4, cs2) > 0.93 * found


def test_the_factor_alone_does_not_cover_a_hundred_servers() -> None:
    load = 85.0
    found = float(simulated(100, load, 4, 0).mean())
    assert queueing.allen_cunneen_wq(load, 1, 100, 4, 0) * queueing.CORRECTION < 0.6 * found


BURSTS = [(8, 4, 1), (16, 2, 0), (16, 4, 1), (36, 4, 0), (36, 4, 4), (100, 4, 1)]


@pytest.mark.parametrize(("servers", "ca2", "cs2"), some(BURSTS, suite=2))
def test_servers_chosen_for_bursts_keep_the_promised_wait(servers: int, ca2: float, cs2: float) -> None:
    load, wait = 0.85 * servers, 0.25
    chosen = queueing.safe_servers(load, 1, 0.95, wait, ca2, cs2, queueing.overlap(cs2))
    assert float(np.mean(simulated(chosen, load, ca2, cs2) > wait)) <= 0.055


def test_the_service_percentile_is_the_lognormals() -> None:
    drawn = lognormal(np.random.default_rng(3), 400_000, 2.0, 1.0)
    assert service_quantile_s(2.0, 1.0, 0.95) == pytest.approx(float(np.quantile(drawn, 0.95)), rel=0.02)


def served(share: float, *, varied: bool, ca2: float, seeds: int = 1, requests: int = REQUESTS) -> list[Served]:
    """At a share of the saturation rate."""
    runs = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed + 1)
        rate = share * LAW.rate_max(INPUT, OUTPUT)
        if varied:
            inputs, outputs = (np.maximum(2, lognormal(rng, requests, mean, 1).round()) for mean in (INPUT, OUTPUT))
        else:
            inputs, outputs = np.full(requests, INPUT), np.full(requests, OUTPUT)
        arrivals = np.cumsum(spaced(rng, requests, 1 / rate, ca2))
        runs.append(batching(arrivals, inputs, outputs, (LAW.t0_s, LAW.kd_s, LAW.kp_s)))
    return runs


@pytest.mark.parametrize(("share", "varied"), some(product([0.3, 0.5, 0.7, 0.8], [False, True]), suite=3))
def test_the_batching_law_agrees_with_step_by_step_simulation_up_to_80_percent_load(share: float, varied: bool) -> None:
    runs = served(share, varied=varied, ca2=1, seeds=2)
    rate = share * LAW.rate_max(INPUT, OUTPUT)
    assert np.mean([run.mean_tpot for run in runs]) == pytest.approx(LAW.tpot_at(rate, INPUT, OUTPUT), rel=0.05)


def test_bursts_make_the_batching_law_promise_a_little_too_much() -> None:
    rate = 0.5 * LAW.rate_max(INPUT, OUTPUT)
    found = np.mean([run.mean_tpot for run in served(0.5, varied=False, ca2=4, seeds=2)])
    assert 1.0 < found / LAW.tpot_at(rate, INPUT, OUTPUT) < 1.10


@pytest.mark.parametrize(("varied", "ca2", "derate"), some([(False, 1, 0.87), (True, 1, 0.81), (True, 4, 0.67)], suite=1))
def test_at_the_derated_rate_the_99th_percentile_is_at_the_target(varied: bool, ca2: float, derate: float) -> None:
    target = 0.040
    share = derate * LAW.rate_at_tpot(target, INPUT, OUTPUT) / LAW.rate_max(INPUT, OUTPUT)
    runs = served(share, varied=varied, ca2=ca2, seeds=3)
    assert np.mean([np.quantile(run.tpot, 0.99) for run in runs]) == pytest.approx(target, rel=0.07)


STREAMS = product([0.3, 0.6, 0.8], [False, True], [1, 4])


@pytest.mark.parametrize(("share", "varied", "ca2"), some([one for one in STREAMS if one[1:] != (False, 4)], suite=3))
def test_the_first_token_is_never_later_than_said_up_to_80_percent_load(share: float, varied: bool, ca2: float) -> None:
    (run,) = served(share, varied=varied, ca2=ca2)
    long = service_quantile_s(INPUT, 1.0, 0.95) if varied else INPUT
    rate = share * LAW.rate_max(INPUT, OUTPUT)
    said = LAW.ttft_quantile_s(rate, 0.95, Tokens(INPUT, OUTPUT, long), ca2)
    assert 1 / 3 < float(np.quantile(run.ttft, 0.95)) / said <= 1.0


def test_a_closed_loop_gives_the_throughput_of_the_law() -> None:
    clients, steps = 64, 6_000
    left = np.linspace(1, OUTPUT, clients).round()
    done, clock, joining = 0, 0.0, 0
    for _step in range(steps):
        clock += LAW.t0_s + LAW.kd_s * clients + LAW.kp_s * INPUT * joining
        left -= 1
        joining = int(np.sum(left <= 0))
        left[left <= 0] = OUTPUT
        done += joining
    assert done / clock == pytest.approx(LAW.closed_loop(clients, INPUT, OUTPUT), rel=0.02)
