"""Intervals, phases, packs and comparisons, without a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.initiatives.choices import StageKind
from readiness.assessments.choices import Dimension, Phase, Reply
from readiness.assessments.rules.changes import Direction, changes, pack_changes
from readiness.assessments.rules.packs import BadPack, Pack, PackQuestion, read_pack, write_pack
from readiness.assessments.rules.phases import Step, next_of
from readiness.assessments.rules.scores import Asked, by_dimension, counting, score

PACK = Path("readiness/assessments/packs/infrastructure-readiness.yaml")
BEFORE, PRODUCTION = StageKind.BEFORE, StageKind.PRODUCTION
EVERY_PHASE = frozenset(Phase)


def asked(key: str, weight: float = 1, dimension: Dimension = Dimension.COMPUTE, *phases: Phase) -> Asked:
    return Asked(key, dimension, weight, frozenset(phases) or EVERY_PHASE)


weights = st.floats(0.1, 10)
replies = st.sampled_from(list(Reply))
answered = st.lists(st.tuples(weights, replies), min_size=1, max_size=30)


def _of(rows: list[tuple[float, Reply]]) -> tuple[list[Asked], dict[str, Reply]]:
    return [asked(f"q{n}", weight) for n, (weight, _) in enumerate(rows)], {f"q{n}": reply for n, (_, reply) in enumerate(rows)}


def test_unknown_counts_as_no_at_the_low_end_and_as_yes_at_the_high_end() -> None:
    questions = [asked("a", 3), asked("b", 2), asked("c", 1), asked("d", 2)]
    found = score(questions, {"a": Reply.YES, "b": Reply.PARTLY, "c": Reply.NO})
    assert (found.low, found.high) == (4 / 8, 6 / 8)
    assert (found.unknown, found.answered, found.asked) == (1, 3, 4)


def test_not_applicable_leaves_both_sums() -> None:
    questions = [asked("a"), asked("b", 9)]
    found = score(questions, {"a": Reply.YES, "b": Reply.NOT_APPLICABLE})
    assert (found.low, found.high) == (1, 1)


def test_nothing_applicable_is_a_verdict_and_not_a_full_score() -> None:
    for found in (score([], {}), score([asked("a")], {"a": Reply.NOT_APPLICABLE})):
        assert not found.applicable and found.low is None and found.high is None


@given(answered)
def test_low_is_never_above_high_and_both_are_shares(rows: list[tuple[float, Reply]]) -> None:
    found = score(*_of(rows))
    if found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.high <= 1


@given(answered, replies)
def test_answering_an_unknown_never_widens_and_a_plain_answer_stays_inside(rows: list[tuple[float, Reply]], reply: Reply) -> None:
    questions, before = _of([(2.0, Reply.UNKNOWN), *rows])
    old, new = score(questions, before), score(questions, before | {"q0": reply})
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return
    assert new.high - new.low <= old.high - old.low + 1e-12
    if reply is not Reply.NOT_APPLICABLE:
        assert old.low - 1e-12 <= new.low and new.high <= old.high + 1e-12


@given(answered)
def test_without_unknowns_the_interval_is_a_point(rows: list[tuple[float, Reply]]) -> None:
    found = score(*_of([(weight, Reply.NO if reply is Reply.UNKNOWN else reply) for weight, reply in rows]))
    assert found.low == found.high


@given(answered)
def test_the_whole_lies_between_its_dimensions(rows: list[tuple[float, Reply]]) -> None:
    dimensions = list(Dimension)
    questions = [asked(f"q{n}", weight, dimensions[n % 10]) for n, (weight, _) in enumerate(rows)]
    given_ = {f"q{n}": reply for n, (_, reply) in enumerate(rows)}
    whole = score(questions, given_)
    lows = [one.low for one in by_dimension(questions, given_).values() if one.low is not None]
    if whole.low is not None:
        assert min(lows) - 1e-9 <= whole.low <= max(lows) + 1e-9


def test_only_weighty_questions_block_and_only_while_no_or_unknown() -> None:
    questions = [asked("a", 3), asked("b", 3), asked("c", 2), asked("d", 3)]
    found = score(questions, {"a": Reply.NO, "c": Reply.NO, "d": Reply.PARTLY})
    assert (found.blocking_no, found.blocking_unknown) == (1, 1)


def test_a_question_counts_only_for_its_phases() -> None:
    questions = [asked("a", 1, Dimension.DATA, Phase.POC), asked("b", 1, Dimension.DATA, Phase.PILOT, Phase.PRODUCTION)]
    assert [one.key for one in counting(questions, Phase.PILOT)] == ["b"]
    assert len(counting(questions, None)) == 2


STANDARD = [
    Step("idea", "Idea", BEFORE, 1), Step("poc", "PoC", BEFORE, 2), Step("pilot", "Pilot", BEFORE, 3),
    Step("scale-up", "Scale-up", BEFORE, 4), Step("production", "Production", PRODUCTION, 5),
]  # fmt: skip
LIGHT = [STANDARD[0], Step("pilot", "Pilot", BEFORE, 2), Step("production", "Production", PRODUCTION, 3)]
FEDERAL = [
    Step("initiated", "Initiated", BEFORE, 1), Step("acquisition_development", "Acquisition/Development", BEFORE, 2),
    Step("implementation_assessment", "Implementation/Assessment", BEFORE, 3), Step("operation", "Operation", PRODUCTION, 4),
]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "at", "phase"),
    [
        (STANDARD, "idea", Phase.POC),
        (STANDARD, "poc", Phase.PILOT),
        (STANDARD, "pilot", Phase.SCALE_UP),
        (STANDARD, "scale-up", Phase.PRODUCTION),
        (LIGHT, "idea", Phase.PILOT),
        (LIGHT, "pilot", Phase.PRODUCTION),
        (FEDERAL, "initiated", Phase.POC),
        (FEDERAL, "acquisition_development", Phase.SCALE_UP),
        (FEDERAL, "implementation_assessment", Phase.PRODUCTION),
    ],
)
def test_the_next_phase_follows_the_stage_of_any_template(steps: list[Step], at: str, phase: Phase) -> None:
    found = next_of(steps, at)
    assert found.phase is phase and found.gate_ahead and not found.unknown


def test_in_production_no_gate_is_left_and_an_unknown_stage_is_asked_everything() -> None:
    live, nobody_knows = next_of(STANDARD, "production"), next_of(FEDERAL, None)
    assert live.reached and not live.gate_ahead and live.phase is Phase.PRODUCTION
    assert nobody_knows.unknown and nobody_knows.phase is Phase.PRODUCTION and nobody_knows.name == "Operation"


def test_the_shipped_bank_covers_the_ten_dimensions_with_five_to_seven_questions_each() -> None:
    pack = read_pack(PACK.read_text(encoding="utf-8"))
    counts = {dimension: sum(1 for one in pack.questions if one.dimension is dimension) for dimension in Dimension}
    assert all(5 <= count <= 7 for count in counts.values()), counts
    assert len(pack.questions) >= 60
    for one in pack.questions:
        assert one.text.endswith("?") and one.why and one.evidence, one.key
        assert Phase.PRODUCTION in one.phases, f"{one.key}: what mattered before matters in production"
    every = [text for one in pack.questions for text in (one.text, one.why, one.evidence)]
    assert len(set(every)) == len(every)


def test_a_pack_comes_back_as_it_went_out() -> None:
    pack = read_pack(PACK.read_text(encoding="utf-8"))
    assert read_pack(write_pack(pack)) == pack


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\x85\ufeff"), min_size=1, max_size=60
)


@given(words, words, weights)
def test_any_text_survives_yaml(text: str, why: str, weight: float) -> None:
    text, why = " ".join(text.split()) or "x", " ".join(why.split())
    question = PackQuestion("a", Dimension.DATA, text, (Phase.POC,), why=why, weight=weight)
    pack = Pack("bank", "Yes", (question,), note=why)
    assert read_pack(write_pack(pack)) == pack


BAD = """
key: Our Bank
name: Ours
owner: me
questions:
  - {key: a, dimension: networking, text: "Is it?", phases: [pilot], weight: 0}
  - {key: a, dimension: network, phases: [], wieght: 2}
  - just a text
