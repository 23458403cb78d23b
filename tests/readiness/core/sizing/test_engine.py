"""What the answer promises: its range, its order, its way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import (
    Candidate,
    Demand,
    Grade,
    Layers,
    Measured,
    ModelApi,
    SelfHosted,
    SweepPoint,
)
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.refusals import MissingInput, WrongCandidate
from tests.readiness.core.sizing.cases import (
    API,
    BATCH,
    CHAT,
    CHIP,
    GUESSED,
    LARGE,
    LINE,
    MIX,
    PAIRS,
    RANKING,
    SATURATED,
    SMALL,
    SWEPT,
    TRAIN,
    TWO_POINTS,
    changed,
    exactly,
    hosted,
    inputs,
    replicas,
    unknown,
)


@pytest.mark.parametrize(
    ("field", "factors"),
    [
        ("tpot_s", (4, 2, 1, 0.6, 0.4)),
        ("ttft_s", (4, 1, 0.3, 0.15)),
        ("availability", (0.9, 1, 1.0005)),
        ("dispersion", (0.2, 1, 2, 4)),
        ("input_tokens", (0.2, 1, 3, 20)),
        ("output_tokens", (0.2, 1, 3, 20)),
    ],
)
@pytest.mark.parametrize("candidate", [SWEPT, TWO_POINTS, SATURATED, GUESSED], ids=["sweep", "two", "saturation", "nothing"])
def test_a_harder_demand_never_needs_fewer_replicas(field: str, factors: tuple[float, ...], candidate: SelfHosted) -> None:
    base = replace(CHAT, input_tokens_p95=None, output_tokens_p95=None)
    value = getattr(base, field).likely
    found = [size(changed(base, {field: exactly(value * factor)}), candidate).replicas for factor in factors]
    counts = [10**9 if one is None else one.likely for one in found]
    assert counts == sorted(counts)
    assert counts[0] < 10**9


@pytest.mark.parametrize("name", PAIRS)
def test_a_what_if_taken_back_gives_the_same_answer(name: str) -> None:
    demand, candidate = PAIRS[name]
    before = size(demand, candidate)
    more = {key: Quantity(value.likely * 1.1, value.low * 1.1, value.high * 1.1) for key, value in inputs(demand).items()}
    more.pop("availability", None)
    there = changed(demand, more)
    assert size(there, candidate) != before
    assert size(changed(there, {key: inputs(demand)[key] for key in more}), candidate) == before


def test_each_grade_is_what_its_points_allow_and_says_so() -> None:
    assert [size(CHAT, one).grade for one in (SWEPT, TWO_POINTS, SATURATED, GUESSED)] == list(Grade)
    assert "order_of_magnitude" in size(CHAT, GUESSED).notes
    assert "screening" in size(CHAT, SATURATED).notes


def test_measuring_more_never_asks_for_more_than_not_measuring_may_need() -> None:
    nothing = size(CHAT, GUESSED)
    assert nothing.replicas is not None
    for candidate in (SWEPT, TWO_POINTS, SATURATED):
        assert replicas(size(CHAT, candidate)) <= nothing.replicas.high


def test_the_range_is_relatively_narrower_the_better_the_grade() -> None:
    known = changed(CHAT, {name: exactly(value.likely) for name, value in inputs(CHAT).items()})
    busy = replace(known, arrival_per_s=exactly(600))
    ratios = []
    for candidate in (SWEPT, TWO_POINTS, SATURATED, GUESSED):
        found = size(busy, candidate).replicas
        assert found is not None
        ratios.append(found.high / found.low)
    assert ratios == sorted(ratios)


def test_unsafe_is_what_no_margin_would_say_and_never_more_than_likely() -> None:
    for demand, candidate in PAIRS.values():
        answer = size(demand, candidate)
        assert answer.unsafe is not None
        assert answer.unsafe <= replicas(answer)


def test_another_software_stack_transfers_nothing() -> None:
    other = replace(SWEPT, measured=replace(SWEPT.measured, same_stack=False))
    answer = size(CHAT, other)
    assert (answer.grade, "other_stack" in answer.notes) == (Grade.NOTHING, True)
    assert answer.replicas == size(CHAT, GUESSED).replicas


def test_points_that_contradict_themselves_are_left_out_and_listed() -> None:
    broken = SweepPoint(20, 64, latency_mean_s=9.6, tpot_mean_s=0.038)
    points = (*SWEPT.measured.points[:2], broken, *SWEPT.measured.points[2:])
    answer = size(CHAT, replace(SWEPT, measured=replace(SWEPT.measured, points=points)))
    assert [place for place, _why in answer.refused] == [2]
    assert answer.replicas == size(CHAT, SWEPT).replicas


def test_weights_that_do_not_fit_say_how_many_accelerators_would_hold_them() -> None:
    answer = size(CHAT, hosted(model=LARGE))
    assert (answer.replicas, answer.constraint) == (None, Constraint.WEIGHTS_DO_NOT_FIT)
    lever = next(one for one in answer.levers if one.field == "accelerators")
    assert lever.value == 4
    assert size(CHAT, hosted(model=LARGE, accelerators=4)).replicas is not None
    assert replicas(size(CHAT, hosted(model=LARGE, accelerators=4))) == lever.replicas


def test_a_target_below_the_idle_step_is_out_of_reach_at_any_count() -> None:
    hasty = replace(CHAT, tpot_s=exactly(0.003))
    answer = size(hasty, SWEPT)
    assert (answer.replicas, answer.unsafe, answer.constraint) == (None, None, Constraint.TARGET_OUT_OF_REACH)
    assert "in_reach_at_best" not in answer.notes


def test_a_target_in_reach_only_at_the_kind_end_says_so() -> None:
    answer = size(replace(CHAT, tpot_s=unknown(0.003, 0.004, 0.06)), SWEPT)
    assert (answer.replicas, "in_reach_at_best" in answer.notes) == (None, True)
    answer = size(replace(CHAT, tpot_s=unknown(0.003, 0.06, 0.08)), SWEPT)
    assert (answer.unbounded, "may_be_out_of_reach" in answer.notes) == (True, True)


def test_requests_longer_than_the_context_or_the_memory_are_refused_with_the_constraint() -> None:
    long = replace(CHAT, input_tokens=exactly(200_000), input_tokens_p95=None)
    assert size(long, GUESSED).constraint is Constraint.CONTEXT_TOO_LONG
    tight = replace(GUESSED, accelerator=replace(CHIP, memory_bytes=29.5 * 2**30))
    assert size(replace(long, input_tokens=exactly(100_000)), tight).constraint is Constraint.KV_CACHE


def test_memory_binds_when_sequences_are_long_and_smaller_keys_and_values_help() -> None:
    long = replace(CHAT, input_tokens=exactly(12_000), input_tokens_p95=None, tpot_s=exactly(2), ttft_s=None)
    answer = size(long, replace(GUESSED, accelerator=replace(CHIP, memory_bytes=40 * 2.0**30)))
    assert answer.constraint is Constraint.KV_CACHE
    assert any(lever.field in {"kv_bytes", "weight_bytes"} for lever in answer.levers)


def test_windows_and_latent_attention_lower_what_memory_takes() -> None:
    long = replace(CHAT, input_tokens=exactly(12_000), input_tokens_p95=None)
    full = size(long, GUESSED).figures["kv_gb_per_request"].likely
    windows = replace(SMALL, layers=(Layers(8, 8, 128), Layers(24, 8, 128, window_tokens=1_024)))
    latent = replace(SMALL, layers=(Layers(32, latent_dim=576),))
    assert size(long, replace(GUESSED, model=windows)).figures["kv_gb_per_request"].likely < 0.4 * full
    assert size(long, replace(GUESSED, model=latent)).figures["kv_gb_per_request"].likely < 0.3 * full


def test_a_single_replica_with_a_spare_is_bound_by_availability() -> None:
    answer = size(replace(CHAT, arrival_per_s=exactly(0.1)), SWEPT)
    assert (answer.replicas and answer.replicas.likely, answer.constraint) == (2, Constraint.AVAILABILITY)


def test_certain_availability_is_out_of_reach() -> None:
    assert size(replace(CHAT, availability=exactly(1)), SWEPT).constraint is Constraint.AVAILABILITY


@pytest.mark.parametrize("name", PAIRS)
def test_levers_lower_the_accelerators_and_the_best_comes_first(name: str) -> None:
    answer = size(*PAIRS[name])
    candidate = PAIRS[name][1]
    each = getattr(candidate, "accelerators", 1)
    totals = [lever.replicas * (int(lever.value) if lever.field == "accelerators" else each) for lever in answer.levers]
    assert totals == sorted(totals)
    assert all(total < replicas(answer) * each for total in totals)


def test_a_looser_target_lever_is_what_that_target_gives() -> None:
    answer = size(replace(CHAT, tpot_s=exactly(0.012), arrival_per_s=exactly(60)), TWO_POINTS)
    lever = next(one for one in answer.levers if one.field == "tpot_s")
    assert lever.replicas == replicas(size(replace(CHAT, tpot_s=exactly(lever.value), arrival_per_s=exactly(60)), TWO_POINTS))


def test_influences_name_every_range_widest_first_with_the_counts_at_its_ends() -> None:
    answer = size(CHAT, GUESSED)
    ranges = {name for name, value in {**inputs(CHAT), **inputs(GUESSED)}.items() if not value.exact}
    assert {one.name for one in answer.influences} == ranges | {"measurement"}
    widths = [abs(one.at_high - one.at_low) for one in answer.influences]
    assert widths == sorted(widths, reverse=True)
    peak = next(one for one in answer.influences if one.name == "peak_factor")
    assert (peak.known, peak.at_high) == (False, replicas(size(replace(CHAT, peak_factor=exactly(6)), GUESSED)))


@pytest.mark.parametrize("name", PAIRS)
def test_every_step_carries_its_numbers_and_the_last_is_the_answer(name: str) -> None:
    answer = size(*PAIRS[name])
    assert all(any(letter.isdigit() for letter in step.formula) for step in answer.steps)
    counted = [step.value for step in answer.steps if step.unit == "replicas"]
    if counted:
        assert max(counted) == replicas(answer)


def test_the_steps_of_a_guess_can_be_checked_by_hand() -> None:
    steps = {step.name: step.value for step in size(CHAT, GUESSED).steps}
    assert steps["t0_s"] == pytest.approx(2 * 8.03e9 / (3.35e12 * 0.65))
    assert steps["kp_s"] == pytest.approx(2 * 8.03e9 / (989e12 * 0.4))
    assert steps["kd_s"] == pytest.approx(131_072 * 1_125 / (3.35e12 * 0.65))
    assert steps["work_s"] == pytest.approx(250 * steps["kd_s"] + 1_000 * steps["kp_s"])
    rate = (1 - steps["t0_s"] / 0.06) / steps["work_s"] * 0.81
    assert steps["rate_at_tpot"] == pytest.approx(rate)
    assert steps["per_replica_per_s"] == pytest.approx(rate * 2.718281828459045 ** (-1.2815515655446004 * 0.5) * 0.8)


def test_a_saturation_figure_keeps_its_derate_at_loose_targets_and_half_near_three_idle_steps() -> None:
    rate = SATURATED.measured.points[0].completed_per_s
    base = replace(CHAT, ttft_s=None, input_tokens=exactly(MIX[0]), output_tokens=exactly(MIX[1]), dispersion=None)
    idle = {step.name: step.value for step in size(base, SATURATED).steps}["t0_s"]

    def left(times: float) -> float:
        steps = size(replace(base, tpot_s=exactly(times * idle)), SATURATED).steps
        return {step.name: step.value for step in steps}["rate_at_tpot"] / rate

    assert left(20) == pytest.approx(0.83, abs=0.01)
    assert left(10 / 3) == pytest.approx(0.57, abs=1e-6)
    assert left(2) < left(10 / 3) < left(5) < left(20)


def test_a_measured_throughput_is_what_a_batch_gets_at_the_same_token_mix() -> None:
    steps = size(replace(BATCH, input_tokens=exactly(MIX[0]), output_tokens=exactly(MIX[1])), SATURATED).steps
    assert {step.name: step.value for step in steps}["rate"] == pytest.approx(SATURATED.measured.points[0].completed_per_s)


def test_storage_reading_and_network_are_told_beside_the_count() -> None:
    demand = replace(
        CHAT, stored_gb=exactly(500), ingest_gb_per_day=exactly(2), retention_months=exactly(6), copies=exactly(2),
        request_kb=exactly(8), response_kb=exactly(2), growth_per_year=None,
    )  # fmt: skip
    answer = size(demand, SWEPT)
    assert answer.figures["storage_gb"].likely == pytest.approx((500 + 2 * 6 * 365.25 / 12) * 2)
    assert answer.figures["network_gbit_per_s"].likely == pytest.approx(6 * 3 * 10 * 8e-6)
    assert answer.figures["storage_read_gb_per_s"].likely == pytest.approx(16.06 / 120 * replicas(answer))


def test_a_quota_is_counted_in_multiples_and_an_unknown_one_says_so() -> None:
    assert replicas(size(CHAT, API)) == 2  # 22.5/s are 1,350 requests and 1,687,500 tokens a minute
    unknown_quota = size(CHAT, ModelApi())
    assert (unknown_quota.replicas, unknown_quota.constraint) == (None, Constraint.QUOTA_UNKNOWN)
    assert unknown_quota.figures["requests_per_minute"].likely == pytest.approx(1_350)
    assert size(CHAT, replace(API, tpot_p_s=0.1)).constraint is Constraint.TARGET_OUT_OF_REACH


def test_one_provider_below_the_availability_asks_for_a_second() -> None:
    answer = size(CHAT, replace(API, availability=0.995))
    assert answer.constraint is Constraint.AVAILABILITY
    assert next(lever.value for lever in answer.levers if lever.field == "providers") == 2


def test_training_takes_six_operations_per_parameter_and_token() -> None:
    measured = replace(hosted(model=LARGE, accelerators=8), mfu=exactly(0.4))
    answer = size(replace(TRAIN, training_tokens=exactly(1e10)), measured)
    flops = 6 * 70.6e9 * 1e10 / (8 * 989e12 * 0.4 * 72 * 3_600)
    assert answer.unsafe == -(-flops // 1)
    assert answer.constraint is Constraint.WINDOW
    small = size(replace(TRAIN, training_tokens=exactly(1e6)), measured)
    assert (small.replicas and small.replicas.likely, small.constraint) == (3, Constraint.MEMORY)


@pytest.mark.parametrize(
    ("demand", "candidate", "name"),
    [
        (replace(CHAT, output_tokens=None), GUESSED, "output_tokens"),
        (replace(CHAT, arrival_per_s=None), GUESSED, "arrival_per_s"),
        (replace(CHAT, horizon_months=None), GUESSED, "horizon_months"),
        (replace(BATCH, window_h=None), GUESSED, "window_h"),
        (replace(TRAIN, training_tokens=None), GUESSED, "training_tokens"),
        (replace(RANKING, arrival_per_s=None), LINE, "arrival_per_s"),
        (CHAT, replace(SATURATED, measured=replace(SATURATED.measured, derate_class="horoscope")), "derate_class"),
    ],
)
def test_a_missing_input_is_named(demand: Demand, candidate: Candidate, name: str) -> None:
    with pytest.raises(MissingInput) as caught:
        size(demand, candidate)
    assert caught.value.name == name


@pytest.mark.parametrize(("demand", "candidate"), [(CHAT, LINE), (RANKING, GUESSED), (TRAIN, API)])
def test_a_candidate_that_cannot_do_the_task_is_refused(demand: Demand, candidate: Candidate) -> None:
    with pytest.raises(WrongCandidate):
        size(demand, candidate)


def test_a_measurement_without_its_token_mix_counts_as_none() -> None:
    answer = size(CHAT, replace(SWEPT, measured=Measured(SWEPT.measured.points)))
    assert (answer.grade, "measured_mix_unknown" in answer.notes) == (Grade.NOTHING, True)
