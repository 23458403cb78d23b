"""Eight kinds of tampering at a hundred seeded places each: both verifiers find it, at the right place, and find the same."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.gates.rules.record.chain import link_hash, sha256
from readiness.gates.rules.record.verify import BadAnchor, Kind, told, verify
from tests.readiness.gates import tampering
from tests.readiness.gates.tampering import TAMPERINGS, Done, Export, export
from tests.sampling import of

SCRIPT = Path("readiness/gates/packs/verify_decisions.py")
PLACES = 100


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("verify_decisions", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ALONE = _load()


def ours(one: Export, anchors: bool = True) -> dict[str, Any]:
    found = verify(one.rows, one.anchors if anchors else [])
    return {"rows": found.rows, "chains": found.chains, "anchors": found.anchors, "bad": [bad.plain() for bad in found.bad]}


def alone(one: Export, anchors: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = ALONE.verify(one.rows, one.anchors if anchors else [])
    return found


def both(one: Export, anchors: bool = True) -> list[dict[str, Any]]:
    """What both find; they must agree."""
    found = ours(one, anchors)
    assert found == alone(one, anchors)
    bad: list[dict[str, Any]] = found["bad"]
    return bad


@pytest.mark.parametrize("seed", range(20))
def test_what_nobody_touched_is_whole_with_and_without_anchors(seed: int) -> None:
    one = export(Random(seed))
    assert both(one) == both(one, anchors=False) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_at_its_place(name: str) -> None:
    seen = set()
    for seed in range(PLACES):
        random = Random(f"{name} {seed}")
        one = export(random)
        done = TAMPERINGS[name](one, random)
        assert both(one) == [done.plain()], (name, seed)
        seen.add((done.chain, done.sequence))
    assert len(seen) > 15  # not one place a hundred times


def test_a_row_that_was_changed_with_a_fitting_hash_is_found_by_its_neighbours() -> None:
    for seed in range(PLACES):
        random = Random(f"fitting {seed}")
        one = export(random)
        done = tampering.changed_with_its_hash(one, random)
        assert both(one) == [done.plain()], seed


def test_and_without_anchors_by_the_row_after_it_the_last_one_alone_excepted() -> None:
    """Of the last two nobody can say which one is wrong, where nothing outside vouches for either: the first is named."""
    for seed in range(PLACES):
        random = Random(f"fitting blind {seed}")
        one = export(random)
        done = tampering.changed_with_its_hash(one, random)
        wanted = [done.plain() | {"kind": "changed"}]
        assert both(one, anchors=False) == (wanted if done.kind == "changed" else []), seed


def test_a_row_that_was_linked_anew_and_not_those_after_it_is_the_wrong_one() -> None:
    for seed in range(PLACES):
        random = Random(f"linked {seed}")
        one = export(random)
        rows = one.of(one.rows[0]["chain"])
        row = random.choice(rows[:-1])
        row["previous"] = "a" * 64
        row["hash"] = link_hash(row["chain"], row["sequence"], row["previous"], row["digest"])
        wanted = Done("changed", row["chain"], row["sequence"], one.place(row))
        assert both(one) == both(one, anchors=False) == [wanted.plain()], seed


def test_a_first_row_that_was_hashed_as_another_is_no_sign_of_one_before_it() -> None:
    one = export(Random(12))
    row = one.rows[0]
    row["hash"] = link_hash(row["chain"], 2, row["previous"], row["digest"])
    assert both(one, anchors=False) == [Done("deleted", row["chain"], 1, 1).plain()]


def test_the_forged_one_of_two_with_one_number_is_named_though_it_stands_first() -> None:
    for seed in range(PLACES):
        random = Random(f"first {seed}")
        one = export(random)
        rows = one.of(one.rows[0]["chain"])
        row = random.choice(rows[:-1])
        forged = copy.deepcopy(row)
        tampering.rewrite(forged, reason="never said")
        forged["hash"] = link_hash(row["chain"], row["sequence"], row["previous"], forged["digest"])
        one.rows.insert(one.place(row) - 1, forged)
        wanted = Done("duplicated", row["chain"], row["sequence"], one.place(forged))
        assert both(one) == both(one, anchors=False) == [wanted.plain()], seed


@pytest.mark.parametrize("name", ["changed", "deleted", "inserted", "reordered", "duplicated", "broken supersession"])
def test_most_of_it_is_found_without_any_anchor(name: str) -> None:
    for seed in range(PLACES):
        random = Random(f"{name} without {seed}")
        one = export(random)
        done = TAMPERINGS[name](one, random)
        assert both(one, anchors=False) == [done.plain()], (name, seed)


@pytest.mark.parametrize("name", ["truncated", "rolled back"])
def test_a_lost_or_replaced_tail_is_found_by_anchors_alone(name: str) -> None:
    """The negative control: without what was printed or mailed, nobody can know."""
    for seed in range(20):
        random = Random(f"{name} blind {seed}")
        one = export(random)
        TAMPERINGS[name](one, random)
        assert both(one, anchors=False) == []


def test_with_few_anchors_a_replaced_history_is_found_from_the_last_one_that_holds() -> None:
    for seed in range(PLACES):
        random = Random(f"few {seed}")
        one = export(random)
        done = tampering.rolled_back(one, random)
        rows = one.of(done.chain)
        kept = [anchor for anchor in one.anchors if anchor["sequence"] % 2 == 0 and anchor["sequence"] <= len(rows)]
        one.anchors = kept
        held = max(
            (anchor["sequence"] for anchor in kept if anchor["chain"] == done.chain and anchor["sequence"] < done.sequence),
            default=0,
        )
        knows = any(anchor["chain"] == done.chain and anchor["sequence"] >= done.sequence for anchor in kept)
        first = rows[held] if held < len(rows) else None
        wanted = Done("rolled_back", done.chain, held + 1, one.place(first)) if first is not None else done
        assert both(one) == ([wanted.plain()] if knows else []), seed


def test_two_anchors_of_one_row_that_differ_are_found() -> None:
    one = export(Random(1))
    other = {**one.anchors[2], "hash": "f" * 64}
    one.anchors.append(other)
    assert [bad["kind"] for bad in both(one)] == ["rolled_back"]


def test_each_chain_tells_its_first_and_the_export_its_earliest() -> None:
    one = export(Random(3))
    chains = sorted({row["chain"] for row in one.rows})
    for chain in chains[1:3]:
        for row in one.of(chain)[1:3]:
            row["content"] += " "
    found = both(one)
    assert [(bad["chain"], bad["sequence"]) for bad in found] == [(chains[1], 2), (chains[2], 2)]


def test_a_whole_chain_that_is_gone_is_known_from_its_anchors() -> None:
    one = export(Random(4))
    chain = one.rows[0]["chain"]
    one.rows = [row for row in one.rows if row["chain"] != chain]
    assert both(one) == [{"kind": "truncated", "chain": chain, "sequence": 1, "position": None}]


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda row: row.pop("hash"), "malformed"),
        (lambda row: row.update(sequence="3"), "malformed"),
        (lambda row: row.update(sequence=True), "malformed"),
        (lambda row: row.update(sequence=0), "malformed"),
        (lambda row: row.update(hash=row["hash"].upper()), "malformed"),
        (lambda row: row.update(content=None), "malformed"),
        (lambda row: row.update(columns=[]), "malformed"),
        (lambda row: row.update(sealed=3), "malformed"),
        (lambda row: row.update(content="{"), "changed"),
        (lambda row: row.update(content="\ud800"), "changed"),
        (lambda row: row.update(content="{}", digest=sha256("{}")), "malformed"),
        (lambda row: row.update(content="[" * 9_999, digest=sha256("[" * 9_999)), "malformed"),
    ],
)
def test_a_row_that_is_none_is_told_and_what_was_before_it_is_still_looked_at(spoil: Callable[[Any], Any], kind: str) -> None:
    one = export(Random(5))
    row = one.of(one.rows[0]["chain"])[2]
    spoil(row)
    found = both(one)
    assert [(bad["kind"], bad["position"]) for bad in found] == [(kind, 3)]
    one.rows[1]["content"] += " "
    assert [(bad["kind"], bad["position"]) for bad in both(one)] == [("changed", 2)]


@pytest.mark.parametrize("name", ["id", "review", "round", "turn"])
def test_a_decision_without_one_of_its_numbers_is_none(name: str) -> None:
    one = export(Random(11))
    for value in (None, "1", 1.5, True):
        tampering.rewrite(one.rows[0], **{name: value})
        assert [bad["kind"] for bad in both(one)] == ["malformed"]


def test_a_name_that_stands_twice_in_a_content_is_no_content() -> None:
    one = export(Random(6))
    row = one.rows[0]
    row["content"] = row["content"][:-1] + ',"form":2}'
    row["digest"] = sha256(row["content"])
    assert [bad["kind"] for bad in both(one)] == ["malformed"]


def test_an_anchor_without_a_hash_is_an_error_and_no_finding() -> None:
    right = {"chain": "a", "sequence": 1, "hash": "f" * 64}
    for wrong in ({"chain": None}, {"sequence": "1"}, {"sequence": 0}, {"sequence": None}, {"hash": None}, {"hash": 3}):
        with pytest.raises(BadAnchor, match="Anchor 2 needs"):
            verify([], [right, {**right, **wrong}])
    assert list(told(verify([], []))) == ["0 decisions in 0 chains, 0 anchors"]


def test_what_is_told_names_kind_chain_decision_and_line() -> None:
    one = export(Random(7))
    one.rows[0]["content"] += " "
    assert list(told(verify(one.rows, one.anchors)))[1] == "changed: chain AI-0000/pilot, decision 1, line 1"


@settings(max_examples=of(300, suite=80), deadline=None)
@given(st.integers(0, 2**32))
def test_any_scribbling_over_the_rows_is_found_and_both_verifiers_agree(seed: int) -> None:
    """Members swapped, removed, repeated, moved; wherever a row is not the one that was exported, the export is not whole."""
    random = Random(seed)
    one = export(random, chains=2)
    before = _by_chain(copy.deepcopy(one.rows))
    for _ in range(random.randint(1, 3)):
        _scribble(one, random)
    found = both(one)
    assert bool(found) is (_by_chain(one.rows) != before)


def _by_chain(rows: list[Any]) -> dict[str, list[Any]]:
    """How chains lie between each other in an export means nothing."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(str(row["chain"]), []).append(row)
    return found


