"""Times of one forward pass from data-sheet figures: the slower of computing and of reading memory (Williams et al. 2009).

`mfu` and `mbu` are the shares of the data sheet's floating-point rate and memory bandwidth that are reached, in 0..1.
`parameters` are the active ones: of a mixture of experts only the chosen experts compute.
"""

from __future__ import annotations


def prefill_s(parameters: float, tokens: float, flops: float, mfu: float) -> float:
    """Seconds to read a prompt: 2 P I / (F MFU); two operations per parameter and token (Kaplan et al. 2020)."""
    return 2 * parameters * tokens / (flops * mfu)


def decode_compute_s(parameters: float, batch: float, flops: float, mfu: float) -> float:
    """Seconds that one decode step of `batch` sequences computes: 2 P B / (F MFU)."""
    return 2 * parameters * batch / (flops * mfu)


def decode_read_s(weights_bytes: float, batch: float, kv_bytes_per_sequence: float, bandwidth: float, mbu: float) -> float:
    """Seconds that one decode step reads memory: (weights + B x KV of a sequence) / (BW MBU)."""
    return (weights_bytes + batch * kv_bytes_per_sequence) / (bandwidth * mbu)


def decode_step_s(
    parameters: float,
    weights_bytes: float,
    batch: float,
    context_tokens: float,
    kv_bytes_per_token: float,
    flops: float,
    bandwidth: float,
    mfu: float,
    mbu: float,
) -> float:
    """Seconds of one decode step: the slower of computing and reading (Pope et al., Efficiently Scaling Inference, 2022)."""
    return max(
        decode_compute_s(parameters, batch, flops, mfu),
        decode_read_s(weights_bytes, batch, context_tokens * kv_bytes_per_token, bandwidth, mbu),
    )


def crossover_batch(flops: float, dtype_bytes: float, bandwidth: float) -> float:
    """Batch from which decoding a dense model computes longer than it reads weights: B* = F bytes / (2 BW), KV left out."""
    return flops * dtype_bytes / (2 * bandwidth)
