"""What minutes are written from: who was there, what was recommended, voted, decided and agreed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from readiness.gates.choices import OUTCOME_LABELS, Ballot, Outcome
from readiness.gates.models import Condition, Decision, Vote
from readiness.meetings.models import Action, AgendaItem, Meeting
from readiness.meetings.queries.meetings import agenda_items
from readiness.meetings.rules import minutes as rules

BALLOT_WORDS = {
    Ballot.GO: "Go", Ballot.CONDITIONAL: "Conditional Go", Ballot.HOLD: "Hold", Ballot.RECYCLE: "Recycle", Ballot.KILL: "Kill",
    Ballot.ABSTAIN: "abstained", Ballot.RECUSE: "recused",
}  # fmt: skip


def facts_of_minutes(meeting: Meeting, *, ended: datetime) -> rules.Minutes:
    """Of a meeting that began; a constant number of statements."""
    assert meeting.started_at is not None
    items = list(agenda_items(meeting))
    decided, votes = _decisions(items, meeting.started_at), _votes(items, meeting.started_at)
    actions: dict[int | None, list[rules.Agreed]] = defaultdict(list)
    for action in Action.objects.filter(meeting=meeting).select_related("owner").order_by("pk"):
        actions[action.item_id].append(rules.Agreed(action.text, str(action.owner), action.due))
    present = _present(meeting)
    invited = meeting.invitees.select_related("person").order_by("person__name", "pk")
    return rules.Minutes(
        title=meeting.title, unit=meeting.unit.name, number=meeting.pk, started=meeting.started_at, ended=ended,
        chair=str(meeting.chair or ""), place=meeting.place,
        present=tuple(present.values()),
        absent=tuple(str(one.person) for one in invited if one.person_id not in present),
        items=tuple(_item(item, decided.get(item.review_id), votes[item.review_id], actions[item.pk]) for item in items),
        notes=meeting.notes, actions=tuple(actions[None]),
    )  # fmt: skip


def decisions_of(items: list[AgendaItem], since: datetime) -> dict[int, Decision]:
    """{review: the decision in effect that was taken since then}, with its conditions."""
    owners = Prefetch("conditions", Condition.objects.select_related("owner").order_by("due", "pk"))
    rows = Decision.objects.filter(review__in=[item.review_id for item in items], superseded_by=None, at__gte=since)
    return {row.review_id: row for row in rows.select_related("by").prefetch_related(owners).order_by("pk")}


def _decisions(items: list[AgendaItem], since: datetime) -> dict[int, rules.Decided]:
    return {
        review: rules.Decided(
            OUTCOME_LABELS[Outcome(row.outcome)], str(row.by), row.at, row.hash, row.reason,
            tuple(rules.Agreed(one.text, str(one.owner), one.due) for one in row.conditions.all()),
        )
        for review, row in decisions_of(items, since).items()
    }  # fmt: skip


def _votes(items: list[AgendaItem], since: datetime) -> dict[int, list[tuple[str, str]]]:
    """The votes in effect that were cast since then, one a seat."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Vote.objects.filter(review__in=[item.review_id for item in items], superseded_by=None, at__gte=since)
    for row in rows.select_related("seat", "by").order_by("pk"):
        name = str(row.seat) if row.by_id == row.seat_id else f"{row.by} for {row.seat}"
        found[row.review_id].append((name, BALLOT_WORDS[Ballot(row.ballot)]))
    return found


def _present(meeting: Meeting) -> dict[int, rules.Presence]:
    spans: dict[int, list[Any]] = defaultdict(list)
    names: dict[int, str] = {}
    for row in meeting.attendance.select_related("person").order_by("arrived_at", "pk"):
        spans[row.person_id].append((row.arrived_at, row.left_at))
        names[row.person_id] = str(row.person)
    return {person: rules.Presence(names[person], tuple(spans[person])) for person in names}


def _item(
    item: AgendaItem, decided: rules.Decided | None, votes: list[tuple[str, str]], actions: list[rules.Agreed]
) -> rules.Item:  # fmt: skip
    review = item.review
    advised = OUTCOME_LABELS[Outcome(review.recommended)] if review.recommended and item.started_at else ""
    return rules.Item(
        subject=f"{review.initiative.key} {review.initiative.name}", gate=review.gate_name, minutes=item.minutes,
        started=item.started_at, ended=item.ended_at, recommended=advised, votes=tuple(votes), decided=decided,
        notes=item.notes, actions=tuple(actions),
    )  # fmt: skip
