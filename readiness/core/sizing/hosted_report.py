"""The figures and the line-by-line calculation of a hosted model's sizing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, inf
from typing import TYPE_CHECKING

from readiness.core.sizing.answer import Step
from readiness.core.sizing.inputs import Grade
from readiness.core.sizing.percentiles import burst, lengths_derate, tightness
from readiness.core.sizing.replicas import Z_PLAN
from readiness.core.sizing.sizer import Capability, Edge, Outcome, Values

if TYPE_CHECKING:
    from readiness.core.sizing.hosted import Hosted
    from readiness.core.sizing.replica_law import Seconds

LAW = "SIZING.md 8"
ROOFLINE = "Pope et al. 2022; Williams et al. 2009"
ORIGIN = {
    Grade.SWEEP: "fitted to the sweep",
    Grade.TWO_POINTS: "fitted to two points",
    Grade.SATURATION: "1 / highest measured throughput",
}


def figures(hosted: Hosted, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]:
    """Named by metric; per replica at the peak where a number of replicas was found."""
    law = hosted.law.seconds(at, edge)
    told = {"peak_per_s": found.peak, "weights_gb": hosted.sheet.weights / 1e9}
    inputs, outputs = at["input_tokens"], at["output_tokens"]
    size = hosted.sheet.kv_bytes(inputs + outputs / 2)
    if hosted.decodes and hosted.sheet.room > 0:
        told["kv_gb_per_request"] = hosted.sheet.kv_bytes(inputs + outputs) / 1e9
        told["max_in_flight"] = hosted.seats(inputs + outputs)[0]
    if not found.replicas:
        return told
    rate = found.peak / found.replicas
    told["per_replica_per_s"] = found.safe
    told["utilisation"] = rate * law.work
    if hosted.batch:
        return told
    keep = lengths_derate(hosted.quantities, at, edge, hosted.demand.tpot_percentile)
    told["ttft_s"] = hosted.answered(at, law, keep, "ttft_s").seconds(rate)
    if hosted.decodes:
        in_time = 1 - rate * law.work / (keep * burst(at["dispersion"]))
        told["tpot_s"] = law.t0 / in_time if in_time > 0 else inf
        told["latency_s"] = hosted.answered(at, law, keep, "latency_s").seconds(rate)
        mean = law.t0 / max(1e-9, 1 - rate * law.work)
        told["in_flight"] = max(rate * outputs * mean, at["concurrency"] / found.replicas)
        told["kv_share"] = told["in_flight"] * size / hosted.sheet.room
    return {name: value for name, value in told.items() if value < inf}


def steps(hosted: Hosted, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]:
    """Of the likely case, so that a reader can check each line by hand."""
    law = hosted.law.seconds(at, Edge.LIKELY)
    lines = [_peak(hosted, at, found), *_memory(hosted, at)]
    if can.rate > 0 or can.constraint.value == "target_out_of_reach":
        lines += [*_law(hosted, at, law), *_targets(hosted, at, law, can)]
    if found.replicas:
        lines += _count(hosted, at, can, found)
    return tuple(lines)


def _peak(hosted: Hosted, at: Values, found: Outcome) -> Step:
    years = f"{at['growth_per_year']:g}^({at['horizon_months']:g}/12)"
    if hosted.batch:
        text = f"{at['items_per_run']:g} items / ({at['window_h']:g} h x 3600 s) x {years}"
    else:
        text = f"{at['arrival_per_s']:g}/s x {at['peak_factor']:g} x {years}"
    return Step("peak_per_s", found.peak, "1/s", f"{text} = {found.peak:.4g}", "SIZING.md 1")


def _memory(hosted: Hosted, at: Values) -> Iterator[Step]:
    model, sheet = hosted.candidate.model, hosted.sheet
    text = f"{model.parameters:.4g} parameters x {model.weight_bytes:g} bytes = {sheet.weights / 1e9:.4g}"
    yield Step("weights_gb", sheet.weights / 1e9, "GB", text)
    chip, count = hosted.candidate.accelerator, hosted.candidate.accelerators
    free = (
        f"({chip.memory_bytes / 1e9:.4g} x {hosted.candidate.memory_utilisation:g} - {hosted.candidate.overhead_bytes / 1e9:.4g})"
    )
    text = f"{count} x {free} - {sheet.weights / 1e9:.4g} = {sheet.room / 1e9:.4g}"
    yield Step("kv_room_gb", sheet.room / 1e9, "GB", text, "Kwon et al. 2023")
    if not hosted.decodes or sheet.room <= 0:
        return
    tokens = at["input_tokens"] + at["output_tokens"]
    size = sheet.kv_bytes(tokens)
    text = f"keys and values of {at['input_tokens']:g} + {at['output_tokens']:g} tokens = {size / 1e9:.4g}"
    yield Step("kv_gb_per_request", size / 1e9, "GB", text, "Kwon et al. 2023")
    seats, holds = hosted.seats(tokens)
    text = f"least of the batch limit {hosted.most_seats:g} and what fits into memory = {seats:.4g} ({holds.value})"
    yield Step("max_in_flight", seats, "requests", text, LAW)


def _law(hosted: Hosted, at: Values, law: Seconds) -> Iterator[Step]:
    sheet, measured = hosted.sheet, hosted.known
    bandwidth = sheet.read_per_s / 1e12
    if measured.t0_s is None:
        text = f"{sheet.weights / 1e9:.4g} GB / ({bandwidth:.4g} TB/s x MBU {at['mbu']:g}) = {law.t0 * 1e3:.4g} ms"
        yield Step("t0_s", law.t0, "s", text, ROOFLINE)
    else:
        yield Step("t0_s", law.t0, "s", f"{ORIGIN[measured.grade]}: {law.t0 * 1e3:.4g} ms", LAW)
    source = ROOFLINE if measured.grade is Grade.NOTHING else LAW
    if measured.grade is not Grade.NOTHING:
        mix = f"{measured.input_tokens:g} + {measured.output_tokens:g} tokens"
        text = f"{ORIGIN[measured.grade]} at {mix}: {measured.work_s:.4g} s"
        yield Step("measured_work_s", measured.work_s, "s", text, LAW)
    else:
        text = f"2 x {hosted.candidate.model.active_parameters:.4g} / (peak rate x MFU {at['mfu']:g}) = {law.kp * 1e6:.4g} us"
        yield Step("kp_s", law.kp, "s", text, source)
        if hosted.decodes:
            text = f"reading one sequence / ({bandwidth:.4g} TB/s x MBU {at['mbu']:g}) = {law.kd * 1e6:.4g} us"
            yield Step("kd_s", law.kd, "s", text, source)
    parts = f"{at['output_tokens']:g} x {law.kd * 1e6:.4g} us + {at['input_tokens']:g} x {law.kp * 1e6:.4g} us"
    yield Step("work_s", law.work, "s", f"{parts} = {law.work:.4g} s per request", LAW)


def _targets(hosted: Hosted, at: Values, law: Seconds, can: Capability) -> Iterator[Step]:
    if not hosted.batch:
        keep = lengths_derate(hosted.quantities, at, Edge.LIKELY, hosted.demand.tpot_percentile)
        if at["tpot_s"] < inf:
            yield _in_time(hosted, at, law, keep)
        for name, what in (("ttft_s", "first token"), ("latency_s", "whole answer")):
            if at[name] < inf:
                rate = hosted.highest(at, law, keep, name, 1 / law.work)
                percentile = hosted.demand.ttft_percentile if name == "ttft_s" else hosted.demand.latency_percentile
                text = f"{what} within {at[name]:g} s at p{percentile * 100:g} up to {rate:.4g}"
                yield Step(f"rate_at_{name.removesuffix('_s')}", rate, "1/s", text, LAW)
    text = f"least of all limits: {can.constraint.value}, {can.rate:.4g}"
    yield Step("rate", can.rate, "1/s", text)


def _in_time(hosted: Hosted, at: Values, law: Seconds, keep: float) -> Step:
    rate, _sigma = hosted.in_time(at, law, keep)
    known, target, bursts = hosted.known, at["tpot_s"], burst(at["dispersion"])
    percentile = f"p{hosted.demand.tpot_percentile * 100:g}"
    free = f"(1 - {law.t0 * 1e3:.4g} ms / {target * 1e3:.4g} ms)"
    if known.tpot is not None:
        read = f"{percentile} read off the sweep" if known.tpot.exact else f"mean read off the sweep x {keep:g} for {percentile}"
        text = f"{read} at {target * 1e3:.4g} ms, x {known.work_s:.4g} / {law.work:.4g} for the token mix"
    elif known.grade is Grade.SATURATION:
        left = tightness(1 - law.t0 / target, known.derate, known.sigma)[0]
        text = f"1 / {law.work:.4g} s x {left:.3g} left of saturation at {free}"
    else:
        text = f"{free} / {law.work:.4g} s x {keep:g} for {percentile}"
    return Step("rate_at_tpot", rate, "1/s", f"{text} x {bursts:.3g} for bursts = {rate:.4g}", LAW)


def _count(hosted: Hosted, at: Values, can: Capability, found: Outcome) -> Iterator[Step]:
    less = exp(-Z_PLAN * can.sigma)
    text = f"{can.rate:.4g} x e^(-1.28 x {can.sigma:.3g}) x {hosted.utilisation:g} = {found.safe:.4g}"
    yield Step("per_replica_per_s", found.safe, "1/s", text, "SIZING.md 10")
    if at["concurrency"] > 0:
        seats = min(can.seats, can.flight * less * hosted.utilisation)
        text = f"least of {can.seats:.4g} seats and {can.flight:.4g} x {less * hosted.utilisation:.3g} = {seats:.4g}"
        yield Step("in_flight_per_replica", seats, "requests", text, "Little 1961")
    text = f"{found.peak:.4g} / {found.safe:.4g}, rounded up"
    if at["concurrency"] > 0:
        text += f"; at least for {at['concurrency']:g} in flight"
    yield Step("needed", found.needed, "replicas", f"{text} = {found.needed}", "SIZING.md 10")
    if at["availability"] > 0:
        each, wanted = hosted.candidate.replica_availability, at["availability"]
        text = f"{found.needed} of n up with probability {wanted:g}, each {each:g} = {found.replicas}"
        yield Step("replicas", found.replicas, "replicas", text, "SIZING.md 9")
