"""A review with its panel in the database: a small template, an initiative of Otto's, and four gatekeepers of Retail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from portfolio.accounts.choices import Role
from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.accounts.services import assign_role, create_user
from portfolio.initiatives.models import Initiative, Stage
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from readiness.gates.choices import Ballot, GateFunction, Mode, Outcome, ReviewState
from readiness.gates.models import Attendance, Decision, GateTemplate, Judgement, Review, Seat
from readiness.gates.queries.situation import situation
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.rules.decisions import Wanted
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services import voting
from readiness.gates.services.deciding import decide
from tests.people import SYSTEM, Organisation

TEMPLATE = """\
key: panel
name: Panel
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting:
  quorum: {least: 3, share: 0.5, functions: [it_operations, data_science, business]}
  veto: {functions: [security]}
  written: {allowed: yes, hours: 48}
waivers: {most_days: 180}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - key: worth-it
        text: It is worth finding out.
        kind: must_meet
        dimension: value
        rule: {kind: judgement}
      - key: data-there
        text: The data are there.
        kind: must_meet
        dimension: data
        rule: {kind: judgement}
  - key: production
    name: Production gate
    from: poc
    to: pilot
    last_before_production: yes
    criteria:
      - key: worth-it
        text: It is worth running.
        kind: must_meet
        dimension: value
        rule: {kind: judgement}
"""
PANEL: Mapping[str, GateFunction] = {
    "Ida": GateFunction.IT_OPERATIONS,
    "Dan": GateFunction.DATA_SCIENCE,
    "Bea": GateFunction.BUSINESS,
    "Sam": GateFunction.SECURITY,
}
NAMES = tuple(PANEL)


def add_people(organisation: Organisation, names: Iterable[str], unit: str = "Retail") -> None:
    """Gatekeepers of a unit, with an account each."""
    for name in names:
        user = create_user(by=SYSTEM, email=f"{name.lower()}@example.org", name=f"{name} Test")
        assign_role(by=SYSTEM, user=user, role=Role.GATEKEEPER, unit=organisation.units[unit])
        organisation.people[name] = user


def a_template(text: str = TEMPLATE) -> GateTemplate:
    read = read_template(text)
    found = GateTemplate.objects.filter(key=read.key, version=1).first()
    return found or GateTemplate.objects.create(
        key=read.key, name=read.name, lifecycle=read.lifecycle, state="published", text=text, digest=digest_of(read)
    )


def an_initiative(organisation: Organisation, name: str = "Chat", unit: str = "Stores", **values: Any) -> Initiative:
    """In its first stage, owned by Otto."""
    people = {"owner": organisation.people["Otto"]} | values
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, **people)


def a_review(
    organisation: Organisation, *, gate: str = "poc", initiative: Initiative | None = None, panel: Iterable[str] = NAMES,
    present: Iterable[str] | None = None, mode: Mode = Mode.MEETING, state: ReviewState = ReviewState.IN_REVIEW,
    window_ends_at: datetime | None = None, judged: str = "met",
) -> Review:  # fmt: skip
    """A review in which the panel sits, everybody present, and every criterion was judged alike by Paula ("" by nobody)."""
    template, seats, people = a_template(), tuple(panel), organisation.people
    row = Review.objects.create(
        initiative=initiative or an_initiative(organisation), template=template, gate=gate, gate_name=f"{gate} gate", state=state,
        mode=mode, opened_at=clock.now(), window_ends_at=window_ends_at,
    )  # fmt: skip
    Seat.objects.bulk_create(
        Seat(review=row, person=people[name], functions=[PANEL[name].value], chair=name == "Bea") for name in seats
    )
    there = seats if present is None else present
    if mode is Mode.MEETING:
        Attendance.objects.bulk_create(Attendance(review=row, person=people[name], arrived_at=clock.now()) for name in there)
    keys = [one.key for one in read_template(template.text).gate(gate).criteria] if judged else []
    Judgement.objects.bulk_create(
        Judgement(review=row, criterion=key, verdict=judged, note="Seen.", by=people["Paula"], at=clock.now()) for key in keys
    )
    return row


def person(organisation: Organisation, name: str) -> Actor:
    return actor_for(User.objects.get(pk=organisation.people[name].pk))


def vote(organisation: Organisation, review: Review, name: str, ballot: Ballot = Ballot.GO, **more: Any) -> Any:
    words = {} if ballot in (Ballot.GO, Ballot.ABSTAIN) else {"rationale": "Because."}
    return voting.cast(by=person(organisation, name), review=review, ballot=ballot, **{**words, **more})


def all_vote(organisation: Organisation, review: Review, ballot: Ballot = Ballot.GO) -> Review:
    """Everybody who has a seat, one after the other."""
    by_id = {user.pk: name for name, user in organisation.people.items()}
    for seat in review.seats.order_by("id"):
        vote(organisation, review, by_id[seat.person_id], ballot)
    return fresh(review)


def fresh(review: Review) -> Review:
    row: Review = Review.objects.select_related("template", "initiative__unit", "initiative__stage").get(pk=review.pk)
    return row


def wanted(organisation: Organisation, review: Review, name: str, outcome: Outcome, **more: Any) -> Wanted:
    """As somebody decides who sees the page now; with a reason, and what a Kill asks for."""
    _judged, seen, _ground = situation(fresh(review), now=clock.now())
    usual: dict[str, Any] = {"reason": "As discussed."}
    return Wanted(outcome, organisation.people[name].pk, more.pop("seen", seen.current), **{**usual, **more})


def decided(
    organisation: Organisation, review: Review, outcome: Outcome, name: str = "Bea", *, conditions: tuple[Asked, ...] = (),
    **more: Any,
) -> Decision:  # fmt: skip
    return decide(
        by=person(organisation, name), review=review,
        wanted=wanted(organisation, review, name, outcome, conditions=conditions, **more),
    )  # fmt: skip


def stage(initiative: Initiative, key: str) -> Stage:
    found: Stage = initiative.lifecycle.stages.get(key=key)
    return found
