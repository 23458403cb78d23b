"""How far the place of a piece of evidence is from the one that is wanted, each fact by name.

A place that is as hard or harder decides both ways. An easier one (a PoC, users or data that are not real) decides one way: what
fails there fails. Other hardware proves nothing. What nobody says is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.declared import Stage
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.reasons import Grade
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Wanted

ENOUGH = 0.95  # of a load, a window or a coverage: a run's ramp and a tool's rounding take a little of each
LIVE = frozenset({Stage.PRODUCTION.value, Stage.PILOT.value})


class Fact(StrEnum):
    STAGE = "stage"
    DATA = "data"
    USERS = "users"
    VENUE = "venue"
    ACCELERATOR = "accelerator"
    ACCELERATORS = "accelerators"
    RATE = "rate"
    CONCURRENCY = "concurrency"
    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"


_SOFT = frozenset({Fact.STAGE, Fact.DATA, Fact.USERS})


class Gap(NamedTuple):
    """A fact that does not fit; `found` None: nobody says what it is."""

    fact: Fact
    wanted: Any
    found: Any = None

    def plain(self) -> dict[str, Any]:
        return {"fact": self.fact.value, "wanted": self.wanted, "found": self.found}


def gaps(wanted: Wanted, evidence: Evidence, catalogue: Catalogue) -> list[Gap]:
    """Where the place differs from the wanted one. Whose data and users there are matters only where requests are served."""
    asked, there = wanted.environment, evidence.place
    found = [] if wanted.metric in OF_THE_PLACE else _served(wanted, evidence)
    if (venue := asked.get("venue") or "") not in ("", "unknown") and there.get("venue") != venue:
        found.append(Gap(Fact.VENUE, venue, there.get("venue")))
    if accelerator := asked.get("accelerator"):
        written = str(there.get("accelerator") or "")
        if not written or not catalogue.same(accelerator, written):
            found.append(Gap(Fact.ACCELERATOR, accelerator, written or None))
    count = there.get("accelerators")
    if (least := asked.get("min_accelerators")) and (count is None or count < least):
        found.append(Gap(Fact.ACCELERATORS, least, count))
    return found


def grade(found: Sequence[Gap]) -> Grade:
    if any(one.fact not in _SOFT for one in found):
        return Grade.ELSEWHERE
    return Grade.EASIER if found else Grade.FULL


def _served(wanted: Wanted, evidence: Evidence) -> list[Gap]:
    there, found = evidence.place, []
    stage = there.get("stage")
    live = stage in LIVE and evidence.kind is EvidenceKind.TELEMETRY  # who declares so says whose requests they are
    asked = [(Fact.DATA, "data", "data_real"), (Fact.USERS, "users", "users_real")]
    for fact, name, told in asked:
        is_real = there.get(told, True if live else None)
        if wanted.environment.get(name) == "real" and is_real is not True:
            found.append(Gap(fact, "real", None if is_real is None else "not real"))
    if stage == Stage.POC.value and any(wanted.environment.get(name) == "real" for _, name, _ in asked):
        found.append(Gap(Fact.STAGE, Stage.PRODUCTION.value, stage))
    return found
