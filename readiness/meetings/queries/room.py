"""The room as it is now: cheap to ask whether anything changed, and all that it shows in a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, TextField

from portfolio.accounts.rules import Actor
from readiness.gates.choices import ReviewState
from readiness.gates.models import Decision, Review, Run
from readiness.gates.queries.risk import figure_of
from readiness.gates.queries.seated import Seated, counted, names_of, seated
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting.panel import Filled, seat_of
from readiness.gates.rules.voting.tally import Tally
from readiness.meetings.models import Attendance, Invitee, Meeting
from readiness.meetings.queries.meetings import Line, agenda, in_the_room, invitees

DIGITS = 20


def pulse(actor: Actor, pk: int) -> str | None:
    """A short digest of everything that the room shows, by one statement; None where the meeting is not the actor's to see.

    The database puts it together (migration 0004): to build that statement anew for every follower cost more than to run it.
    """
    beat = Func(F("pk"), function="meetings_pulse", output_field=TextField())
    told: str | None = Meeting.objects.visible_to(actor).filter(pk=pk).order_by().values_list(beat, flat=True).first()
    return told[:DIGITS] if told else None


def seen_reviews(actor: Actor, pk: int) -> frozenset[int]:
    """Of the reviews on a meeting's agenda those that the actor sees."""
    return frozenset(Review.objects.visible_to(actor).filter(agenda_items__meeting=pk).order_by().values_list("pk", flat=True))


@dataclass(frozen=True)
class Table:
    """The review that is on the table: criteria as they were last judged, the panel, and what the votes come to."""

    review: Review
    content: Mapping[str, Any]
    thresholds: Mapping[str, float]
    evaluated_at: datetime | None
    voting: Voting
    panel: Seated
    tally: Tally
    names: Mapping[int, str]
    decision: Decision | None
    last_gate: bool
    risk: Mapping[str, Any] | None

    def seat_of(self, person: int | None) -> Filled | None:
        """The seat that a person may vote on."""
        return seat_of(self.panel.filled, person) if person is not None else None

    @property
    def complete(self) -> bool:
        """Nobody's vote is awaited any more."""
        return self.tally.complete or self.review.state != ReviewState.IN_REVIEW


@dataclass(frozen=True)
class Room:
    """`table` is nothing where no item is begun, or where its initiative is not the reader's to see."""

    meeting: Meeting
    lines: list[Line]
    current: Line | None
    table: Table | None
    present: list[Attendance]
    invited: list[Invitee]

    @property
    def upcoming(self) -> Line | None:
        """What comes after the current item, or first."""
        return next((line for line in self._after() if line.item.ended_at is None), None)

    @property
    def previous(self) -> Line | None:
        """What came before the current item."""
        if self.current is None:
            return None
        before = self.lines[: self.lines.index(self.current)]
        return before[-1] if before else None

    def _after(self) -> list[Line]:
        return self.lines[self.lines.index(self.current) + 1 :] if self.current is not None else self.lines


def room(actor: Actor, meeting: Meeting, *, now: datetime) -> Room:
    """Everything that the room of a visible meeting shows this reader."""
    lines = agenda(actor, meeting)
    current = next((line for line in lines if line.item.pk == meeting.current_id), None)
    table = table_of(current.review, now=now) if current is not None and current.review is not None else None
    return Room(meeting, lines, current, table, list(in_the_room(meeting)), list(invitees(meeting)))


def table_of(review: Review, *, now: datetime) -> Table:
    """A review with its template and its initiative's unit, as it lies on the table."""
    run = Run.objects.filter(review=review).select_related("same_as").order_by("-id").first()
    content = (run.content or (run.same_as.content if run.same_as else None)) if run is not None else None
    template = parsed(review.template)
    gate = template.gate(review.gate)
    voting, panel = template.voting_of(gate), seated(review, now=now)
    thresholds = template.thresholds_of(gate)
    decision = Decision.objects.filter(review=review, round=review.round, superseded_by=None).select_related("by").first()
    return Table(
        review, content or {}, {"passing": thresholds.passing, "warning": thresholds.warning}, run.at if run else None, voting,
        panel, counted(review, voting, panel, now=now), names_of(panel.people), decision, gate.last_before_production,
        figure_of(review.initiative_id),
    )  # fmt: skip
