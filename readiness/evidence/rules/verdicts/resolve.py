"""Which of the proofs decides.

The newest one, and a newer pass in an easier place does not take away what was shown in full: nor does it clear what failed in
full. So a nightly test with simulated users neither weakens nor repairs what production shows. What is too old never decides; if
it would have, the verdict is stale and says what it would have been. A flawed run is no proof, so it hides nothing.
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
    full = next((one for one in found if one.grade is Grade.FULL), None)
    easier = next((one for one in found if one.grade is not Grade.FULL), None)
    if full is None or easier is None:
        return full or easier
    if _newest_first(full) < _newest_first(easier) or easier.verdict is Verdict.NOT_MET:
        return min(full, easier, key=_newest_first)
    if full.verdict is Verdict.NOT_MET or fresh(full, now, max_age):
        return full
    return easier


def fresh(proof: Proof, now: datetime, max_age: timedelta) -> bool:
    return now - proof.at <= max_age


def expiries(proofs: Sequence[Proof], now: datetime, max_age: timedelta) -> list[datetime]:
    """When each of the fresh ones is too old: the first moment at which time alone may change the answer."""
    return [one.at + max_age + timedelta(seconds=1) for one in proofs if fresh(one, now, max_age)]


def _newest_first(proof: Proof) -> tuple[float, int, float, int]:
    return (-proof.order.timestamp(), RANK[proof.verdict], proof.range.low, proof.evidence.run)