def _scribble(one: Export, random: Random) -> None:
    place, other = random.randrange(len(one.rows)), random.randrange(len(one.rows))
    name = random.choice(["chain", "sequence", "previous", "content", "digest", "hash"])
    way = random.randrange(5)
    if way == 0:
        one.rows[place] = {**one.rows[place], name: one.rows[other][name]}
    elif way == 1:
        one.rows[place] = {**one.rows[place], name: random.choice([None, 3, "", "x", [], 10**40])}
    elif way == 2 and len(one.rows) > 1:
        del one.rows[place]
    elif way == 3:
        one.rows.insert(place, copy.deepcopy(one.rows[other % len(one.rows)]))
    else:
        rows, other = one.rows, other % len(one.rows)
        place %= len(rows)
        if rows[place]["chain"] == rows[other]["chain"]:
            rows[place], rows[other] = rows[other], rows[place]


# the script as an auditor runs it


def run(folder: Path, one: Export, *more: str) -> tuple[int, str]:
    rows, anchors = folder / "decisions.jsonl", folder / "anchors.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in one.rows), encoding="utf-8")
    anchors.write_text("".join(json.dumps(row) + "\n" for row in one.anchors), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT.resolve()), str(rows), str(anchors), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_the_script_runs_by_itself_and_answers_by_its_exit_code(tmp_path: Path) -> None:
    one = export(Random(8))
    assert run(tmp_path, one) == (0, f"{len(one.rows)} decisions in 4 chains, {len(one.anchors)} anchors\nwhole\n")
    done = tampering.inserted(one, Random(8))
    code, text = run(tmp_path, one)
    assert code == 1 and f"inserted: chain {done.chain}, decision {done.sequence}, line {done.position}" in text
    assert json.loads(run(tmp_path, one, "--json")[1]) == ours(one)


def test_the_script_says_what_it_cannot_read(tmp_path: Path) -> None:
    one = export(Random(9))
    one.anchors[0].pop("hash")
    assert run(tmp_path, one)[0] == 2
    missing = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path / "no.jsonl")], capture_output=True, check=False)
    assert missing.returncode == 2
    assert subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, check=False).returncode == 2


def test_a_line_that_is_no_json_is_a_row_that_is_none(tmp_path: Path) -> None:
    one = export(Random(10))
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in one.rows) + "{broken\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(SCRIPT), str(rows), "--json"], capture_output=True, text=True, check=False)
    assert [bad["kind"] for bad in json.loads(done.stdout)["bad"]] == ["malformed"]


def test_the_script_stays_short_enough_to_be_read_and_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imports == {"__future__", "hashlib", "json", "re", "sys", "typing"}
    assert {kind.value for kind in Kind} <= set(text.replace(",", " ").replace(".", " ").replace('"', " ").split())
