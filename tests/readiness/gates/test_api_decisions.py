"""`/api/v1/gates/decisions/`: what was decided, exports with the panel, and the record that two verifiers find whole."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ProofKind, ReviewState
from readiness.gates.models import Decision
from readiness.gates.queries.record import heads_now
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.rules.record.chain import sha256
from readiness.gates.rules.record.snapshot import seal
from readiness.gates.rules.record.verify import verify
from tests.conftest import ROOT
from tests.people import Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, an_initiative, decided, vote

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
URL = "/api/v1/gates/decisions/"
EMPTY = json.dumps({"people": {}, "votes": [], "seats": []})


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def go(panel: Organisation, name: str = "Chat", unit: str = "Stores") -> Decision:
    """Paula's unit, with a Go that everybody voted for."""
    review = all_vote(panel, a_review(panel, initiative=an_initiative(panel, name, unit)))
    return decided(panel, review, Outcome.GO)


def conditional(panel: Organisation, name: str = "Camera") -> Decision:
    """With a condition of Iris's, voted for by three with words."""
    review = all_vote(panel, a_review(panel, initiative=an_initiative(panel, name)), Ballot.CONDITIONAL)
    due = clock.today() + timedelta(days=30)
    asked = Wanted("Show p99 below 2 s.", panel.people["Iris"].pk, due, Proof(ProofKind.PERSON))
    return decided(panel, review, Outcome.CONDITIONAL_GO, conditions=(asked,))


def text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, body
    return str(body.decode("utf-8-sig"))


def test_the_list_is_asked_by_unit_gate_outcome_day_and_who_decided(panel: Organisation, api: Api) -> None:
    first, second = go(panel), conditional(panel)
    client, bea, today = api(Scope.GATES_READ), panel.people["Bea"].pk, clock.today()

    def ids(**query: Any) -> set[int]:
        return {row["id"] for row in json.loads(text(client.get(URL, query)))["results"]}

    assert ids() == {first.pk, second.pk}
    assert ids(outcome="go") == {first.pk} and ids(outcome=["go", "conditional_go"]) == {first.pk, second.pk}
    assert ids(initiative=second.initiative_id) == ids(review=second.review_id) == {second.pk}
    assert ids(unit=panel.units["Logistics"].pk) == set() and ids(gate="poc") == {first.pk, second.pk}
    assert ids(by=bea) == {first.pk, second.pk} and ids(by=bea + 1000) == set()
    assert ids(since=today.isoformat()) == {first.pk, second.pk} and ids(until=(today - timedelta(days=1)).isoformat()) == set()
    assert ids(superseded="true") == set() and ids(recommended="go") == {first.pk, second.pk}
    assert client.get(URL, {"outcom": "go"}).status_code == 400


def test_one_decision_holds_the_text_that_was_hashed_and_its_place_in_the_chain(panel: Organisation, api: Api) -> None:
    made = go(panel)
    row = api(Scope.GATES_READ).get(f"{URL}{made.pk}/").json()
    assert sha256(row["content"]) == row["digest"]
    link = json.dumps(
        ["pilotage-decision-1", row["chain"], row["sequence"], row["previous"], row["digest"]], separators=(",", ":")
    )
    assert sha256(link) == row["hash"] == made.hash
    assert (row["sequence"], row["previous"], row["by_name"], row["outcome"]) == (1, "0" * 64, "Bea Test", "go")
    assert json.loads(row["content"])["decision"]["id"] == made.pk
    assert (row["sealed"], row["sealed_hidden"]) == (None, False)


def test_a_correction_names_what_it_supersedes_and_nothing_is_taken_away(panel: Organisation, api: Api) -> None:
    first = go(panel)
    second = decided(panel, first.review, Outcome.HOLD)
    client = api(Scope.GATES_READ)
    old, new = (client.get(f"{URL}{one.pk}/").json() for one in (first, second))
    assert (old["superseded_by_id"], new["supersedes_id"], new["sequence"], new["turn"]) == (second.pk, first.pk, 2, 2)
    assert new["previous"] == old["hash"]
    rows = client.get(URL, {"superseded": "true"}).json()["results"]
    assert [row["id"] for row in rows] == [first.pk]


def test_the_export_has_reviewers_with_their_votes_dates_reasons_and_conditions(panel: Organisation, api: Api) -> None:
    made = conditional(panel)
    (row,) = json.loads(text(api(Scope.GATES_READ).get(f"{URL}export/json/")))
    assert {one["name"]: one["ballot"] for one in row["reviewers"]} == {f"{name} Test": "conditional" for name in NAMES}
    assert {one["rationale"] for one in row["reviewers"]} == {"Because."}
    assert [(one["text"], one["owner"], one["proof"]) for one in row["conditions"]] == [
        ("Show p99 below 2 s.", "Iris Test", "person")
    ]
    assert (row["reason"], row["hash"], row["initiative_key"]) == ("As discussed.", made.hash, made.initiative.key)
    assert "content" not in row


