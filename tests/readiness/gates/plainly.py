"""DOMAIN.md's rule of recommendation once more, as a reader would check it by hand; shares nothing with the product's code.

A criterion is (key, kind, verdict, weight, is_key, impossible) with words for words. Unknowns are resolved every way there is.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

Plain = tuple[str, str, str, int, bool, bool]
WORTH = {"met": Fraction(1), "warning": Fraction(1, 2), "not_met": Fraction(0), "waived": Fraction(0)}


def interval(criteria: list[Plain]) -> tuple[Fraction, Fraction]:
    """The least and the greatest score over all ways in which what is unknown or stale may turn out."""
    scored = [(weight, verdict) for _, kind, verdict, weight, _, _ in criteria if kind == "should_meet"]
    scored = [one for one in scored if one[1] != "not_applicable"]
    if not scored:
        return Fraction(1), Fraction(1)
    open_ = [one for one in scored if one[1] in ("unknown", "stale")]
    known = sum((weight * WORTH[verdict] for weight, verdict in scored if verdict in WORTH), Fraction(0))
    total = sum(weight for weight, _ in scored)
    ways = [
        (known + sum(weight for (weight, _), turns_out in zip(open_, way, strict=True) if turns_out)) / total
        for way in product((False, True), repeat=len(open_))
    ]
    return min(ways), max(ways)


def recommended(
    criteria: list[Plain], passing: Fraction, warning: Fraction, *, last_gate: bool, dependency: bool, conditions: bool
) -> tuple[str, int]:
    """(outcome, number of the rule that hit first)."""
    low, high = interval(criteria)
    blocking = [one for one in criteria if one[1] in ("must_meet", "readiness") or (one[1] == "should_meet" and one[4])]
    verdicts = [one[2] for one in blocking]
    if any(one[5] for one in blocking):
        outcome, rule = "kill", 1
    elif "not_met" in verdicts or high < warning:
        outcome, rule = "recycle", 2
    elif "unknown" in verdicts or "stale" in verdicts or low < warning <= high or dependency:
        outcome, rule = "hold", 3
    elif low < passing or "warning" in verdicts or "waived" in verdicts:
        outcome, rule = ("hold" if last_gate else "conditional_go"), 4
    else:
        outcome, rule = "go", 5
    if conditions and outcome in ("go", "conditional_go"):
        outcome = "hold"
    return outcome, rule
