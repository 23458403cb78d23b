"""How fast one replica is: what its data sheet bounds, and what was measured on it, with the grade of that knowledge."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from readiness.core.sizing.derates import derate
from readiness.core.sizing.fit import NoFit, closed_loop, open_loop
from readiness.core.sizing.hygiene import checked, latency_s, reached
from readiness.core.sizing.inputs import Grade, Measured, SelfHosted, SweepPoint
from readiness.core.sizing.memory import kv_room_bytes, layer_bytes_per_token, weights_bytes
from readiness.core.sizing.refusals import MissingInput
from readiness.core.sizing.replicas import SIGMA


@dataclass(frozen=True, slots=True)
class Sheet:
    """A replica by its data sheet: seconds at full use of it (divide by MBU or MFU), bytes of memory."""

    weights_s: float  # one reading of all weights
    active_s: float  # one reading of the weights that one sequence uses
    token_s: float  # computing one token
    read_per_s: float  # bytes
    weights: float
    room: float  # bytes for keys and values, negative where the weights do not fit
    kv_per_token: float  # of layers without a window
    windows: tuple[tuple[float, int], ...]  # bytes per token and tokens of the others

    @classmethod
    def of(cls, candidate: SelfHosted) -> Sheet:
        model, chip, count = candidate.model, candidate.accelerator, candidate.accelerators
        weights, read = weights_bytes(model.parameters, model.weight_bytes), chip.bandwidth * count
        sizes = [(layer_bytes_per_token(group, model.kv_bytes), group.window_tokens) for group in model.layers]
        return cls(
            weights_s=weights / read,
            active_s=weights_bytes(model.active_parameters, model.weight_bytes) / read,
            token_s=2 * model.active_parameters / (chip.flops * count),
            read_per_s=read,
            weights=weights,
            room=kv_room_bytes(chip, count, candidate.memory_utilisation, weights, candidate.overhead_bytes),
            kv_per_token=sum(size for size, window in sizes if window is None),
            windows=tuple((size, window) for size, window in sizes if window is not None and size > 0),
        )

    def kv_bytes(self, tokens: float) -> float:
        """Of one sequence, see `memory.bytes_per_sequence`."""
        total = self.kv_per_token * tokens
        for size, window in self.windows:
            total += size * min(tokens, window)
        return total


@dataclass(frozen=True, slots=True)
class Curve:
    """Measured seconds over the completed rate, `exact` if they are of the percentile asked for (or a higher one).

    `rate` is `fit.rate_at` for repeated reading: the crossing of the first point that misses, straight in 1/s for TPOT.
    """

    rates: tuple[float, ...]
    values: tuple[float, ...]
    worst_so_far: tuple[float, ...]
    exact: bool
    reciprocal: bool

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]], *, exact: bool, reciprocal: bool) -> Curve | None:
        rates: list[float] = []
        values: list[float] = []
        worst: list[float] = []
        for rate, value in sorted(points):
            rates.append(rate)
            values.append(value)
            worst.append(max(value, worst[-1]) if worst else value)
        return cls(tuple(rates), tuple(values), tuple(worst), exact, reciprocal) if rates else None

    def rate(self, target_s: float, idle_s: float | None = None) -> float:
        """Highest rate that meets the target, at most the highest measured one; 0 where even an idle replica misses it.

        Below the lightest load it goes straight to `idle_s`; without that the target is missed there.
        """
        first = bisect_right(self.worst_so_far, target_s)
        if first == len(self.rates):
            return self.rates[-1]
        if first:
            left, low = self.rates[first - 1], self.values[first - 1]
        elif idle_s is not None and idle_s < target_s:
            left, low = 0.0, min(idle_s, self.values[0])
        else:
            return 0.0
        right, high = self.rates[first], self.values[first]
        if self.reciprocal:
            low, high, target_s = 1 / low, 1 / high, 1 / target_s
        return left + (right - left) * (target_s - low) / (high - low)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One replica as measured at one token mix; with grade NOTHING only `notes` and `refused` say something.

    `work_s` is w of the law there, `t0_s` its idle step (None: take the data sheet's), `derate` what is left of a saturation
    figure once answers must come in time. `top_per_s` is the rate above which nothing is promised: the highest of a sweep, and
    where two points are left of one that went past its peak the highest that it reached.
    """

    grade: Grade = Grade.NOTHING
    sigma: float = SIGMA[Grade.NOTHING]
    notes: tuple[str, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    work_s: float = 0.0
    t0_s: float | None = None
    top_per_s: float = 0.0
    tpot: Curve | None = None
    ttft: Curve | None = None
    derate: float = 1.0


def measurement(measured: Measured, tpot_percentile: float, ttft_percentile: float, *, decodes: bool) -> Measurement:
    """The best grade that the points allow (SIZING.md "Turning one measurement into replicas").

    Three or more believable loads with a time per token: full sweep; two: two points; else the highest throughput. Another
    software stack, a token mix that nobody wrote down or no believable point: nothing. `decodes` False (embedding) takes the
    throughput alone.
    """
    if not measured.points:
        return Measurement()
    if not measured.same_stack:
        return Measurement(notes=("other_stack",))
    if measured.input_tokens is None or (decodes and measured.output_tokens is None):
        return Measurement(notes=("measured_mix_unknown",))
    inputs, outputs = measured.input_tokens, measured.output_tokens or 0.0
    kept, refused = checked(
        measured.points,
        max_num_seqs=measured.max_num_seqs,
        kv_tokens=measured.kv_tokens,
        tokens_per_sequence=inputs + outputs,
        output_tokens=measured.output_tokens,
    )
    left_out = tuple((one.place, one.text) for one in refused)
    if not kept:
        return Measurement(notes=("no_point_left",), refused=left_out)
    timed = [replace(point, tpot_mean_s=tpot) for point in kept if decodes and (tpot := _tpot(point, outputs)) is not None]
    loads = len({point.completed_per_s for point in timed})
    if loads >= 2:
        top = max(point.completed_per_s for point in timed) if loads >= 3 else reached(kept, refused)
        try:
            found = _lawful(measured, timed, left_out, tpot_percentile, ttft_percentile, sweep=loads >= 3)
            return replace(found, top_per_s=inf if top is None else top)
        except NoFit as why:
            return _saturated(measured, kept, left_out, (why.code,))
    return _saturated(measured, kept, left_out, ())


def _lawful(
    measured: Measured, kept: Sequence[SweepPoint], refused: tuple[tuple[int, str], ...],
    tpot_percentile: float, ttft_percentile: float, *, sweep: bool,
) -> Measurement:  # fmt: skip
    assert measured.input_tokens is not None
    assert measured.output_tokens is not None
    t0, work, rms = _law(kept, measured.output_tokens)
    grade = Grade.SWEEP if sweep else Grade.TWO_POINTS
    curve = _percentile(((p.completed_per_s, p.tpot_p_s, p.percentile) for p in kept), tpot_percentile, reciprocal=True)
    first = _percentile(((p.completed_per_s, p.ttft_p_s, p.percentile) for p in kept), ttft_percentile, reciprocal=False)
    means = ((point.completed_per_s, point.tpot_mean_s) for point in kept if point.tpot_mean_s is not None)
    return Measurement(
        grade=grade,
        sigma=max(SIGMA[grade], rms),
        refused=refused,
        input_tokens=measured.input_tokens,
        output_tokens=measured.output_tokens,
        work_s=work,
        t0_s=t0,
        tpot=(curve or Curve.of(means, exact=False, reciprocal=True)) if sweep else None,
        ttft=first if sweep else None,
    )


def _saturated(
    measured: Measured, kept: Sequence[SweepPoint], refused: tuple[tuple[int, str], ...], notes: tuple[str, ...]
) -> Measurement:
    assert measured.input_tokens is not None
    top = max(point.completed_per_s for point in kept)
    try:
        left = derate(measured.derate_class).p10
    except KeyError as error:
        raise MissingInput("derate_class", str(error)) from error
    return Measurement(
        grade=Grade.SATURATION,
        sigma=SIGMA[Grade.SATURATION],
        notes=("screening", *notes),
        refused=refused,
        input_tokens=measured.input_tokens,
        output_tokens=measured.output_tokens or 0.0,
        work_s=1 / top,
        top_per_s=top,
        derate=left,
    )


def _law(points: Sequence[SweepPoint], output_tokens: float) -> tuple[float, float, float]:
    """t0, w and the relative error of the fit: of the rates that were offered where there are two, else of the clients."""
    offered = [point for point in points if point.offered_per_s is not None and point.tpot_mean_s]
    if len({point.completed_per_s for point in offered}) >= 2:
        line = open_loop(offered)
        return line.t0_s, line.work_s, line.rms
    if len({point.concurrency for point in points if point.concurrency}) >= 2:
        loop = closed_loop([point for point in points if point.offered_per_s is None] or points)
        return loop.t0_s(output_tokens), loop.work_s, loop.rms
    line = open_loop(points)
    return line.t0_s, line.work_s, line.rms


def _percentile(points: Iterable[tuple[float, float | None, float]], percentile: float, *, reciprocal: bool) -> Curve | None:
    """Of the asked percentile, else of the lowest measured one above it, as `fit.rate_at` reads."""
    read = [(rate, value, of) for rate, value, of in points if value and of >= percentile]
    if not read:
        return None
    used = min(of for _rate, _value, of in read)
    return Curve.of(((rate, value) for rate, value, of in read if of == used), exact=True, reciprocal=reciprocal)


def _tpot(point: SweepPoint, output_tokens: float) -> float | None:
    """Mean seconds per output token: measured, else the percentile's or latency / O, both greater and so on the safe side."""
    if point.tpot_mean_s or point.tpot_p_s:
        return point.tpot_mean_s or point.tpot_p_s
    latency = latency_s(point, output_tokens)
    if latency is None and point.concurrency:
        latency = point.concurrency / point.completed_per_s  # Little
    return latency / output_tokens if latency is not None and output_tokens > 0 else None
