"""What somebody could decide about a hosted model so that it takes less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import floor
from typing import TYPE_CHECKING

from readiness.core.sizing.inputs import Grade
from readiness.core.sizing.levers import calmer, looser, measured
from readiness.core.sizing.sizer import Change, Values

if TYPE_CHECKING:
    from readiness.core.sizing.hosted import Hosted

SMALL_BYTES = 1.0  # fp8
MOST_ACCELERATORS = 1024


def changes(hosted: Hosted) -> Iterator[Change]:
    """Each alone, all else likely. Whether it helps is for the caller to see."""
    known = hosted.quantities
    yield from looser(hosted, "tpot_s", "ttft_s", "latency_s", "window_h")
    yield from calmer(hosted)
    model, candidate = hosted.candidate.model, hosted.candidate
    if model.weight_bytes > SMALL_BYTES:
        yield Change(f"weight_bytes {SMALL_BYTES:g}", "weight_bytes", SMALL_BYTES, hosted.with_model(weight_bytes=1.0), {})
    if hosted.decodes and model.kv_bytes > SMALL_BYTES:
        yield Change(f"kv_bytes {SMALL_BYTES:g}", "kv_bytes", SMALL_BYTES, hosted.with_model(kv_bytes=1.0), {})
    count = max(2 * candidate.accelerators, holding(hosted, {name: one.likely for name, one in known.items()}))
    if count <= MOST_ACCELERATORS:
        larger = hosted.with_candidate(replace(candidate, accelerators=count))
        yield Change(f"accelerators {count}", "accelerators", count, larger, {})
    if hosted.decodes and hosted.grade is Grade.NOTHING:
        seats = 2 * candidate.max_num_seqs
        yield Change(
            f"max_num_seqs {seats}", "max_num_seqs", seats, hosted.with_candidate(replace(candidate, max_num_seqs=seats)), {}
        )
    yield from measured(hosted, candidate.measured.workload_sigma)


def holding(hosted: Hosted, at: Values) -> int:
    """Accelerators per replica, a power of two, that hold the weights and one long request; above MOST_ACCELERATORS for none."""
    chip, candidate = hosted.candidate.accelerator, hosted.candidate
    each = chip.memory_bytes * candidate.memory_utilisation - candidate.overhead_bytes
    if each <= 0:
        return MOST_ACCELERATORS + 1
    longest = sum(max(at.get(name, 0.0), at.get(f"{name}_p95", 0.0)) for name in ("input_tokens", "output_tokens"))
    least = floor((hosted.sheet.weights + hosted.sheet.kv_bytes(longest)) / each) + 1
    return 1 << (least - 1).bit_length()
