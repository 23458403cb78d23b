"""What was answered at intake, by a stream of its own. Pure.

Two answers go with abandonment, about as strongly as in the federal registers (odds 2.3 and 1.8), so that a large demo shows what
a portfolio looks like in which drivers are borne out; a small one does not have the outcomes to tell.
"""

from __future__ import annotations

from random import Random

from portfolio.initiatives.services.demo.history import Fate

_ABANDONED = (Fate.STOPPED, Fate.DRIFTED, Fate.LOST)
# question -> share of "no" among what was abandoned, and among the rest
_NO = {"infra_provisioned": (0.58, 0.375), "existing_reuse": (0.52, 0.375), "ato": (0.3, 0.3)}
_WAITS = ("Less than 6 months", "6-12 months", "More than 12 months")


def intake(rng: Random, fate: Fate) -> dict[str, dict[str, str]]:
    """{question: {value, raw}}; one in eight was never asked, and one answer in nine is unknown."""
    if rng.random() < 0.125:
        return {}
    lost = fate in _ABANDONED
    found = {question: _word(rng, no[0 if lost else 1]) for question, no in _NO.items()}
    wait = rng.choices(_WAITS, (60, 28, 12))[0]
    found["dev_tools_wait"] = "unknown" if rng.random() < 0.11 else wait.casefold()
    return {question: {"value": word, "raw": "" if word == "unknown" else word} for question, word in found.items()}


def _word(rng: Random, no: float) -> str:
    if rng.random() < 0.11:
        return "unknown"
    return "no" if rng.random() < no else rng.choices(("yes", "partly"), (80, 20))[0]
