"""What the sweeps of gates share: a database of their own, many reviews at once, and the invariants that must hold of each."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, Lifecycle, Stage
from portfolio.kit import clock
from readiness.gates.choices import Mode, ReviewState
from readiness.gates.models import Attendance, Decision, Judgement, Review, ReviewEvent, Seat, Vote, Waiver, WaiverEvent
from readiness.gates.queries.record import exported
from readiness.gates.queries.seated import counted, seated
from readiness.gates.queries.templates import parsed
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules import waivers as waiver_rules
from readiness.gates.rules.record.verify import verify
from tests.people import Organisation, make_organisation
from tests.readiness.gates.deciding_world import NAMES, PANEL, a_template, add_people

ADVANCING = ("go", "conditional_go")
MEASURED = """\
key: measured
name: Measured
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting:
  quorum: {least: 3, share: 0.5, functions: [it_operations, data_science, business]}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - key: fast
        text: It answers fast enough.
        kind: must_meet
        dimension: compute
        rule: {kind: requirement, metrics: [ttft]}
"""


class World:
    """The organisation, its gatekeepers as actors by name, and the reviews that the sweep plays with."""

    def __init__(self) -> None:
        self.organisation: Organisation = make_organisation()
        add_people(self.organisation, NAMES)
        self.template, self.measured = a_template(), a_template(MEASURED)
        self.actors: dict[str, Actor] = {name: actor_for(self.organisation.people[name]) for name in (*NAMES, "Paula")}

    def reviews(self, count: int, *, state: ReviewState = ReviewState.IN_REVIEW, judged: str = "met") -> list[Review]:
        """Each of an initiative of its own, everybody of the panel in the room."""
        now, people = clock.now(), self.organisation.people
        lifecycle = Lifecycle.objects.get(is_default=True)
        first = Stage.objects.get(lifecycle=lifecycle, key="idea")
        initiatives = Initiative.objects.bulk_create(
            Initiative(
                name="Chat", unit=self.organisation.units["Stores"], lifecycle=lifecycle, stage=first, owner=people["Otto"],
                stage_since=now.date(),
            )
            for _ in range(count)
        )  # fmt: skip
        rows = Review.objects.bulk_create(
            Review(
                initiative=one, template=self.template, gate="poc", gate_name="PoC gate", state=state, mode=Mode.MEETING,
                opened_at=now,
            )
            for one in initiatives
        )  # fmt: skip
        seats = [(row, name) for row in rows for name in NAMES]
        Seat.objects.bulk_create(
            Seat(review=row, person=people[name], functions=[PANEL[name].value], chair=name == "Bea") for row, name in seats
        )
        Attendance.objects.bulk_create(Attendance(review=row, person=people[name], arrived_at=now) for row, name in seats)
        Judgement.objects.bulk_create(
            Judgement(review=row, criterion=key, verdict=verdict, note="Seen.", by=people["Paula"], at=now)
            for row in rows
            for key, verdict in (("worth-it", judged), ("data-there", "met"))
        )  # fmt: skip
        return list(rows)

    def waive(self, rows: list[Review], ends: Callable[[], datetime]) -> None:
        """A waiver of `worth-it` in force over each, asked for by Paula and approved by Ida."""
        people, now = self.organisation.people, clock.now()
        made = Waiver.objects.bulk_create(
            Waiver(
                initiative_id=row.initiative_id, gate="poc", criterion="worth-it", criterion_text="It is worth finding out.",
                state="active", expires_at=ends(),
            )
            for row in rows
        )  # fmt: skip
        steps = (("propose", "Paula", 3), ("review", "Ida", 2), ("approve", "Ida", 1))
        for step, name, ago in steps:
            WaiverEvent.objects.bulk_create(
                WaiverEvent(
                    waiver=row, step=step, by=people[name], at=now - timedelta(seconds=ago),
                    **({"reason": "Late.", "measure": "A queue.", "expires_at": row.expires_at} if step == "propose" else {}),
                )
                for row in made
            )  # fmt: skip

    def vote_rows(self, row: Review, ballots: dict[str, str]) -> None:
        """Votes as they would have been cast, without the way there."""
        people = self.organisation.people
        Vote.objects.bulk_create(
            Vote(review=row, round=row.round, seat=people[name], by=people[name], ballot=ballot, at=clock.now(), rationale="So.")
            for name, ballot in ballots.items()
        )


def anomalies(rows: list[Review]) -> Counter[str]:
    """What must not be, by name. Every review of `rows` is at rest."""
    found = Counter[str]()
    for row in Review.objects.filter(pk__in=[one.pk for one in rows]).select_related("template", "initiative__unit"):
        found.update(_of(row))
    whole = verify(exported(money=True))
    found["chain broken"] += len(whole.bad)
    return +found


def _of(row: Review) -> Iterator[str]:
    decisions = list(Decision.objects.filter(review=row).order_by("sequence"))
    votes = Vote.objects.filter(review=row, round=row.round)
    if len(decisions) > 1:
        yield "decided twice"
    if row.state == ReviewState.IN_REVIEW and _complete(row):
        yield "left in review though quorum and votes are there"
    if (row.state == ReviewState.DECIDED) != bool(decisions):
        yield "state and decision differ"
    if any(one.outcome in ADVANCING for one in decisions) and _vetoed(row):
        yield "decided over a veto"
    stage = Initiative.objects.values_list("stage__key", flat=True).get(pk=row.initiative_id)
    if (stage == "poc") != any(one.outcome in ADVANCING for one in decisions):
        yield "stage and decision differ"
    for one in decisions:
        if sorted(each["id"] for each in json.loads(one.content)["votes"]) != sorted(votes.values_list("id", flat=True)):
            yield "decided on other votes than were cast"
        if not all(_in_force(each["id"], one.at) for each in json.loads(one.content)["waivers"]):
            yield "decided on a waiver that was over"
    events = list(ReviewEvent.objects.filter(review=row).order_by("id").values_list("before", "after"))
    if any(one[1] != other[0] for one, other in itertools.pairwise(events)) or (events and events[-1][1] != row.state):
        yield "steps that do not follow on each other"


def _complete(row: Review) -> bool:
    template, now = parsed(row.template), clock.now()
    return counted(row, template.voting_of(template.gate(row.gate)), seated(row, now=now), now=now).complete


def _vetoed(row: Review) -> bool:
    """As the votes stand in the end."""
    template, now = parsed(row.template), clock.now()
    return bool(counted(row, template.voting_of(template.gate(row.gate)), seated(row, now=now), now=now).vetoes)


def _in_force(waiver: int, at: datetime) -> bool:
    return waiver_rules.fold(events_of([waiver])[waiver], at).in_force


@contextmanager
def unlocked() -> Iterator[None]:
    """The negative control: the line that locks the review's row becomes a plain SELECT."""
    manager: Any = type(Review.objects)
    with patch.object(manager, "select_for_update", lambda self, **_how: self.get_queryset()):
        yield


def silent() -> AbstractContextManager[object]:
    """Nobody listens to the bell in a sweep."""
    return patch("portfolio.outbox.services.ring", lambda *_arguments, **_named: False)
