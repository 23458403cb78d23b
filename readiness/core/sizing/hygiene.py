"""Which measured points may be believed: a load test whose own figures disagree measured its client, not the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from readiness.core.sizing.inputs import SweepPoint

LITTLE_TOLERANCE = 0.10
FAILED_SHARE = 0.01
FALL_TOLERANCE = 0.03  # two runs of one stack differ by 2 % (SIZING.md, transfer error); less is no fall
ACHIEVED_SHARE = 0.90


class Reason(StrEnum):
    """Stable codes of refusal."""

    NO_THROUGHPUT = "no_throughput"
    FAILURES = "failures"
    LITTLE = "little"
    BATCH_CAP = "batch_cap"
    KV_CAP = "kv_cap"
    RATE_NOT_ACHIEVED = "rate_not_achieved"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Refused:
    """`place` is the point's index in the sequence that was checked; `text` carries the numbers."""

    place: int
    point: SweepPoint
    code: Reason
    text: str


def latency_s(point: SweepPoint, output_tokens: float | None = None) -> float | None:
    """Mean time in the system: measured, else TTFT + (O - 1) TPOT where the output length is known."""
    if point.latency_mean_s is not None:
        return point.latency_mean_s
    if point.ttft_mean_s is None or point.tpot_mean_s is None or output_tokens is None:
        return None
    return point.ttft_mean_s + max(0.0, output_tokens - 1) * point.tpot_mean_s


def little_ratio(point: SweepPoint, output_tokens: float | None = None) -> float | None:
    """X R / C, which Little's law makes 1 in steady state; None where one of the three was not measured."""
    latency = latency_s(point, output_tokens)
    if latency is None or not point.concurrency:
        return None
    return point.completed_per_s * latency / point.concurrency


def checked(
    points: Sequence[SweepPoint],
    *,
    max_num_seqs: int | None = None,
    kv_tokens: float | None = None,
    tokens_per_sequence: float | None = None,
    output_tokens: float | None = None,
) -> tuple[tuple[SweepPoint, ...], tuple[Refused, ...]]:
    """The points that may be fitted, in their order, and those that may not with the first reason found.

    Import rule of SIZING.md (benchmark hygiene, caps). A check whose figures were not measured passes. Falling throughput is
    judged among the points that pass every other check.
    """
    refused: dict[int, Refused] = {}
    for place, point in enumerate(points):
        found = next(_faults(point, max_num_seqs, kv_tokens, tokens_per_sequence, output_tokens), None)
        if found is not None:
            refused[place] = Refused(place, point, *found)
    standing = [(place, point) for place, point in enumerate(points) if place not in refused]
    refused.update({one.place: one for one in _falling(standing)})
    kept = tuple(point for place, point in enumerate(points) if place not in refused)
    return kept, tuple(refused[place] for place in sorted(refused))


def reached(kept: Sequence[SweepPoint], refused: Sequence[Refused]) -> float | None:
    """The highest completed rate of a sweep that went past its peak, so that it is the saturation itself; else None.

    Where the client was the limit the server could do more, which errs to the safe side.

    A law fitted below the peak knows no batch limit: on four public sweeps its 1/w lay 1.3 to 2.6 times above this rate.
    """
    past = [one.point for one in refused if one.code in {Reason.FALLING, Reason.RATE_NOT_ACHIEVED}]
    return max(point.completed_per_s for point in [*kept, *past]) if past else None


def _faults(
    point: SweepPoint, cap: int | None, kv_tokens: float | None, per_sequence: float | None, output_tokens: float | None
) -> Iterator[tuple[Reason, str]]:
    done, clients, offered = point.completed_per_s, point.concurrency, point.offered_per_s
    if not done > 0:
        yield Reason.NO_THROUGHPUT, f"{done:g} requests completed per second: nothing was measured"
    if point.failed_share > FAILED_SHARE:
        yield Reason.FAILURES, f"{point.failed_share:.1%} of the requests failed (limit {FAILED_SHARE:.0%})"
    if clients is not None and cap is not None and clients > cap:
        yield Reason.BATCH_CAP, f"{clients:g} requests in flight exceed the batch limit of {cap} sequences"
    if clients is not None and kv_tokens is not None and per_sequence is not None and clients * per_sequence > kv_tokens:
        need = clients * per_sequence
        yield Reason.KV_CAP, f"{clients:g} x {per_sequence:g} = {need:g} tokens exceed the KV cache of {kv_tokens:g} tokens"
    yield from _against_little(point, output_tokens)
    if offered is not None and done < ACHIEVED_SHARE * offered:
        yield (
            Reason.RATE_NOT_ACHIEVED,
            f"{done:.4g}/s completed of {offered:.4g}/s offered ({done / offered:.0%}): no steady state",
        )


def _against_little(point: SweepPoint, output_tokens: float | None) -> Iterator[tuple[Reason, str]]:
    """X R / C away from 1. Where nobody measured the first token, decoding alone bounds R from below and only too much shows."""
    done, clients, latency = point.completed_per_s, point.concurrency, latency_s(point, output_tokens)
    if not clients:
        return
    if latency is not None:
        ratio = done * latency / clients
        if abs(ratio - 1) > LITTLE_TOLERANCE:
            figures = f"{done:.4g}/s x {latency:.4g} s / {clients:g} in flight = {ratio:.2f}"
            yield Reason.LITTLE, f"Little's law: {figures}, not 1 +- {LITTLE_TOLERANCE:.0%}"
    elif point.tpot_mean_s is not None and output_tokens is not None:
        decoding = max(0.0, output_tokens - 1) * point.tpot_mean_s
        ratio = done * decoding / clients
        if ratio > 1 + LITTLE_TOLERANCE:
            figures = f"{done:.4g}/s x at least {decoding:.4g} s / {clients:g} in flight = {ratio:.2f}"
            yield Reason.LITTLE, f"Little's law: {figures}, above 1 + {LITTLE_TOLERANCE:.0%}"


def _falling(points: Sequence[tuple[int, SweepPoint]]) -> Iterator[Refused]:
    """Those below the best throughput of a lighter load. Closed and open loop are two sweeps."""
    for open_loop in (False, True):
        loads = [(_load(point), place, point) for place, point in points if (point.offered_per_s is not None) is open_loop]
        best: tuple[float, float] | None = None
        for load, place, point in sorted((one for one in loads if one[0] is not None), key=lambda one: (one[0], one[1])):
            done = point.completed_per_s
            if best is not None and load is not None and load > best[0] and done < best[1] * (1 - FALL_TOLERANCE):
                text = f"throughput fell to {done:.4g}/s at load {load:g} after {best[1]:.4g}/s at load {best[0]:g}"
                yield Refused(place, point, Reason.FALLING, text)
            elif load is not None and (best is None or done > best[1]):
                best = load, done


def _load(point: SweepPoint) -> float | None:
    return point.offered_per_s if point.offered_per_s is not None else point.concurrency
