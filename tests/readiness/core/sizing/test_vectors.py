"""Every published sizing vector within 1e-6 relative. The vectors are independent derivations of the design."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from math import factorial
from pathlib import Path
from typing import Any

import pytest

from readiness.core.sizing import availability, batching, memory, queueing, replicas, roofline

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


def _mmc(arrival_per_s: float, service_s: float, servers: int) -> dict[str, float]:
    found = queueing.mmc(arrival_per_s, service_s, servers)
    return {
        "a": found.offered_load,
        "rho": found.utilisation,
        "C": found.wait_probability,
        "Wq": found.wait_s,
        "W": found.time_in_system_s,
        "Lq": found.waiting,
        "L": found.in_system,
    }


def _batching(t0_s: float, kd_s: float, kp_s: float, input_tokens: float, output_tokens: float) -> dict[str, float]:
    law, tokens = batching.Law(t0_s, kd_s, kp_s), (input_tokens, output_tokens)
    rate = law.rate_at_tpot(0.040, *tokens)
    return {
        "w_s": law.work_s(*tokens),
        "lambda_max": law.rate_max(*tokens),
        "lambda_at_tpot_40ms": rate,
        "in_flight_there": law.in_flight(rate, *tokens),
        "tpot_at_10_per_s": law.tpot_at(10, *tokens),
        "closed_loop_64": law.closed_loop(64, *tokens),
    }


def _replicas(
    arrival_per_s: float, peak_factor: float, growth: float, benchmark_per_s: float, derate: float, sigma: float, z: float,
    utilisation: float, each: float, target: float,
) -> dict[str, float | int | None]:  # fmt: skip
    peak = replicas.peak_rate(arrival_per_s, peak_factor, growth, 12)
    safe = replicas.safe_rate(benchmark_per_s, derate, sigma, z, utilisation)
    found = replicas.replicas(peak, safe, each, target)
    return {"lam_peak": found.peak_per_s, "x_safe": found.safe_per_s, "k": found.needed, "n": found.total}


def _max_sequences(
    gpu_bytes: float, gpus: int, utilisation: float, weights_bytes: float, overhead_bytes: float, kv_bytes_per_token: float,
    tokens_per_sequence: float,
) -> int:  # fmt: skip
    return memory.max_sequences(
        gpu_bytes, gpus, utilisation, weights_bytes, overhead_bytes, kv_bytes_per_token, tokens_per_sequence
    )


FORMULAS: dict[str, Callable[..., Any]] = {
    "little_law": queueing.little,
    "erlang_c": queueing.erlang_c,
    "mmc": _mmc,
    "wait_tail": queueing.wait_tail,
    "wait_quantile": queueing.wait_quantile,
    "min_servers": queueing.min_servers,
    "allen_cunneen_wq": queueing.allen_cunneen_wq,
    "kv_bytes_per_token": lambda model, **shape: memory.kv_bytes_per_token(**shape),
    "kv_bytes_per_token_mla": memory.kv_bytes_per_token_mla,
    "weights_bytes": memory.weights_bytes,
    "max_sequences": _max_sequences,
    "prefill_s": roofline.prefill_s,
    "decode_step_s": roofline.decode_step_s,
    "crossover_batch": roofline.crossover_batch,
    "continuous_batching": _batching,
    "availability_k_of_n": availability.availability_k_of_n,
    "n_for_availability": availability.n_for_availability,
    "replicas": _replicas,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"] + ":" + ",".join(str(x) for x in v["inputs"].values()))
def test_formula_equals_the_published_vector(vector: dict[str, Any]) -> None:
    inputs = {"parameters" if name == "params" else name: value for name, value in vector["inputs"].items()}
    assert FORMULAS[vector["name"]](**inputs) == pytest.approx(vector["expected"], rel=1e-6)


def test_every_formula_has_a_vector() -> None:
    assert {vector["name"] for vector in VECTORS} == set(FORMULAS)


@pytest.mark.parametrize(("servers", "load"), [(1, Fraction(1, 2)), (5, Fraction(4)), (36, Fraction(30)), (100, Fraction(90))])
def test_erlang_c_equals_the_exact_rational_sum(servers: int, load: Fraction) -> None:
    last = load**servers / factorial(servers) * servers / (servers - load)
    exact = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    assert queueing.erlang_c(servers, float(load)) == pytest.approx(float(exact), rel=1e-12)


def test_everybody_waits_where_the_load_is_not_less_than_the_servers() -> None:
    assert (queueing.erlang_c(4, 4.0), queueing.erlang_c(4, 9.0), queueing.erlang_c(0, 0.0)) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("load", [101.0, 150.5, 2_000.0])
def test_the_shortened_recursion_finds_the_same_number_of_servers(load: float) -> None:
    found = queueing.min_servers(load, 1.0, 0.95, 0.01)
    assert queueing.wait_tail(load, 1.0, found, 0.01) <= 0.05 < queueing.wait_tail(load, 1.0, found - 1, 0.01)


def test_windows_bound_a_sequence_and_linear_layers_keep_nothing() -> None:
    from readiness.core.sizing.inputs import Layers

    full = Layers(count=8, kv_heads=8, head_dim=128)
    mixed = (full, Layers(count=24, kv_heads=8, head_dim=128, window_tokens=1024), Layers(count=16))
    per_layer = 2 * 8 * 128 * 2
    assert memory.bytes_per_sequence(mixed, 2, 8192) == per_layer * (8 * 8192 + 24 * 1024)
    assert memory.bytes_per_sequence(mixed, 2, 500) == per_layer * 32 * 500
    assert memory.bytes_per_sequence((Layers(count=61, latent_dim=576),), 2, 1) == 70_272


def test_64_sequences_of_8192_tokens_on_an_8b_model_are_exactly_64_gib() -> None:
    assert 64 * 8192 * memory.kv_bytes_per_token(32, 8, 128, 2) == 64 * 2**30


def test_memory_of_a_real_server_log_agrees_within_a_tenth_of_a_percent() -> None:
    # vLLM issue 12330: 11.12 GiB for keys and values were logged as 5,691 blocks of 16 tokens on Llama-3-8B
    assert 11.12 * 2**30 / memory.kv_bytes_per_token(32, 8, 128, 2) == pytest.approx(5_691 * 16, rel=1e-3)


def test_an_availability_of_one_is_out_of_reach_of_replicas_that_fail() -> None:
    assert availability.n_for_availability(3, 0.99, 1.0) is None
    assert availability.n_for_availability(3, 1.0, 1.0) == 3


@pytest.mark.parametrize("k", [1, 7, 60, 1_500])
def test_the_number_for_an_availability_is_the_smallest(k: int) -> None:
    n = availability.n_for_availability(k, 0.99, 0.9995)
    assert n is not None
    assert availability.availability_k_of_n(k, n, 0.99) >= 0.9995
    assert n == k or availability.availability_k_of_n(k, n - 1, 0.99) < 0.9995
