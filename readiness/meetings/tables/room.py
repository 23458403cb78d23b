"""What the room shows: the item on the table, its clock, who is there, who voted and, when it is time, what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portfolio.initiatives.tables.risk import BANDS, brief, horizon, place, sentence
from readiness.gates.choices import Ballot, ReviewState
from readiness.gates.rules.voting.panel import Filled
from readiness.gates.tables import criteria as criteria_tables
from readiness.gates.tables import panel as panel_tables
from readiness.gates.tables import recommendation as recommendation_tables
from readiness.gates.tables.words import BALLOTS, OUTCOMES, function_words, outcome, sign
from readiness.meetings.models import AgendaItem
from readiness.meetings.queries.room import Room, Table
from readiness.meetings.rules.clock import clock

Row = dict[str, Any]
BLOCKING = ("readiness", "must_meet")
SHOWN = 8


def clock_row(item: AgendaItem, now: datetime) -> Row | None:
    """The time that is left; None for an item that is not running."""
    if item.started_at is None or item.ended_at is not None:
        return None
    told = clock(item.started_at, item.minutes, now)
    return {"text": told.text, "over": bool(told.over), "ends": told.ends.isoformat(), "planned": item.minutes}


def criteria_rows(table: Table) -> Row:
    """A summary, and the criteria that stand in the way: blocking ones first."""
    rows = table.content.get("criteria", [])
    open_rows = [row for row in rows if row["verdict"] not in ("met", "not_applicable") and row["kind"] != "info"]
    open_rows.sort(key=lambda row: (not _blocks(row), criteria_tables.ORDER.index(row["verdict"])))
    return {
        "summary": criteria_tables.summary(rows) if rows else _("The criteria have not been judged yet"),
        "chips": criteria_tables.chips([row for row in rows if row["kind"] != "info"]),
        "open": [{"text": row["text"], "verdict": row["verdict"], "blocks": _blocks(row)} for row in open_rows[:SHOWN]],
        "more": max(0, len(open_rows) - SHOWN),
        "at": table.evaluated_at,
    }


def _blocks(row: Row) -> bool:
    return bool(row["kind"] in BLOCKING or row["is_key"])


def recommendation_row(table: Table) -> Row | None:
    given = table.content.get("recommendation")
    if given is None:
        return None
    return {"outcome": outcome(given["outcome"]), "says": recommendation_tables.headline(given)}


def risk_row(table: Table) -> Row | None:
    """The figure in one line; None where there is none."""
    figure = table.risk
    if figure is None:
        return None
    word, icon = BANDS[place(figure)]
    return {"brief": brief(figure), "says": sentence(figure), "within": horizon(figure), "band": word, "icon": icon}


def vote_rows(table: Table, *, shown: bool, now: datetime) -> Row:
    """Each seat: who votes on it, whether they are there and have voted; what they said only when it is `shown`."""
    there = table.panel.present(now)
    seats = [_seat(one, table, there, shown=shown) for one in table.panel.filled]
    voting = [one for one in seats if not one["out"]]
    counts = [{"ballot": sign(BALLOTS, one.value), "count": table.tally.counts.get(one, 0)} for one in Ballot]
    told = table.tally.outcome
    return {
        "seats": seats,
        "shown": shown,
        "voted": sum(1 for one in voting if one["voted"]),
        "of": len(voting),
        "counts": [one for one in counts if one["count"]] if shown else [],
        "outcome": sign(OUTCOMES, told) if shown and told and table.complete else None,
        "how": str(panel_tables.HOW[table.tally.how]),
        "quorum": panel_tables.quorum(table.tally.quorum, table.review.mode),
    }


def _seat(one: Filled, table: Table, there: frozenset[int], *, shown: bool) -> Row:
    vote = table.panel.votes.get(one.seat.person)
    delegate = one.person is not None and one.person != one.seat.person
    return {
        "name": table.names.get(one.seat.person, ""),
        "delegate": table.names.get(one.person or 0, "") if delegate else "",
        "functions": function_words([function.value for function in one.seat.functions]),
        "chair": one.seat.chair,
        "out": not one.eligible,
        "there": one.person in there,
        "voted": vote is not None,
        "ballot": sign(BALLOTS, vote.ballot) if vote is not None and shown else None,
        "rationale": vote.rationale if vote is not None and shown else "",
    }


def decision_row(table: Table) -> Row | None:
    """What was decided; None before."""
    decided = table.decision
    if decided is None:
        return None
    return {
        "outcome": outcome(decided.outcome),
        "by": str(decided.by),
        "at": decided.at,
        "reason": decided.reason,
        "hash": decided.hash[:12],
    }


def votes_shown(room: Room, item: AgendaItem) -> bool:
    """Once the chair shows them, or nobody's vote is awaited."""
    return room.table is not None and (item.votes_shown or room.table.complete)


def attendance_rows(room: Room) -> Row:
    """Who is there, and who of the invited is not."""
    present = {one.person_id for one in room.present}
    return {
        "present": [{"pk": one.person_id, "name": str(one.person)} for one in room.present],
        "absent": [{"pk": one.person_id, "name": str(one.person)} for one in room.invited if one.person_id not in present],
    }


def waits_for(table: Table) -> str:
    """What the review waits for, in words."""
    state = table.review.state
    if state == ReviewState.PROPOSED:
        return _("Voted; a gatekeeper decides")
    if state == ReviewState.IN_REVIEW and not table.tally.quorum.met:
        return _("No quorum yet")
    return _("Votes are being cast") if state == ReviewState.IN_REVIEW else ""


def keys(names: Iterable[Any]) -> str:
    """A part of a page that is swapped where this changes."""
    return "-".join(str(one) for one in names)
