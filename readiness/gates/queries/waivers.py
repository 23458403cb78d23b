"""Waivers as their events make them now, for whoever judges: nobody's being late keeps one alive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from readiness.gates.choices import WaiverState, WaiverStep
from readiness.gates.models import Waiver, WaiverEvent
from readiness.gates.models.waiver import STANDING
from readiness.gates.rules import waivers as rules
from readiness.gates.rules.criteria.judge import WaiverInForce


@dataclass(frozen=True, slots=True)
class WaiverNow:
    """A waiver that stands, with its events in order. `now` is what they fold to."""

    id: int
    criterion: str
    now: rules.Waiver
    events: tuple[rules.Event, ...]

    @property
    def in_force(self) -> WaiverInForce | None:
        return WaiverInForce(self.id, self.criterion, self.now.expires_at) if self.now.in_force else None

    @property
    def changes_at(self) -> datetime | None:
        """When time alone changes it: it begins, or it ends."""
        if self.now.state is WaiverState.APPROVED:
            return self.now.begins_at
        return self.now.expires_at if self.now.in_force else None


def waivers_now(initiative_ids: Collection[int], *, now: datetime) -> dict[tuple[int, str], list[WaiverNow]]:
    """Those that stand, by initiative and gate; two statements. Raises rules.BrokenWaiver for rows that cannot follow."""
    rows = list(Waiver.objects.filter(initiative__in=initiative_ids, state__in=STANDING).order_by("id"))
    events = events_of([row.pk for row in rows])
    made: dict[tuple[int, str], list[WaiverNow]] = defaultdict(list)
    for row in rows:
        steps = tuple(events[row.pk])
        made[row.initiative_id, row.gate].append(WaiverNow(row.pk, row.criterion, rules.fold(steps, now), steps))
    return made


def events_of(waiver_ids: Iterable[int]) -> dict[int, list[rules.Event]]:
    """Every step of each, in order, as the rules take them; one statement."""
    made: dict[int, list[rules.Event]] = {pk: [] for pk in waiver_ids}
    for row in WaiverEvent.objects.filter(waiver__in=made).order_by("id"):
        made[row.waiver_id].append(
            rules.Event(row.pk, WaiverStep(row.step), row.by_id, row.at, row.reason, row.measure, row.expires_at, row.begins_at)
        )
    return made
