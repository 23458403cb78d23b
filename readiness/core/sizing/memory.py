"""What a language model keeps in accelerator memory: weights once, keys and values per token and sequence.

Read the layers from the model's published config: grouped-query attention, latent attention and sliding windows each break
the simple form 2 x layers x heads x dim x bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from readiness.core.sizing.inputs import AcceleratorFacts, Layers, ModelFacts


def kv_bytes_per_token(layers: int, kv_heads: int, head_dim: int, dtype_bytes: float) -> float:
    """Bytes of keys and values per token: 2 x layers x kv_heads x head_dim x bytes (Kwon et al., PagedAttention, 2023).

    Multi-head attention has kv_heads = heads, grouped-query attention fewer (Ainslie et al., GQA, 2023).
    """
    return 2 * layers * kv_heads * head_dim * dtype_bytes


def kv_bytes_per_token_mla(layers: int, kv_lora_rank: int, rope_dim: int, dtype_bytes: float) -> float:
    """Bytes per token of multi-head latent attention: one latent vector and one rotary key per layer (DeepSeek-V2, 2024)."""
    return layers * (kv_lora_rank + rope_dim) * dtype_bytes


def layer_bytes_per_token(layers: Layers, kv_bytes: float) -> float:
    """Bytes that this group of layers keeps per token it still sees; 0 for layers that keep nothing per token."""
    if layers.latent_dim is not None:
        return layers.count * layers.latent_dim * kv_bytes
    return kv_bytes_per_token(layers.count, layers.kv_heads, layers.head_dim, kv_bytes)


def model_kv_bytes_per_token(model: ModelFacts) -> float:
    """Bytes that one more token costs while it is inside every window."""
    return sum(layer_bytes_per_token(group, model.kv_bytes) for group in model.layers)


def bytes_per_sequence(layers: Sequence[Layers], kv_bytes: float, tokens: float) -> float:
    """Bytes of keys and values of one sequence of `tokens`: a sliding-window layer keeps no more than its window."""
    return sum(
        layer_bytes_per_token(group, kv_bytes) * (tokens if group.window_tokens is None else min(tokens, group.window_tokens))
        for group in layers
    )


def weights_bytes(parameters: float, dtype_bytes: float) -> float:
    """Bytes of the weights: all parameters, also those of experts at rest."""
    return parameters * dtype_bytes


def kv_room_bytes(accelerator: AcceleratorFacts, count: int, utilisation: float, weights: float, overhead: float) -> float:
    """Bytes left for keys and values over `count` accelerators: memory x utilisation - weights - overhead; may be negative.

    `overhead` is in bytes per accelerator (activation peak).
    """
    return count * (accelerator.memory_bytes * utilisation - overhead) - weights


def max_sequences(
    memory_bytes: float,
    accelerators: int,
    utilisation: float,
    weights: float,
    overhead_bytes: float,
    kv_per_token: float,
    tokens_per_sequence: float,
) -> int:
    """Whole sequences that fit: floor((mem x util - weights - overhead) / (KV/token x tokens)); 0 where the weights do not.

    `memory_bytes` and `overhead_bytes` are per accelerator (Kwon et al. 2023: paging wastes less than one block a sequence).
    Raises ValueError where a sequence costs nothing: memory then sets no limit.
    """
    each = kv_per_token * tokens_per_sequence
    if each <= 0:
        raise ValueError("a sequence that keeps nothing per token is not limited by memory")
    room = accelerators * (memory_bytes * utilisation - overhead_bytes) - weights
    return max(0, floor(room / each + 1e-9))
