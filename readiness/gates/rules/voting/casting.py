"""Whether a vote may be cast now, by this person, with this word; and the window of a vote in writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from readiness.gates.choices import Ballot, Mode, ReviewState
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.panel import Filled, Standing, seat_of

_NEEDS_NO_WORDS = frozenset({Ballot.GO, Ballot.ABSTAIN})
MOST_HOURS = 60 * 24


class Code(StrEnum):
    NOT_IN_REVIEW = "not_in_review"
    NO_SEAT = "no_seat"
    RECUSED = "recused"
    NOT_PRESENT = "not_present"
    WINDOW_NOT_OPEN = "window_not_open"
    WINDOW_OVER = "window_over"
    NOT_OFFERED = "not_offered"  # Conditional at the last gate before production
    RATIONALE_MISSING = "rationale_missing"
    DELEGATE_RECUSES = "delegate_recuses"  # whoever stands for another asks them to end it: the seat is not theirs to empty
    SUPERSEDES_OTHER = "supersedes_other"  # not the vote of this seat that is in effect: somebody voted meanwhile
    WRITTEN_NOT_ALLOWED = "written_not_allowed"
    WINDOW_TOO_SHORT = "window_too_short"
    WINDOW_TOO_LONG = "window_too_long"
    WINDOW_IN_THE_PAST = "window_in_the_past"


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` until before `closes`."""

    opens: datetime
    closes: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens <= at < self.closes

    def is_over(self, at: datetime) -> bool:
        return at >= self.closes


@dataclass(frozen=True, slots=True)
class Booth:
    """Where votes are cast: the review as it is now. `window` is set for a vote in writing, `present` in a meeting."""

    state: ReviewState
    mode: Mode
    filled: tuple[Filled, ...]
    votes: Mapping[int, Cast]
    last_gate: bool
    present: frozenset[int] = frozenset()
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A vote that somebody wants to cast. `supersedes`: the vote of the seat that they saw, None where they saw none."""

    by: int
    ballot: Ballot
    rationale: str = ""
    supersedes: int | None = None


def faults(wanted: Wanted, booth: Booth, now: datetime) -> list[Fault]:
    """Why the vote cannot be cast; [] if it can."""
    if booth.state is not ReviewState.IN_REVIEW:
        return [Fault(Code.NOT_IN_REVIEW, {"state": booth.state.value})]
    seat = seat_of(booth.filled, wanted.by)
    if seat is None:
        return [_seatless(wanted.by, booth.filled)]
    return [*_when(wanted.by, booth, now), *_what(wanted, seat, booth)]


def _seatless(person: int, filled: Iterable[Filled]) -> Fault:
    out = [one for one in filled if one.seat.person == person and not one.eligible]
    return Fault(Code.RECUSED, {"standing": out[0].standing.value}) if out else Fault(Code.NO_SEAT)


def _when(person: int, booth: Booth, now: datetime) -> Iterator[Fault]:
    if booth.mode is Mode.MEETING:
        if person not in booth.present:
            yield Fault(Code.NOT_PRESENT)
    elif booth.window is None or now < booth.window.opens:
        yield Fault(Code.WINDOW_NOT_OPEN)
    elif booth.window.is_over(now):
        yield Fault(Code.WINDOW_OVER, {"closed_at": booth.window.closes.isoformat()})


def _what(wanted: Wanted, seat: Filled, booth: Booth) -> Iterator[Fault]:
    if wanted.ballot is Ballot.CONDITIONAL and booth.last_gate:
        yield Fault(Code.NOT_OFFERED, {"ballot": wanted.ballot.value})
    if wanted.ballot not in _NEEDS_NO_WORDS and not wanted.rationale.strip():
        yield Fault(Code.RATIONALE_MISSING, {"ballot": wanted.ballot.value})
    if wanted.ballot is Ballot.RECUSE and seat.standing is Standing.DELEGATE:
        yield Fault(Code.DELEGATE_RECUSES, {"holder": seat.seat.person})
    current = booth.votes.get(seat.seat.person)
    if wanted.supersedes != (current.id if current else None):
        yield Fault(Code.SUPERSEDES_OTHER, {"current": current.id if current else None})


def window_faults(voting: Voting, window: Window, now: datetime) -> list[Fault]:
    """Why a vote cannot be held in writing over this window; [] if it can."""
    if not voting.written.allowed:
        return [Fault(Code.WRITTEN_NOT_ALLOWED)]
    length = window.closes - window.opens
    found = []
    if window.closes <= now:
        found.append(Fault(Code.WINDOW_IN_THE_PAST))
    if length < timedelta(hours=voting.written.hours):
        found.append(Fault(Code.WINDOW_TOO_SHORT, {"hours": voting.written.hours}))
    if length > timedelta(hours=MOST_HOURS):
        found.append(Fault(Code.WINDOW_TOO_LONG, {"hours": MOST_HOURS}))
    return found
