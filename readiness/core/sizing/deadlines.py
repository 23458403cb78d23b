"""The highest rate at which answers still come in time, where the time bends with the rate."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from readiness.core.sizing.batching import Tokens, ttft_quantile_s
from readiness.core.sizing.replica_law import Seconds

CLOSE = 1e-11  # relative
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds to the first token, or with `outputs` > 0 to the end of an answer of that many tokens, at percentile `p`.

    A percentile of the time per token is taken as the mean at the rate divided by `keep`. Adding the percentiles of its parts
    is on the safe side of the percentile of the whole.
    """

    law: Seconds
    tokens: Tokens
    p: float
    ca2: float
    outputs: float
    keep: float

    def seconds(self, rate: float) -> float:
        """Infinite from saturation on."""
        law = self.law
        first = ttft_quantile_s(law[:3], rate, self.p, self.tokens, self.ca2)
        if not self.outputs:
            return first
        free = 1 - rate * law.work / self.keep
        return first + self.outputs * law.t0 / free if free > 0 else inf

    def highest_rate(self, most: float, target_s: float) -> float:
        """The highest rate up to `most` with `seconds(rate) <= target_s`, from below; 0 where even an idle replica is late."""
        wanted = 1 / target_s
        low, at_low = 0.0, 1 / self.seconds(0.0) - wanted
        if at_low < 0:
            return 0.0
        high, at_high = most, 1 / self.seconds(most) - wanted
        if at_high >= 0:
            return most
        for _step in range(MOST_STEPS):  # regula falsi (Illinois): 1/seconds is nearly straight in the rate
            rate = (low * at_high - high * at_low) / (at_high - at_low)
            found = 1 / self.seconds(rate) - wanted
            if found >= 0:
                low, at_low, at_high = rate, found, at_high / 2
            else:
                high, at_high, at_low = rate, found, at_low / 2
            if high - low <= CLOSE * high or 0 <= found <= CLOSE * wanted:
                break
        return low