def test_the_same_for_spreadsheets_which_run_no_formula_of_it(panel: Organisation, api: Api) -> None:
    review = a_review(panel, initiative=an_initiative(panel, '=HYPERLINK("http://evil.example")'))
    vote(panel, review, "Ida", Ballot.HOLD, rationale="@SUM(1)")
    for name in NAMES[1:]:
        vote(panel, review, name)
    decided(panel, review, Outcome.HOLD)
    answer = api(Scope.GATES_READ).get(f"{URL}export/csv/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gate-decisions.csv"'
    (row,) = csv.DictReader(io.StringIO(text(answer)))
    assert row["initiative_name"] == """'=HYPERLINK("http://evil.example")"""
    assert "Ida Test (it operations): hold, @SUM(1)" in row["reviewers"]
    assert (row["outcome"], row["recommended"], row["by_name"], row["reason"]) == ("Hold", "Go", "Bea Test", "As discussed.")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_exports_take_the_filters_of_the_list(panel: Organisation, api: Api) -> None:
    go(panel), conditional(panel)
    client = api(Scope.GATES_READ)
    assert len(json.loads(text(client.get(f"{URL}export/json/", {"outcome": "go"})))) == 1
    assert len(list(csv.DictReader(io.StringIO(text(client.get(f"{URL}export/csv/", {"outcome": "kill"})))))) == 0
    assert json.loads(text(client.get(f"{URL}export/json/", {"outcome": "kill"}))) == []
    assert client.get(f"{URL}export/csv/", {"outcom": "kill"}).status_code == 400
    assert client.get(f"{URL}export/csv/", headers={"accept": "text/csv"}).status_code == 200
    assert client.get(f"{URL}export/pdf/").status_code == 404


def test_the_record_is_found_whole_by_both_verifiers_and_a_lost_tail_by_an_anchor(
    panel: Organisation, api: Api, tmp_path: Path
) -> None:
    first = go(panel)
    decided(panel, first.review, Outcome.HOLD)
    conditional(panel)
    answer = api(Scope.GATES_READ).get(f"{URL}record/")
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    lines = text(answer).splitlines()
    assert len(lines) == 3
    anchors = [head.anchor(clock.now()) for head in heads_now()]
    assert verify(map(json.loads, lines), anchors).whole
    (tmp_path / "anchors.jsonl").write_text("".join(json.dumps(one) + "\n" for one in anchors))
    assert _stand_alone(lines, tmp_path).returncode == 0
    short = [line for line in lines if json.loads(line)["sequence"] == 1]
    assert _stand_alone(short, tmp_path).returncode == 1
    changed = [line.replace("As discussed.", "As demanded.") for line in lines]
    assert _stand_alone(changed, tmp_path).returncode == 1


def _stand_alone(lines: list[str], folder: Path) -> Any:
    (folder / "decisions.jsonl").write_text("".join(f"{line}\n" for line in lines))
    script = ROOT / "readiness/gates/packs/verify_decisions.py"
    command = [sys.executable, str(script), "decisions.jsonl", "anchors.jsonl"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_record_is_never_cut_within_a_chain(panel: Organisation, api: Api) -> None:
    first = go(panel)
    decided(panel, first.review, Outcome.HOLD)
    go(panel, "Other")
    client = api(Scope.GATES_READ)
    assert client.get(f"{URL}record/", {"outcome": "go"}).status_code == 400
    own = [json.loads(line) for line in text(client.get(f"{URL}record/", {"initiative": first.initiative_id})).splitlines()]
    assert [(one["chain"], one["sequence"]) for one in own] == [(first.chain, 1), (first.chain, 2)]
    assert verify(own).whole


def _with_amounts(panel: Organisation) -> Decision:
    """A decision whose amounts are sealed, as they will be once budgets are kept: made by hand, for nothing seals any yet."""
    review = a_review(panel, state=ReviewState.PROPOSED)
    sealed = seal({"budget": "48151.62"}, nonce="a" * 32)
    return Decision.objects.create(
        initiative=review.initiative, review=review, gate="poc", round=1, turn=1, outcome="go", recommended="go", mode="meeting",
        by=panel.people["Bea"], at=clock.now(), chain="x/poc", sequence=1, previous="0" * 64, content=EMPTY, digest="1" * 64,
        hash="2" * 64, sealed=sealed.text,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "seen"),
    [("Paula", True), ("Finn", True), ("Otto", True), ("Bea", True), ("Vera", False), ("Iris", False), ("Zoe", False)],
)
def test_amounts_are_opened_to_those_who_may_see_money(
    panel: Organisation, signed_in: Callable[[str], Client], who: str, seen: bool
) -> None:
    """Otto owns the initiative; Bea sits on the review; Zoe is a gatekeeper who does not."""
    add_people(panel, ["Zoe"])
    made, client = _with_amounts(panel), signed_in(who)
    row = client.get(f"{URL}{made.pk}/").json()
    assert ("48151.62" in (row["sealed"] or ""), row["sealed_hidden"]) == (seen, not seen)
    assert ("48151.62" in text(client.get(f"{URL}record/"))) is seen
    for path in (URL, f"{URL}export/json/", f"{URL}export/csv/"):
        assert "48151" not in text(client.get(path))


def test_a_token_needs_the_scope_of_money(panel: Organisation, api: Api) -> None:
    made = _with_amounts(panel)
    assert "48151.62" not in text(api(Scope.GATES_READ).get(f"{URL}record/"))
    client = api(Scope.GATES_READ, Scope.MONEY)
    assert "48151.62" in text(client.get(f"{URL}record/")) and "48151.62" in text(client.get(f"{URL}{made.pk}/"))


def test_another_unit_s_decisions_are_in_no_answer(panel: Organisation, api: Api) -> None:
    add_people(panel, ["Leo"], "Logistics")
    made = go(panel, "Wombat", "Retail")
    client = api(Scope.GATES_READ, unit="Logistics")
    assert client.get(f"{URL}{made.pk}/").status_code == 404
    for path in (URL, f"{URL}export/json/", f"{URL}export/csv/", f"{URL}record/"):
        assert "Wombat" not in text(client.get(path))


def test_nothing_writes_a_decision(panel: Organisation, api: Api) -> None:
    made = go(panel)
    client = api(*Scope)
    for path in (URL, f"{URL}{made.pk}/"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(path, "{}", content_type="application/json").status_code == 405
