"""A judgement as its row keeps it, with everything that it stands on; and when another row is worth keeping."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from readiness.evidence.rules.verdicts.claims import Claim
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.headroom import stored
from readiness.evidence.rules.verdicts.judge import Judgement
from readiness.evidence.rules.verdicts.outcome import Barred, Proof
from readiness.evidence.rules.verdicts.reasons import RULES_VERSION
from readiness.evidence.rules.verdicts.wanted import Wanted

MOST_OTHERS = 40
# A service that is looked at every quarter of an hour does not give a row each time: only another answer does, headroom that
# moves, or the same answer on evidence that is a tenth of what it may be old newer, and at most one a day.
SAME_FOR = timedelta(days=1)
SHARE_OF_AGE = 0.1
MOVED = 0.05
Row = Mapping[str, Any]


def columns(told: Judgement) -> dict[str, Any]:
    """What RequirementVerdict keeps of it, but for whose it is."""
    ranged = told.range
    made: dict[str, Any] = {
        "verdict": told.verdict.value, "reason": told.reason.value, "wanted": told.wanted.plain(),
        "headroom": told.headroom, "headroom_low": stored(ranged.low) if ranged else None,
        "headroom_high": stored(ranged.high) if ranged else None,
        "evidence": _decided(told.wanted, told.winner) if told.winner else None,
        "others": [_barred(told.wanted, one) for one in told.others[:MOST_OTHERS]], "capacity": told.reach,
        "missing": list(told.missing), "observed_at": told.observed_at, "rules_version": RULES_VERSION,
    }  # fmt: skip
    return made | {"digest": _digest(made)}


def says_something_new(before: Row, after: Row) -> bool:
    """Whether it is worth a row of its own: another answer for another reason, or the same one on much newer evidence."""
    if before["digest"] == after["digest"]:
        return False
    if _core(before) != _core(after) or _moved(before["headroom"], after["headroom"]):
        return True
    first, second = before["observed_at"], after["observed_at"]
    if first is None or second is None:
        return first is not second
    may_be_old = timedelta(days=after["wanted"]["max_age_days"])
    return bool(abs(second - first) >= min(SAME_FOR, SHARE_OF_AGE * may_be_old))


def turned(before: tuple[str, float | None] | None, after: Judgement) -> bool:
    """Whether verdict or sign of the headroom is another than (verdict, headroom) before; the first one always."""
    if before is None:
        return True
    verdict, headroom = before
    return verdict != after.verdict.value or _holds(headroom) != _holds(after.headroom)


def _holds(headroom: float | None) -> bool:
    return headroom is None or headroom >= 0


def _core(row: Row) -> tuple[Any, ...]:
    """All but the measured figures and which of several runs of one setup gave them."""
    evidence = row["evidence"] or {}
    place = {name: evidence.get(name) for name in ("kind", "tool", "source_id", "environment", "verdict")}
    place["notes"] = sorted({str(note["code"]) for note in evidence.get("notes", ())})
    return (
        row["verdict"], row["reason"], row["wanted"], row["rules_version"], _plain(place), _plain(row["capacity"]),
        _plain(row["missing"]), sorted({str(one["why"]["code"]) for one in row["others"]}),
    )  # fmt: skip


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > MOVED or (before >= 0) != (after >= 0)


def _decided(wanted: Wanted, proof: Proof) -> dict[str, Any]:
    reading = proof.claim.reading
    return _piece(wanted, proof.evidence, proof.claim) | {
        "verdict": proof.verdict.value, "series_id": reading.series, "metric": reading.metric, "statistic": reading.statistic,
        "percentile": reading.percentile, "marks": reading.marks, "samples": reading.samples, "length_s": proof.length_s,
        "environment": {name: value for name, value in proof.evidence.environment.items() if name != "extra"},
        "load": dict(proof.evidence.load), "grade": proof.grade.name.lower(), "gaps": [one.plain() for one in proof.gaps],
        "notes": [one.plain() for one in proof.notes],
    }  # fmt: skip


def _barred(wanted: Wanted, one: Barred) -> dict[str, Any]:
    return _piece(wanted, one.evidence, one.claim) | {"why": one.why.plain()}


def _piece(wanted: Wanted, evidence: Evidence, claim: Claim | None) -> dict[str, Any]:
    at = claim.reading.at if claim else evidence.at
    value = (claim.low if wanted.more_is_better else claim.high) if claim else None
    return {
        "run_id": evidence.run, "source_id": evidence.source, "kind": evidence.kind.value, "tool": evidence.tool,
        "name": evidence.name, "at": at.isoformat(), "value": None if value is None else stored(value),
    }  # fmt: skip


def _digest(made: Row) -> str:
    return hashlib.sha256(_plain(made).encode()).hexdigest()


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_text)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
