"""Waivers of the demo: in force, expired, turned down, and waiting for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from readiness.gates.choices import WaiverStep
from readiness.gates.rules import canonical, waivers
from readiness.gates.rules.criteria.judge import WaiverInForce
from readiness.gates.rules.record.snapshot import Waived
from readiness.gates.rules.templates.template import Criterion
from readiness.gates.rules.waivers import Event
from readiness.gates.services.demo.house import House, Story
from readiness.gates.services.demo.tables import STEP, WAIVER, Rows

DAY = timedelta(days=1)
_REASON = "The measurement needs the pilot's users, who come only with the pilot."
_MEASURE = "Capped at two hundred users, watched daily, switched off by a rule."


def waive(
    house: House, story: Story, gate: str, criterion: Criterion, steps: Sequence[WaiverStep], asked: datetime, until: datetime,
    rows: Rows,
) -> tuple[WaiverInForce, Waived] | None:  # fmt: skip
    """A waiver with these steps, a day apart; what it is to a decision where it is in force then, else None."""
    pk, approver = rows.new_id(WAIVER), _approver(house, story)
    if approver is None:
        return None
    events = [_event(rows.new_id(STEP), step, house, approver, asked + place * DAY, until) for place, step in enumerate(steps)]
    now = waivers.fold(events, house.now)
    rows.add(
        WAIVER, pk, story.pk, gate, criterion.key, criterion.text, now.state, now.begins_at, now.expires_at, asked
    )  # fmt: skip
    for one in events:
        note = "The measure holds until then." if one.step is WaiverStep.APPROVE else ""
        note = "Measure it instead; there is time." if one.step is WaiverStep.REJECT else note
        rows.add(STEP, one.id, pk, one.step, one.by, one.at, one.reason, one.measure, one.begins_at, one.expires_at, note)
    if not now.in_force:
        return None
    digest = canonical.digest(canonical.plain(events))
    told = Waived(pk, criterion.key, now.reason, now.measure, now.expires_at, now.asked_by, now.approved_by, digest)
    return WaiverInForce(pk, criterion.key, now.expires_at), told


def _event(pk: int, step: WaiverStep, house: House, approver: int, at: datetime, until: datetime) -> Event:
    if step is WaiverStep.PROPOSE:
        return Event(pk, step, house.architects[0], at, _REASON, _MEASURE, until)
    return Event(pk, step, approver, at)


def _approver(house: House, story: Story) -> int | None:
    """A gatekeeper who neither asks for it nor owns the initiative."""
    out = {house.architects[0], *story.recused}
    return next((one.person for one in house.sitting(story) if one.person not in out), None)
