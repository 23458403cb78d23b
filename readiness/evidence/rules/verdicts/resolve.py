"""Which of the proofs decides: the newest one, but

- a pass that something caps at a warning (an easier place, few samples, capacity that is not granted) does not take away what
  was shown in full, as long as that is fresh and nothing newer says otherwise;
- a pass in an easier place does not clear what failed in full, fresh or not.

So a nightly test with simulated users neither weakens nor repairs what production shows. What is too old never decides; if it
would have, the verdict is stale and says what it would have been. A flawed run is no proof, so it hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.outcome import Proof
from readiness.evidence.rules.verdicts.reasons import RANK, Grade


def decider(proofs: Iterable[Proof], now: datetime, max_age: timedelta) -> Proof | None:
    """The proof that decides, fresh or not; None if there is none. Of two of the same time the worse."""
    found = sorted(proofs, key=_newest_first)
    if not found:
        return None
    newest = found[0]
    if newest.grade is not Grade.FULL and newest.verdict is not Verdict.NOT_MET:
        full = next((one for one in found if one.grade is Grade.FULL), None)
        if full is not None and full.verdict is Verdict.NOT_MET:
            return full
    if newest.is_capped:
        other = next((one for one in found if not one.is_capped), None)
        if other is not None and other.verdict is Verdict.MET and fresh(other, now, max_age):
            return other
    return newest


def fresh(proof: Proof, now: datetime, max_age: timedelta) -> bool:
    return now - proof.at <= max_age


def expiries(proofs: Sequence[Proof], now: datetime, max_age: timedelta) -> list[datetime]:
    """When each of the fresh ones is too old: the first moment at which time alone may change the answer."""
    return [one.at + max_age + timedelta(seconds=1) for one in proofs if fresh(one, now, max_age)]


def _newest_first(proof: Proof) -> tuple[float, int, float, int]:
    return (-proof.order.timestamp(), RANK[proof.verdict], proof.range.low, proof.evidence.run)
