"""Reviews as JSON: rows of the queries, and the ground that a decision would stand on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from readiness.gates.choices import ReviewState
from readiness.gates.rules.record.snapshot import Ground, ground_plain
from readiness.gates.rules.reviews import listing
from readiness.gates.rules.voting.ballots import effective

_TOLD = ("criteria", "recommendation", "dependencies", "open_conditions", "tally", "last_gate", "risk")


def review_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """With where it stands for whoever plans."""
    return dict(row) | {"listing": listing(ReviewState(row["state"]), ready=row["ready"]).value}


def review_detail(row: Mapping[str, Any], ground: Ground, *, now: datetime, decision: int | None) -> dict[str, Any]:
    """What was evaluated last gives way to what is judged now."""
    plain = ground_plain(ground)
    return review_row(row) | {name: plain[name] for name in _TOLD} | {
        "recommended": ground.recommendation.outcome.value, "judged_at": now, "seats": seats(ground), "decision_id": decision,
    }  # fmt: skip


def seats(ground: Ground) -> list[dict[str, Any]]:
    """The panel, with the votes in effect."""
    votes, names = effective(ground.casts), ground.people
    return [
        {
            "holder_id": one.seat.person, "holder": names.get(one.seat.person, ""), "functions": sorted(one.seat.functions),
            "chair": one.seat.chair, "standing": one.standing.value, "filled_by_id": one.person,
            "filled_by": names.get(one.person, "") if one.person is not None else None,
            "voted": one.seat.person in votes,
            "vote": _vote(votes[one.seat.person], names) if one.seat.person in votes else None,
        }
        for one in ground.seats
    ]  # fmt: skip


def _vote(cast: Any, names: Mapping[int, str]) -> dict[str, Any]:
    return {"ballot": cast.ballot.value, "by": names.get(cast.by, ""), "at": cast.at, "rationale": cast.rationale}
