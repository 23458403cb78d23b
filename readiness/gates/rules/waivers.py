"""Waivers: proposed -> under review -> approved | rejected -> active -> expired | revoked, folded from their event rows.

That one comes into force and that it expires follows from the time, so nobody's being late keeps a waiver alive. The requester
never approves; extending goes back to review, and an expired one is not active until that is through. Nothing is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from readiness.gates.choices import WaiverState, WaiverStep
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.templates.template import Criterion, Waivers

_State, _Step = WaiverState, WaiverStep


class Code(StrEnum):
    NOT_FROM_HERE = "not_from_here"
    OWN_REQUEST = "own_request"  # the two-person rule
    OWN_INITIATIVE = "own_initiative"
    NOT_WAIVABLE = "not_waivable"
    REASON_MISSING = "reason_missing"
    MEASURE_MISSING = "measure_missing"
    EXPIRY_MISSING = "expiry_missing"
    EXPIRY_IN_THE_PAST = "expiry_in_the_past"
    EXPIRY_NOT_LATER = "expiry_not_later"
    TOO_LONG = "too_long"
    NOT_BEFORE_EXPIRY = "not_before_expiry"  # it would begin when it has ended


@dataclass(frozen=True, slots=True)
class Event:
    """One row. `expires_at`, `begins_at`, `reason` and `measure` are set where the step proposes or extends."""

    id: int
    step: WaiverStep
    by: int
    at: datetime
    reason: str = ""
    measure: str = ""
    expires_at: datetime | None = None
    begins_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver as its events make it at a moment. `asked_by`: everyone who proposed or extended; none of them may approve.

    `extension`: an expiry that is asked for and not decided.
    """

    state: WaiverState
    asked_by: frozenset[int]
    reason: str
    measure: str
    begins_at: datetime | None
    expires_at: datetime
    approved_by: int | None = None
    extension: datetime | None = None

    @property
    def in_force(self) -> bool:
        return self.state is WaiverState.ACTIVE


class BrokenWaiver(ValueError):
    """The event rows do not follow from each other; look at the named one."""


# step -> states that it is possible in
STEPS: Mapping[WaiverStep, frozenset[WaiverState]] = {
    _Step.REVIEW: frozenset({_State.PROPOSED}),
    _Step.APPROVE: frozenset({_State.UNDER_REVIEW}),
    _Step.REJECT: frozenset({_State.PROPOSED, _State.UNDER_REVIEW}),
    _Step.EXTEND: frozenset({_State.APPROVED, _State.ACTIVE, _State.EXPIRED}),
    _Step.REVOKE: frozenset({_State.APPROVED, _State.ACTIVE}),
}


def fold(events: Iterable[Event], now: datetime) -> Waiver:
    """The waiver that these rows, at least one, make at `now`; rows of later than that do not count yet. Raises BrokenWaiver."""
    rows = sorted((one for one in events if one.at <= now), key=lambda one: (one.at, one.id))
    if not rows or rows[0].step is not _Step.PROPOSE or rows[0].expires_at is None:
        raise BrokenWaiver("A waiver begins with a proposal that has an expiry.")
    first = rows[0]
    waiver = Waiver(
        _State.PROPOSED, frozenset({first.by}), first.reason, first.measure, first.begins_at, rows[0].expires_at
    )  # fmt: skip
    for one in rows[1:]:
        waiver = _after(_in_time(waiver, one.at), one)
    return _in_time(waiver, now)


def deciding(waiver: Waiver) -> bool:
    """Whether somebody's approval or rejection is awaited: under review, or active with an extension asked for."""
    return waiver.state is _State.UNDER_REVIEW or waiver.extension is not None