"""


def test_every_problem_is_named_with_its_question_and_key_in_one_round() -> None:
    with pytest.raises(BadPack) as caught:
        read_pack(BAD)
    said = [str(problem) for problem in caught.value.problems]
    places = [problem.place for problem in caught.value.problems]
    assert places == [
        "bank, owner", "bank, key", "question 1 (a), dimension", "question 1 (a), weight", "question 2 (a), wieght",
        "question 2 (a), text", "question 2 (a), phases", "question 3", "question 2 (a), key",
    ]  # fmt: skip
    assert 'Did you mean "network"?' in said[2] and 'Did you mean "weight"?' in said[4]


@pytest.mark.parametrize("text", ["", "- a", "key: [", "a: &x 1\nb: *x", "questions: {}", "{" * 50])
def test_what_is_no_bank_is_refused_with_words(text: str) -> None:
    with pytest.raises(BadPack):
        read_pack(text)


def test_changes_tell_learning_from_improving() -> None:
    before = {"a": Reply.UNKNOWN, "b": Reply.PARTLY, "c": Reply.YES, "d": Reply.NO, "e": Reply.YES}
    after = {"a": Reply.NO, "b": Reply.YES, "c": Reply.UNKNOWN, "d": Reply.NO, "f": Reply.YES}
    found = {change.key: change.direction for change in changes(before, after, "abcdef")}
    assert found == {
        "a": Direction.LEARNT, "b": Direction.BETTER, "c": Direction.LOST, "e": Direction.OTHER, "f": Direction.OTHER,
    }  # fmt: skip


def test_a_new_version_tells_what_it_does_to_the_questions() -> None:
    one = PackQuestion("a", Dimension.DATA, "Is it?", (Phase.POC,))
    other = PackQuestion("a", Dimension.DATA, "Is it so?", (Phase.POC,), weight=2)
    gone, new = PackQuestion("b", Dimension.DATA, "B?", (Phase.POC,)), PackQuestion("c", Dimension.DATA, "C?", (Phase.POC,))
    found = pack_changes([one, gone], [other, new])
    assert [(change.key, change.kind, change.fields) for change in found] == [
        ("a", "changed", ("text", "weight")), ("c", "added", ()), ("b", "removed", ()),
    ]  # fmt: skip
