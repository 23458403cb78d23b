"""`/api/v1/gates/` waivers, conditions, templates and gatekeepers: lists, what follows from the time, YAML, other units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.gates.choices import Ballot, GateFunction, Outcome, ProofKind
from readiness.gates.models import Gatekeeper, GateTemplate, Review, Waiver
from readiness.gates.queries.conditions import condition_of
from readiness.gates.queries.listed import conditions
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services import waivers
from readiness.gates.services.conditions import prove_condition
from tests.people import Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, a_template, add_people, all_vote, an_initiative, decided, person

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
BASE = "/api/v1/gates/"


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def asked(panel: Organisation, review: Review, days: int = 5, **more: Any) -> Waiver:
    said: dict[str, Any] = {"gate": "poc", "criterion": "data-there", "reason": "Late.", "measure": "Samples."}
    ends = clock.now() + timedelta(days=days)
    return waivers.propose_waiver(by=person(panel, "Otto"), initiative=review.initiative, expires_at=ends, **said | more)


def approved(panel: Organisation, review: Review, days: int = 5) -> Waiver:
    waiver = asked(panel, review, days)
    waivers.review_waiver(by=person(panel, "Ida"), waiver=waiver)
    waivers.approve_waiver(by=person(panel, "Bea"), waiver=waiver, note="For a while.")
    return waiver


def found(client: Client, path: str, **query: Any) -> list[Any]:
    answer = client.get(f"{BASE}{path}", query)
    assert answer.status_code == 200, answer.content
    rows: list[Any] = answer.json()["results"]
    return rows


def test_a_waiver_is_told_with_its_steps_and_runs_out_by_the_clock(panel: Organisation, api: Api) -> None:
    waiver, client = approved(panel, a_review(panel)), api(Scope.GATES_READ)
    row = client.get(f"{BASE}waivers/{waiver.pk}/").json()
    assert (row["state"], row["reason"], row["measure"], row["extension"]) == ("active", "Late.", "Samples.", None)
    assert [(one["step"], one["by_name"], one["note"]) for one in row["events"]] == [
        ("propose", "Otto Test", ""), ("review", "Ida Test", ""), ("approve", "Bea Test", "For a while."),
    ]  # fmt: skip
    assert [one["id"] for one in found(client, "waivers/", state="active")] == [waiver.pk]
    with time_machine.travel(clock.now() + timedelta(days=6)):
        assert client.get(f"{BASE}waivers/{waiver.pk}/").json()["state"] == "expired"
        assert [one["state"] for one in found(client, "waivers/", state="expired")] == ["expired"]
        assert found(client, "waivers/", state="active") == []
    assert Waiver.objects.get().state == "active", "no sweep came by"


def test_waivers_are_asked_by_gate_criterion_initiative_and_expiry(panel: Organisation, api: Api) -> None:
    first = asked(panel, a_review(panel))
    second = asked(panel, a_review(panel, initiative=an_initiative(panel, "Camera")), 90, criterion="worth-it")
    client = api(Scope.GATES_READ)

    def ids(**query: Any) -> set[int]:
        return {one["id"] for one in found(client, "waivers/", **query)}

    assert ids() == {first.pk, second.pk} and ids(criterion="worth-it") == {second.pk}
    assert ids(initiative=first.initiative_id) == {first.pk} and ids(gate="production") == set()
    assert ids(expires_until=(clock.today() + timedelta(days=9)).isoformat()) == {first.pk}
    assert ids(state=["proposed", "rejected"]) == {first.pk, second.pk}
    assert client.get(f"{BASE}waivers/", {"criteria": "x"}).status_code == 400


def conditional(panel: Organisation, name: str, *texts: str) -> Any:
    review = all_vote(panel, a_review(panel, initiative=an_initiative(panel, name)), Ballot.CONDITIONAL)
    due = clock.today() + timedelta(days=10)
    iris = panel.people["Iris"].pk
    wants = tuple(Wanted(text, iris, due, Proof(ProofKind.PERSON)) for text in texts)
    return decided(panel, review, Outcome.CONDITIONAL_GO, conditions=wants)


def test_a_condition_is_open_overdue_proven_or_lapsed_as_the_rule_says(panel: Organisation, api: Api) -> None:
    made, other = conditional(panel, "Chat", "First", "Second"), conditional(panel, "Camera", "Third")
    first = made.conditions.get(text="First")
    prove_condition(by=person(panel, "Sam"), condition=first, note="Seen in the report.")
    decided(panel, other.review, Outcome.HOLD)
    client = api(Scope.GATES_READ)
    states = {one["text"]: one["state"] for one in found(client, "conditions/")}
    assert states == {"First": "proven", "Second": "open", "Third": "lapsed"}
    row = client.get(f"{BASE}conditions/{first.pk}/").json()
    assert (row["proven_by"], row["proven_note"], row["owner_name"]) == ("Sam Test", "Seen in the report.", "Iris Test")
    with time_machine.travel(clock.now() + timedelta(days=11)):
        assert [one["text"] for one in found(client, "conditions/", state="overdue")] == ["Second"]
        for one in conditions(panel.actor("Ada"), clock.today()):
            assert one.standing == condition_of(one, one.events.all()).state(clock.today())
    iris = panel.people["Iris"].pk
    assert len(found(client, "conditions/", owner=iris)) == 3 and found(client, "conditions/", owner=iris + 999) == []
    assert len(found(client, "conditions/", decision=made.pk, gate="poc")) == 2
    assert found(client, "conditions/", due_until=clock.today().isoformat()) == []


def test_templates_come_as_json_and_as_the_yaml_that_the_product_takes(panel: Organisation, api: Api) -> None:
    row, client = a_template(), api(Scope.GATES_READ)
    assert {"panel", "infrastructure-first", "light", "regulated"} == {one["key"] for one in found(client, "templates/")}
    assert [one["key"] for one in found(client, "templates/", key="panel")] == ["panel"]
    whole = client.get(f"{BASE}templates/{row.pk}/").json()
    assert whole["digest"] == row.digest and whole["content"]["gates"][0]["criteria"][0]["rule"]["kind"] == "judgement"
    for one in GateTemplate.objects.all():
        answer = client.get(f"{BASE}templates/{one.pk}/", headers={"accept": "application/yaml"})
        assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
        assert digest_of(read_template(answer.content.decode())) == one.digest
    missing = client.get(f"{BASE}templates/999999/", headers={"accept": "application/yaml"})
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")


def test_drafts_are_seen_by_those_who_work_on_them(panel: Organisation, signed_in: Callable[[str], Client]) -> None:
    row = a_template()
    GateTemplate.objects.create(key="panel", version=2, name="Panel", lifecycle="standard", text=row.text, digest=row.digest)
    assert len(found(signed_in("Ada"), "templates/", key="panel")) == 2
    assert len(found(signed_in("Paula"), "templates/", key="panel")) == 1


def test_gatekeepers_are_those_of_the_own_units_and_of_the_whole_organisation(panel: Organisation, api: Api) -> None:
    for name, unit in (("Ida", "Retail"), ("Dan", "Logistics"), ("Bea", None)):
        where = panel.units[unit] if unit else None
        Gatekeeper.objects.create(person=panel.people[name], unit=where, functions=[GateFunction.BUSINESS], chair=name == "Bea")
    names = {one["person_name"] for one in found(api(Scope.GATES_READ), "gatekeepers/")}
    assert names == {"Ida Test", "Dan Test", "Bea Test"}
    client = api(Scope.GATES_READ, unit="Retail")
    assert {one["person_name"] for one in found(client, "gatekeepers/")} == {"Ida Test", "Bea Test"}
    assert [one["person_name"] for one in found(client, "gatekeepers/", chair="true")] == ["Bea Test"]
    assert (
        len(found(client, "gatekeepers/", function="business")) == 2 and found(client, "gatekeepers/", function="finance") == []
    )
    assert [one["unit_name"] for one in found(client, "gatekeepers/", unit=panel.units["Retail"].pk)] == ["Retail"]


def test_another_unit_s_waivers_and_conditions_are_in_no_answer(panel: Organisation, api: Api) -> None:
    waiver, made = asked(panel, a_review(panel)), conditional(panel, "Wombat", "Wombat")
    client = api(Scope.GATES_READ, unit="Logistics")
    assert found(client, "waivers/") == found(client, "conditions/") == []
    for path in (f"waivers/{waiver.pk}/", f"conditions/{made.conditions.get().pk}/"):
        assert client.get(f"{BASE}{path}").status_code == 404