def faults(step: WaiverStep, waiver: Waiver, *, by: int, recused: Iterable[int] = ()) -> list[Fault]:
    """Why the step cannot be taken now by this person; [] if it can. `recused` are the initiative's owner and sponsor."""
    found = []
    decides = step in (_Step.APPROVE, _Step.REJECT)
    possible = waiver.state in STEPS.get(step, frozenset()) or (decides and deciding(waiver))
    if not possible or (step is _Step.EXTEND and waiver.extension is not None):
        found.append(Fault(Code.NOT_FROM_HERE, {"state": waiver.state.value}))
    if step is _Step.APPROVE and by in waiver.asked_by:
        found.append(Fault(Code.OWN_REQUEST))
    if step is _Step.APPROVE and by in set(recused):
        found.append(Fault(Code.OWN_INITIATIVE))
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proposal or an extension asks for."""

    reason: str
    measure: str
    expires_at: datetime | None
    begins_at: datetime | None = None


def asked_faults(
    asked: Asked, criterion: Criterion, rule: Waivers, now: datetime, *, standing: Waiver | None = None
) -> list[Fault]:  # fmt: skip
    """Why it cannot be asked for; [] if it can. `standing` is the waiver that is to be extended."""
    found = [] if criterion.waivable else [Fault(Code.NOT_WAIVABLE, {"criterion": criterion.key})]
    if not asked.reason.strip():
        found.append(Fault(Code.REASON_MISSING))
    if not asked.measure.strip():
        found.append(Fault(Code.MEASURE_MISSING))
    return found + list(_expiry(asked, rule, now, standing))


def _expiry(asked: Asked, rule: Waivers, now: datetime, standing: Waiver | None) -> Iterator[Fault]:
    begins = max(now, asked.begins_at or now)
    if asked.expires_at is None:
        yield Fault(Code.EXPIRY_MISSING)
    elif asked.expires_at <= now:
        yield Fault(Code.EXPIRY_IN_THE_PAST)
    elif asked.expires_at <= begins:
        yield Fault(Code.NOT_BEFORE_EXPIRY)
    elif standing is not None and asked.expires_at <= standing.expires_at:
        yield Fault(Code.EXPIRY_NOT_LATER, {"expires_at": standing.expires_at.isoformat()})
    elif asked.expires_at - begins > timedelta(days=rule.most_days):
        yield Fault(Code.TOO_LONG, {"days": rule.most_days})


def _after(waiver: Waiver, event: Event) -> Waiver:
    """What one more row makes of it. What a service refused cannot be among the rows, so here it is a broken record."""
    if faults(event.step, waiver, by=event.by):
        raise BrokenWaiver(f"Event {event.id} ({event.step}) cannot follow on a waiver that is {waiver.state}.")
    if event.step is _Step.EXTEND:
        return _extended(waiver, event)
    if event.step is _Step.REVIEW:
        return replace(waiver, state=_State.UNDER_REVIEW)
    if event.step is _Step.REVOKE:
        return replace(waiver, state=_State.REVOKED, extension=None)
    if event.step is _Step.APPROVE:
        expires = waiver.extension or waiver.expires_at
        return replace(waiver, state=_State.APPROVED, expires_at=expires, approved_by=event.by, extension=None)
    if waiver.extension is None:
        return replace(waiver, state=_State.REJECTED)
    ended = waiver.state is _State.UNDER_REVIEW  # of an expired one there is nothing left to fall back on
    return replace(waiver, state=_State.EXPIRED if ended else waiver.state, extension=None)


def _extended(waiver: Waiver, event: Event) -> Waiver:
    """Back to review: one that still runs keeps running until its old end, an expired one waits."""
    if event.expires_at is None:
        raise BrokenWaiver(f"Event {event.id} extends without an expiry.")
    state = _State.UNDER_REVIEW if waiver.state is _State.EXPIRED else waiver.state
    return replace(
        waiver, state=state, asked_by=waiver.asked_by | {event.by}, extension=event.expires_at,
        reason=event.reason or waiver.reason, measure=event.measure or waiver.measure,
    )  # fmt: skip


def _in_time(waiver: Waiver, now: datetime) -> Waiver:
    """Approved turns active at its beginning and expired at its end; expired with an extension asked for is under review."""
    if waiver.state not in (_State.APPROVED, _State.ACTIVE):
        return waiver
    if now >= waiver.expires_at:
        return replace(waiver, state=_State.EXPIRED if waiver.extension is None else _State.UNDER_REVIEW)
    if waiver.begins_at is None or now >= waiver.begins_at:
        return replace(waiver, state=_State.ACTIVE)
    return waiver
