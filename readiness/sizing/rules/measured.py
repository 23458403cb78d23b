"""What a measurement's points say: which can be believed, and the law that they obey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness.core.sizing.fit import ClosedLoop, NoFit, OpenLoop, closed_loop, open_loop
from readiness.core.sizing.hygiene import Refused, checked
from readiness.core.sizing.inputs import SweepPoint
from readiness.sizing.rules.drafts import points_of


@dataclass(frozen=True, slots=True)
class Told:
    """`refused` by place; `law` is None where none could be fitted, `no_law` the stable code of why."""

    kept: tuple[SweepPoint, ...]
    refused: dict[int, Refused]
    law: ClosedLoop | OpenLoop | None = None
    no_law: str = ""
    output_tokens: float | None = None

    def tpot_s(self, rate: float) -> float | None:
        """Mean time per token that the law gives at a rate; None where it gives none."""
        if isinstance(self.law, OpenLoop):
            return self.law.tpot_s(rate)
        if isinstance(self.law, ClosedLoop) and self.output_tokens:
            return self.law.tpot_s(rate, self.output_tokens)
        return None


def told(points: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> Told:
    """Check the points by the import rules and fit the batching law to what is left."""
    inputs, outputs = facts.get("input_tokens"), facts.get("output_tokens")
    each = None if inputs is None else inputs + (outputs or 0.0)
    kept, refused = checked(
        points_of(points), max_num_seqs=facts.get("max_num_seqs"), kv_tokens=facts.get("kv_tokens"), tokens_per_sequence=each,
        output_tokens=outputs,
    )  # fmt: skip
    by_place = {one.place: one for one in refused}
    try:
        law: ClosedLoop | OpenLoop = closed_loop(kept) if _closed(kept) else open_loop(kept)
    except NoFit as problem:
        return Told(kept, by_place, None, problem.code, outputs)
    return Told(kept, by_place, law, "", outputs)


def _closed(points: Sequence[SweepPoint]) -> bool:
    return sum(1 for point in points if point.concurrency and point.offered_per_s is None) >= 2
