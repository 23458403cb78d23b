"""Whether venues were really compared for a function: at least two, at least one of them not public cloud, or a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portfolio.initiatives.choices import Venue
from readiness.workloads.choices import OptionState


class Finding(StrEnum):
    """Why the verdict is what it is."""

    COMPARED = "compared"
    REASONED = "reasoned"
    NOT_NEEDED = "not_needed"
    NOTHING = "nothing"
    ONE = "one"
    ONLY_PUBLIC_CLOUD = "only_public_cloud"
    VENUE_UNKNOWN = "venue_unknown"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict of one function with what it stands on; `options` counts all, rejected ones too: they were compared."""

    verdict: Verdict
    finding: Finding
    options: int
    chosen: bool


_VERDICTS = {
    Finding.COMPARED: Verdict.MET,
    Finding.REASONED: Verdict.MET,
    Finding.NOT_NEEDED: Verdict.NOT_APPLICABLE,
    Finding.NOTHING: Verdict.UNKNOWN,
    Finding.VENUE_UNKNOWN: Verdict.UNKNOWN,
    Finding.ONE: Verdict.NOT_MET,
    Finding.ONLY_PUBLIC_CLOUD: Verdict.NOT_MET,
}


def comparison(options: Sequence[tuple[str, str]], *, reason: str = "", not_applicable: bool = False) -> Compared:
    """`options` are (Venue, OptionState) of one function; `reason` is why fewer, or only public cloud, are enough.

    An option whose venue nobody knows counts as one, but not as one beside the public cloud. No option and no reason is
    unknown: nobody has looked yet. A written reason meets the rule; the finding keeps it apart from a comparison.
    """
    finding = _finding([venue for venue, _state in options], bool(reason.strip()), not_applicable)
    chosen = any(state == OptionState.CHOSEN for _venue, state in options)
    return Compared(_VERDICTS[finding], finding, len(options), chosen)


def _finding(venues: list[str], reasoned: bool, not_applicable: bool) -> Finding:
    if not_applicable:
        return Finding.NOT_NEEDED
    beside = [venue for venue in venues if venue not in (Venue.PUBLIC_CLOUD, Venue.UNKNOWN)]
    if len(venues) > 1 and beside:
        return Finding.COMPARED
    if reasoned:
        return Finding.REASONED
    if not venues:
        return Finding.NOTHING
    if len(venues) == 1:
        return Finding.ONE
    return Finding.VENUE_UNKNOWN if Venue.UNKNOWN in venues else Finding.ONLY_PUBLIC_CLOUD


def quota_gap(requested: float | None, granted: float | None) -> float | None:
    """What the provider has not granted of what was asked; None where one of the two is not known."""
    return None if requested is None or granted is None else max(0.0, requested - granted)
