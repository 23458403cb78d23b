"""What one look at the evidence comes to: a proof, or for each piece the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.claims import Claim
from readiness.evidence.rules.verdicts.evidence import Evidence, Siblings
from readiness.evidence.rules.verdicts.fit import Gap
from readiness.evidence.rules.verdicts.headroom import Range
from readiness.evidence.rules.verdicts.reasons import PROGRESS, RANK, Grade, Note, Reason
from readiness.evidence.rules.verdicts.wanted import Setting, Wanted

FEWEST_IN_TAIL = 10  # samples beyond a percentile; fewer decide by chance


@dataclass(frozen=True)
class Question:
    """One requirement with all that it is judged with."""

    wanted: Wanted
    setting: Setting
    siblings: Siblings


@dataclass(frozen=True)
class Barred:
    """A piece of evidence that decides nothing, and why."""

    evidence: Evidence
    why: Note
    claim: Claim | None = None
    gaps: tuple[Gap, ...] = ()
    capacity: dict[str, Any] | None = None

    @property
    def progress(self) -> int:
        return PROGRESS.get(self.why.code, -1)

    @property
    def at(self) -> datetime:
        return self.claim.reading.at if self.claim else self.evidence.at


@dataclass(frozen=True)
class Proof:
    """A piece of evidence that decides, were it the only one. `order`: the end of the sweep that it is a point of."""

    evidence: Evidence
    claim: Claim
    verdict: Verdict
    reason: Reason
    range: Range
    grade: Grade
    order: datetime
    notes: tuple[Note, ...] = ()
    gaps: tuple[Gap, ...] = ()
    capacity: dict[str, Any] | None = None
    length_s: float | None = None

    @property
    def at(self) -> datetime:
        return self.claim.reading.at

    @property
    def is_capped(self) -> bool:
        """A pass that would be one in full but for what caps it; on the edge of its uncertainty it is none."""
        return self.verdict is Verdict.WARNING and self.reason not in (Reason.WITHIN_UNCERTAINTY, Reason.PARTS_DIFFER)

    @property
    def best(self) -> tuple[Any, ...]:
        """Sorts what is better of one sweep first; the rest only keeps it the same in any order of arrival."""
        return (-RANK[self.verdict], -self.range.low, -self.at.timestamp(), self.evidence.run)


@dataclass
class Outcome:
    """Of one sweep, or of one look at a service."""

    proof: Proof | None = None
    barred: list[Barred] = field(default_factory=list)

    def bar(self, evidence: Evidence, code: Reason, claim: Claim | None = None, **facts: Any) -> None:
        """Note why it decides nothing. The `gaps` and the `capacity` that it was judged with are kept apart from the facts."""
        gaps, capacity = tuple(facts.pop("gaps", ())), facts.pop("capacity", None)
        shown = facts | ({"gaps": [one.plain() for one in gaps]} if gaps else {})
        self.barred.append(Barred(evidence, Note(code, shown), claim, gaps, capacity))


def capped(
    verdict: Verdict, reason: Reason, caps: Iterable[Note]
) -> tuple[Verdict, Reason, tuple[Note, ...]]:  # fmt: skip
    """A pass with something that caps it at a warning, the first of which is its reason; anything else as it is."""
    found = tuple(caps)
    if verdict is Verdict.MET and found:
        return Verdict.WARNING, found[0].code, found
    return verdict, reason, found


def caps_of(question: Question, claim: Claim, gaps: Sequence[Gap]) -> list[Note]:
    """What caps a pass of this claim, whatever the metric."""
    found = []
    if gaps:
        found.append(Note(Reason.EASIER_PLACE, {"gaps": [one.plain() for one in gaps]}))
    if (few := few_samples(question.wanted, claim)) is not None:
        found.append(few)
    return found


def few_samples(wanted: Wanted, claim: Claim) -> Note | None:
    """A percentile on fewer than FEWEST_IN_TAIL samples beyond it: p99 over 200 requests rests on 2 of them."""
    share, samples = claim.reading.percentile, claim.reading.samples
    if wanted.percentile is None or share is None or samples is None:
        return None
    tail = samples * (1 - share)
    if tail >= FEWEST_IN_TAIL - 1e-9:
        return None
    return Note(Reason.FEW_SAMPLES, {"samples": samples, "percentile": share, "in_tail": float(f"{tail:.3g}")})


def remarks_of(wanted: Wanted, claim: Claim) -> list[Note]:
    """What a reader should know beside the verdict; it caps nothing."""
    found = []
    if claim.contradicted:
        found.append(Note(Reason.CONTRADICTED, {"least": claim.told[0], "most": claim.told[1]}))
    if wanted.percentile is not None and claim.reading.percentile is not None and claim.reading.samples is None:
        found.append(Note(Reason.SAMPLES_UNKNOWN))
    if claim.reading.joined > 1:
        found.append(Note(Reason.JOINED_WINDOWS, {"windows": claim.reading.joined}))
    return found


def reason_of(wanted: Wanted, claim: Claim, verdict: Verdict) -> Reason:
    """Of a claim that decides by itself."""
    if verdict is Verdict.NOT_MET:
        return Reason.FAILS
    if verdict is Verdict.WARNING:
        return Reason.PARTS_DIFFER if claim.parts > 1 else Reason.WITHIN_UNCERTAINTY
    if claim.exact:
        return Reason.SHOWN
    other = claim.reading.percentile != wanted.percentile or claim.reading.statistic in ("max", "min")
    return Reason.SHOWN_BY_HIGHER if other and not claim.reading.marks & 3 else Reason.SHOWN_BY_BOUND
