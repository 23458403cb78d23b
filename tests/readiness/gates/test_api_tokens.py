"""A token, whatever its scopes and whoever made it, never votes, decides, waives, judges, proves, seats or opens anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import get_resolver

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.accounts.services import assign_role, create_token
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, GateFunction, Mode, Outcome, ProofKind, ReviewState
from readiness.gates.models import (
    Attendance,
    Condition,
    Decision,
    Delegation,
    Gatekeeper,
    GateTemplate,
    Judgement,
    Review,
    Seat,
    Vote,
    WaiverEvent,
)
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.services import conditions, deciding, judging, reviews, templates, voting, waivers
from readiness.gates.services.panel import attendance, delegations, gatekeepers, seats
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import (
    NAMES,
    TEMPLATE,
    a_review,
    a_template,
    add_people,
    all_vote,
    an_initiative,
    decided,
    person,
    wanted,
)

pytestmark = pytest.mark.django_db
COUNTED = (
    Vote, Decision, WaiverEvent, Judgement, Seat, Attendance, Delegation, Gatekeeper, GateTemplate, Condition, Review,
)  # fmt: skip


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    for role in Role:
        assign_role(by=SYSTEM, user=organisation.people["Bea"], role=role, unit=None)
    return organisation


@pytest.fixture
def token(panel: Organisation) -> Actor:
    """Made by Bea, who may do everything by hand and chairs the panel, with every scope that there is."""
    bea = panel.people["Bea"]
    made, _secret = create_token(by=SYSTEM, user=bea, name="ci", scopes=list(Scope), unit=None, days=30)
    return actor_for(bea, token=made)


def conditional(panel: Organisation) -> Decision:
    review = all_vote(panel, a_review(panel, initiative=an_initiative(panel, "Camera")), Ballot.CONDITIONAL)
    asked = Wanted("Show it.", panel.people["Iris"].pk, clock.today() + timedelta(days=9), Proof(ProofKind.PERSON))
    return decided(panel, review, Outcome.CONDITIONAL_GO, conditions=(asked,))


def acts(panel: Organisation) -> Mapping[str, Callable[[Actor], Any]]:
    """What a person may do, each with everything in place for it."""
    now, people = clock.now(), panel.people
    voted = a_review(panel)
    proposed = all_vote(panel, a_review(panel, initiative=an_initiative(panel, "Proposed")))
    planned = a_review(panel, initiative=an_initiative(panel, "Planned"), state=ReviewState.PLANNED)
    camera = conditional(panel)
    asked: dict[str, Any] = {"gate": "poc", "reason": "Late.", "measure": "Samples.", "expires_at": now + timedelta(days=9)}
    waiver = waivers.propose_waiver(by=person(panel, "Otto"), initiative=voted.initiative, criterion="data-there", **asked)
    waivers.review_waiver(by=person(panel, "Ida"), waiver=waiver)
    wants = wanted(panel, proposed, "Bea", Outcome.GO)
    days: dict[str, Any] = {"begins_at": now, "ends_at": now + timedelta(days=3)}
    worth: dict[str, Any] = {"criterion": "worth-it", "verdict": Verdict.NOT_MET, "note": "No."}
    business = {GateFunction.BUSINESS}
    return {
        "vote": lambda by: voting.cast(by=by, review=voted, ballot=Ballot.GO),
        "decide": lambda by: deciding.decide(by=by, review=proposed, wanted=wants),
        "judge": lambda by: judging.judge(by=by, review=voted, **worth),
        "ask for a waiver": lambda by: waivers.propose_waiver(by=by, initiative=voted.initiative, criterion="worth-it", **asked),
        "approve a waiver": lambda by: waivers.approve_waiver(by=by, waiver=waiver),
        "reject a waiver": lambda by: waivers.reject_waiver(by=by, waiver=waiver, note="No."),
        "prove a condition": lambda by: conditions.prove_condition(by=by, condition=camera.conditions.get(), note="Seen."),
        "open": lambda by: reviews.open_review(by=by, review=planned, mode=Mode.MEETING),
        "withdraw": lambda by: reviews.withdraw_review(by=by, review=planned, note="Out of scope."),
        "reopen": lambda by: reviews.reopen_review(by=by, review=proposed, note="Again."),
        "lapse": lambda by: reviews.lapse_review(by=by, review=voted),
        "close": lambda by: reviews.close_review(by=by, review=camera.review),
        "seat": lambda by: seats.seat(by=by, review=planned, person=people["Ada"], functions=business),
        "unseat": lambda by: seats.unseat(by=by, review=planned, person=people["Sam"]),
        "arrive": lambda by: attendance.arrive(by=by, review=voted, person=people["Bea"]),
        "delegate": lambda by: delegations.delegate(by=by, taker=people["Ida"], **days),
        "name a gatekeeper": lambda by: gatekeepers.add_gatekeeper(by=by, person=people["Ida"], functions=business),
        "write a template": lambda by: templates.create_draft(by=by, text=TEMPLATE.replace("key: panel", "key: fresh")),
        "retire a template": lambda by: templates.retire(by=by, template=a_template()),
    }


def test_services_refuse_a_token_of_whoever_may_do_it_by_hand(panel: Organisation, token: Actor) -> None:
    every = acts(panel)
    before = [model.objects.count() for model in COUNTED]
    states = dict(Review.objects.values_list("pk", "state"))
    taken = [name for name, act in every.items() if not _refused(act, token)]
    assert taken == []
    assert [model.objects.count() for model in COUNTED] == before
    assert dict(Review.objects.values_list("pk", "state")) == states


def _refused(act: Callable[[Actor], Any], by: Actor) -> bool:
    try:
        act(by)
    except PermissionDenied:
        return True
    return False


@pytest.mark.parametrize("name", ["vote", "decide", "prove a condition", "open", "withdraw", "delegate"])
def test_the_same_acts_are_taken_from_the_person(panel: Organisation, name: str) -> None:
    """The control: what is refused above is refused for who asks alone. Of a condition Sam proves it, for Bea has set it."""
    acts(panel)[name](person(panel, "Sam" if name == "prove a condition" else "Bea"))


def test_the_api_of_gates_writes_plans_and_nothing_else() -> None:
    found = set()
    for route in get_resolver("readiness.gates.api.routes").url_patterns:
        view: Any = getattr(route, "callback")  # noqa: B009
        actions = getattr(view, "actions", None) or {
            one: one for one in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, one)
        }
        found |= {f"{method} {action}" for method, action in actions.items() if method not in ("get", "head")}
    assert found == {"post create", "patch partial_update", "post schedule", "post unschedule", "post withdraw"}


def test_a_token_with_every_scope_plans_through_the_api(panel: Organisation, api: Callable[..., Client]) -> None:
    body = {"initiative": an_initiative(panel).pk, "template": a_template().pk}
    client = api(*Scope, maker="Bea")
    assert client.post("/api/v1/gates/reviews/", body, content_type="application/json").status_code == 201
