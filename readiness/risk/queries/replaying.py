"""A figure computed again from what was stored: the same inputs under the same version must give the same bits.

The whole generation is computed, as it was then: the order in which a sum is added up depends on how many rows stand together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from readiness.core.risk.forecast import forecast
from readiness.risk.models import Generation
from readiness.risk.queries.scores import stored, weighed_of
from readiness.risk.rules.packing import digest, inputs_digest

Ends = tuple[float, float, float]
NOISE = 1e-12  # of a sum that was added up in another order


@dataclass(frozen=True, slots=True)
class Replay:
    """`stored` and `computed` are value, low and high, ratios. `whole`: the digest of all inputs of the generation is as kept.

    `gone`: how many of those scored together are no longer there, so that the last bit may be another one.
    """

    generation: Generation
    stored: Ends
    computed: Ends
    digest: str
    whole: bool
    gone: int

    @property
    def equal(self) -> bool:
        """To the last bit."""
        return self.stored == self.computed

    @property
    def apart(self) -> float:
        return max(abs(one - other) for one, other in zip(self.stored, self.computed, strict=True))

    @property
    def holds(self) -> bool:
        """Equal, or but for the noise of sums added up in another order: by another machine, release, or without rows."""
        return self.equal or self.apart <= NOISE


def replay(generation: Generation, initiative_id: int) -> Replay | None:
    """None where the generation has no figure of the initiative. One statement; raises OtherEngine."""
    kept = stored(generation)
    place = int(np.searchsorted(kept.initiative_id, initiative_id))
    if place >= len(kept) or kept.initiative_id[place] != initiative_id:
        return None
    version, rows = generation.version, kept.rows
    again = forecast(weighed_of(version), rows, version.horizon_months)
    seal = digest(version.digest, kept.initiative_id, rows.answers, rows.organisation, rows.unit, rows.stage)
    return Replay(
        generation,
        (float(kept.value[place]), float(kept.low[place]), float(kept.high[place])),
        (float(again.value[place]), float(again.low[place]), float(again.high[place])),
        inputs_digest(rows, place, version.digest), seal == generation.digest, generation.seen - len(kept),
    )  # fmt: skip
