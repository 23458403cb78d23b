"""How many replicas more, so that enough are up. Failures are taken as independent: one zone, one switch or one driver for
all of them breaks that, and needs spread and one more per zone."""

from __future__ import annotations

from functools import lru_cache

from scipy.special import bdtr


def availability_k_of_n(k: int, n: int, each: float) -> float:
    """Probability in 0..1 that at least k of n independent replicas are up: sum_{i>=k} C(n,i) A^i (1-A)^{n-i} (binomial).

    `each` is the availability A of one. Raises ValueError unless 0 <= k <= n and 0 <= A <= 1.
    """
    if not (0 <= k <= n and 0 <= each <= 1):
        raise ValueError(f"want 0 <= k <= n and a probability, got k {k}, n {n}, {each}")
    return float(bdtr(n - k, n, 1 - each))  # at most n - k of n are down


@lru_cache(maxsize=65_536)
def n_for_availability(k: int, each: float, target: float) -> int | None:
    """The smallest n with `availability_k_of_n(k, n, each) >= target`; None where no number is enough.

    None for a target of 1 unless each replica never fails, and where each is never up. Raises ValueError unless k >= 1 and the
    probabilities are in 0..1.
    """
    if not (k >= 1 and 0 <= each <= 1 and 0 <= target <= 1):
        raise ValueError(f"want k >= 1 and probabilities, got k {k}, {each}, {target}")
    if each == 1.0 or target == 0.0:
        return k
    if each == 0.0 or target == 1.0:
        return None
    low, high = k - 1, k
    while availability_k_of_n(k, high, each) < target:
        low, high = high, high + max(1, high - k) * 2
        if high > 100 * k + 10_000:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if availability_k_of_n(k, middle, each) >= target:
            high = middle
        else:
            low = middle
    return high
