"""The snapshot of a decision and its chain: the same ground gives the same text, money stays sealed, heads are anchors."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from readiness.evidence.choices import Verdict
from readiness.gates.choices import Outcome
from readiness.gates.rules.canonical import NotCanonical
from readiness.gates.rules.decisions import Effect
from readiness.gates.rules.record.chain import ZERO, Head, Link, append, heads, heads_digest, link_hash, sha256
from readiness.gates.rules.record.risk import frozen
from readiness.gates.rules.record.snapshot import Person, seal, seen_digest, snapshot
from readiness.gates.rules.record.verify import verify
from tests.readiness.gates.facts_world import NOW, days
from tests.readiness.gates.record_world import CONDITION, RISK, decided, ground

NONCE = "0123456789abcdef" * 2
EFFECT = Effect(move_to="scale-up")


def test_a_snapshot_holds_all_that_the_decision_stood_on() -> None:
    said = snapshot(decided(), ground(), effect=EFFECT, conditions=(CONDITION,))
    assert said["decision"]["outcome"] == "go" and said["decision"]["effect"]["move_to"] == "scale-up"
    assert {one["verdict"] for one in said["criteria"]} == {"met"}
    assert said["criteria"][2]["cited"] and said["criteria"][2]["figures"]["requirements"] > 0
    assert said["recommendation"]["outcome"] == "go" and said["recommendation"]["score"] == {"low": 1.0, "high": 1.0}
    assert said["votes"][0]["ballot"] == "go" and said["seats"][0]["standing"] == "delegate"
    assert said["packs"] == {"plain": "a" * 64, "money": "b" * 64} and said["risk"]["version"] == "v1"
    assert (said["risk"]["value"], said["risk"]["low"], said["risk"]["on"]) == ("0.3812", "0.1900", "2026-11-30")
    assert said["waivers"][0]["asked_by"] == [3, 7]
    assert said["conditions"] == [
        {"id": 21, "text": CONDITION.text, "owner": 1, "due": "2027-01-31", "proof": "criterion", "ref": "like-production"}
    ]
    assert json.loads(append(said, "gate-17", None).content) == said


def test_the_same_ground_gives_the_same_text_whatever_the_order_of_names() -> None:
    one = ground(people={1: "Ida", 2: "Dan"}, packs={"a": "1", "b": "2"})
    other = ground(people={2: "Dan", 1: "Ida"}, packs={"b": "2", "a": "1"})
    texts = [append(snapshot(decided(), each, effect=EFFECT), "gate-17", None).content for each in (one, other)]
    assert texts[0] == texts[1] and seen_digest(one) == seen_digest(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"people": {1: "Ina"}},
        {"packs": {}},
        {"last_gate": True},
        {"waivers": ()},
        {"casts": ()},
        {"dependencies": ()},
        {"open_conditions": (CONDITION,)},
        {"risk": None},
        {"judged": ()},
    ],
)
def test_whatever_changes_for_the_decider_changes_what_they_sign(changes: dict[str, object]) -> None:
    assert seen_digest(ground(**changes)) != seen_digest(ground())


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"generation": 8, "digest": "e" * 64, "version": "v2", "on": date(2026, 12, 1)}, True),
        ({"value": 0.3771}, True),
        ({"value": 0.3949}, False),
        ({"band": "above"}, False),
        ({"drivers": ["unknown_load"]}, False),
    ],
)
def test_another_scoring_that_reads_the_same_is_no_other_view(changes: dict[str, object], same: bool) -> None:
    other = ground(risk=frozen(RISK | changes))
    assert (seen_digest(other) == seen_digest(ground())) is same


def test_a_decision_without_a_figure_still_verifies_beside_one_with_it() -> None:
    first = append(snapshot(decided(), ground(risk=None), effect=EFFECT), "gate-17", None)
    after = decided(id=101, turn=2, supersedes=100)
    second = append(snapshot(after, ground(), effect=EFFECT), "gate-17", Head("gate-17", 1, first.hash))
    lines = [first.exported(decided().columns(), None), second.exported(after.columns(), None)]
    assert verify(lines).whole
    content = json.loads(lines[1]["content"])
    content["risk"]["value"] = "0.0001"
    assert not verify([lines[0], lines[1] | {"content": json.dumps(content)}]).whole


def test_a_verdict_that_changed_meanwhile_changes_what_they_sign() -> None:
    judged = list(ground().judged)
    judged[1] = replace(judged[1], verdict=Verdict.WARNING)
    assert seen_digest(ground(judged=tuple(judged))) != seen_digest(ground())


def test_amounts_are_sealed_and_stand_nowhere_else() -> None:
    sealed = seal({"spend_avoided": 1_234_567.89, "currency": "EUR"}, nonce=NONCE)
    link = append(snapshot(decided(), ground(), effect=EFFECT, sealed=sealed), "gate-17", None)
    assert "1234567" not in link.content and sealed.digest in link.content
    assert json.loads(sealed.text)["amounts"]["spend_avoided"] == 1_234_567.89
    assert seal({"spend_avoided": 1}, nonce=NONCE).digest != seal({"spend_avoided": 1}, nonce=NONCE[::-1]).digest
    for text, whole in ((sealed.text, True), (None, True), (sealed.text.replace("1234567", "1234568"), False)):
        assert verify([link.exported(decided().columns(), text)]).whole is whole


def test_a_nonce_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="nonce"):
        seal({"spend_avoided": 1}, nonce="abc")


def test_a_chain_counts_from_one_and_names_the_hash_before() -> None:
    first = append({"decision": {}}, "gate-1", None)
    second = append({"decision": {}}, "gate-1", first.head)
    assert (first.sequence, first.previous) == (1, ZERO)
    assert (second.sequence, second.previous) == (2, first.hash)
    assert second.digest == sha256(second.content) and second.hash == link_hash("gate-1", 2, first.hash, second.digest)
    assert first.digest == second.digest and first.hash != second.hash  # the same words in another place are another row


def test_the_hash_is_that_of_a_line_that_anybody_can_write_down() -> None:
    link = append({"decision": {}}, 'gate "1"', None)
    line = f'["pilotage-decision-1","gate \\"1\\"",1,"{ZERO}","{link.digest}"]'
    assert link.hash == sha256(line)


def test_a_head_of_another_chain_is_refused_and_so_is_what_has_no_spelling() -> None:
    with pytest.raises(ValueError, match="chain gate-1"):
        append({}, "gate-2", Head("gate-1", 1, "a" * 64))
    with pytest.raises(NotCanonical, match="criteria"):
        append({"criteria": [float("nan")]}, "gate-1", None)


def _links() -> list[Link]:
    first = append({"decision": {}}, "gate-1", None)
    return [first, append({"decision": {}}, "gate-2", None), append({"decision": {}}, "gate-1", first.head)]


def test_heads_are_the_last_of_each_chain_and_their_digest_changes_with_any() -> None:
    links = _links()
    found = heads(links)
    assert found == heads(reversed(links)) == [links[2].head, links[1].head]
    assert found[0].anchor(NOW) == {"chain": "gate-1", "sequence": 2, "hash": links[2].hash, "at": "2026-11-29T09:00:00.000000Z"}
    assert heads_digest(found) == heads_digest(reversed(found)) != heads_digest(found[:1])


def test_rounds_and_corrections_of_real_snapshots_verify() -> None:
    rows, head = [], None
    for id_, round_, turn, supersedes, outcome in (
        (1, 1, 1, None, Outcome.HOLD), (2, 1, 2, 1, Outcome.RECYCLE), (3, 2, 1, None, Outcome.GO), (4, 2, 2, 3, Outcome.KILL),
    ):  # fmt: skip
        one = decided(id=id_, round=round_, turn=turn, supersedes=supersedes, outcome=outcome, at=NOW + days(id_))
        link = append(snapshot(one, ground(), effect=EFFECT), "gate-17", head)
        rows.append(link.exported(one.columns()))
        head = link.head
    assert head is not None
    assert verify(rows, [head.anchor(NOW)]).whole
    rows[1]["columns"]["by"] = 99
    assert [str(one) for one in verify(rows).bad] == ["changed: chain gate-17, decision 2, line 2"]


def test_the_columns_of_a_decision_are_those_that_its_content_has() -> None:
    one = decided(by=Person(5, "Eve"))
    said = snapshot(one, ground(), effect=EFFECT)["decision"]
    assert all(said[name] == value for name, value in one.columns().items())
