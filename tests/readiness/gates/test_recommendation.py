"""Every row of DOMAIN's recommendation: all combinations of criteria, thresholds, last gate, dependencies and conditions.

The suite tries a seeded part of them, PILOTAGE_FULL=1 all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.initiatives.choices import DependencyKind
from readiness.evidence.choices import Verdict
from readiness.gates.choices import CriterionKind, Outcome
from readiness.gates.rules.recommend import Because, Cause, Dependency, Recommendation, Turned, recommend
from readiness.gates.rules.scores import Counted, Score, score
from readiness.gates.rules.templates.template import Thresholds
from tests.readiness.gates import plainly
from tests.readiness.gates.plainly import Plain
from tests.sampling import FULL

# kind, is_key, verdict, impossible: everything that a criterion can be
EVERY = [
    (kind.value, is_key, verdict.value, impossible)
    for kind in CriterionKind
    for is_key in ((False, True) if kind is CriterionKind.SHOULD_MEET else (False,))
    for verdict in Verdict
    for impossible in ((False, True) if verdict is Verdict.NOT_MET else (False,))
]
THRESHOLDS = [("0.8", "0.6"), ("0.5", "0.5"), ("1", "0.25"), ("0", "0"), ("1", "1"), ("0.75", "0.75")]
SAMPLE = 0.06  # of the gates of two and three criteria; those of none and one are tried whole
SWITCHES = list(product((False, True), repeat=3))  # last gate, a dependency that is not ready, an open condition
NOT_READY = Dependency(7, "platform", DependencyKind.NEEDS, ready=False)
MUST, SHOULD, READY, INFO = CriterionKind.MUST_MEET, CriterionKind.SHOULD_MEET, CriterionKind.READINESS, CriterionKind.INFO


def plain(kinds: tuple[tuple[str, bool, str, bool], ...], weights: tuple[int, ...]) -> list[Plain]:
    rows = zip(kinds, weights, strict=True)
    return [(f"c{n}", kind, verdict, weight, key, never) for n, ((kind, key, verdict, never), weight) in enumerate(rows)]


def counted(criteria: list[Plain]) -> list[Counted]:
    return [
        Counted(key, CriterionKind(kind), Verdict(verdict), weight, is_key, impossible)
        for key, kind, verdict, weight, is_key, impossible in criteria
    ]


def ask(
    criteria: list[Plain], thresholds: tuple[str, str], *, last_gate: bool, dependency: bool, conditions: bool
) -> Recommendation:
    passing, warning = (float(one) for one in thresholds)
    return recommend(
        counted(criteria),
        Thresholds(passing=passing, warning=warning),
        last_gate=last_gate,
        dependencies=[NOT_READY] if dependency else [],
        open_conditions=[3] if conditions else [],
    )


def all_gates() -> Iterator[list[Plain]]:
    """No criterion, each alone, each pair, and each three of the kinds that count, in more than one weighing."""
    yield []
    for one in EVERY:
        yield plain((one,), (1,))
    for two in combinations_with_replacement(EVERY, 2):
        yield plain(two, (1, 1))
        yield plain(two, (3, 1))
    counting = [one for one in EVERY if one[0] in ("must_meet", "should_meet")]
    for three in combinations_with_replacement(counting, 3):
        yield plain(three, (1, 2, 1))


def test_every_combination_recommends_what_a_reader_of_the_rule_would() -> None:
    seen: Counter[tuple[str, int]] = Counter()
    number, luck = 0, Random(20_261_129)
    for criteria in all_gates():
        for thresholds in THRESHOLDS:
            passing, warning = (Fraction(one) for one in thresholds)
            for last_gate, dependency, conditions in SWITCHES:
                number += 1
                if not FULL and len(criteria) > 1 and luck.random() > SAMPLE:
                    continue
                found = ask(criteria, thresholds, last_gate=last_gate, dependency=dependency, conditions=conditions)
                wanted = plainly.recommended(
                    criteria, passing, warning, last_gate=last_gate, dependency=dependency, conditions=conditions
                )
                assert (found.outcome.value, found.rule) == wanted, (criteria, thresholds, last_gate, dependency, conditions)
                assert (found.score.low, found.score.high) == plainly.interval(criteria)
                seen[wanted] += 1
    print(f"{sum(seen.values()):,} of {number:,} combinations tried")  # noqa: T201
    assert number > 200_000
    assert sum(seen.values()) == number if FULL else sum(seen.values()) > 10_000
    assert {outcome for outcome, _ in seen} == {one.value for one in Outcome}
    assert {rule for _, rule in seen} == {1, 2, 3, 4, 5}


def test_larger_gates_at_random_agree_too() -> None:
    random, size = Random(20_261_129), int(os.environ.get("PILOTAGE_GATES", "4000"))
    for _ in range(size):
        count = random.randint(4, 14)
        criteria = plain(tuple(random.choices(EVERY, k=count)), tuple(random.choices((1, 1, 2, 3, 5), k=count)))
        if random.random() < 0.6:  # most such gates fail at once; these get as far as the score
            criteria = [one for one in criteria if one[1] == "should_meet" and not one[4]]
        criteria = [one for number, one in enumerate(criteria) if number < 10]
        thresholds = random.choice(THRESHOLDS)
        last, dependency, conditions = random.choice(SWITCHES)
        passing, warning = (Fraction(one) for one in thresholds)
        found = ask(criteria, thresholds, last_gate=last, dependency=dependency, conditions=conditions)
        wanted = plainly.recommended(criteria, passing, warning, last_gate=last, dependency=dependency, conditions=conditions)
        assert (found.outcome.value, found.rule) == wanted


def gate(*rows: tuple[str, CriterionKind, Verdict]) -> list[Counted]:
    return [Counted(key, kind, verdict) for key, kind, verdict in rows]


USUAL = Thresholds(passing=0.8, warning=0.6)


def test_the_rule_names_the_criteria_that_fired_it_and_no_others() -> None:
    rows = gate(
        ("a", MUST, Verdict.NOT_MET), ("b", READY, Verdict.NOT_MET), ("c", MUST, Verdict.MET), ("d", INFO, Verdict.NOT_MET)
    )
    found = recommend(rows, USUAL)
    assert (found.outcome, found.rule) == (Outcome.RECYCLE, 2)
    assert found.because == (Because(Cause.BLOCKING_NOT_MET, ("a", "b")),)


def test_all_causes_of_the_rule_that_hit_are_told_and_none_of_a_later_one() -> None:
    rows = gate(("a", MUST, Verdict.STALE), ("b", SHOULD, Verdict.UNKNOWN), ("c", MUST, Verdict.WARNING))
    found = recommend(rows, USUAL, dependencies=[NOT_READY])
    assert found.because == (
        Because(Cause.BLOCKING_UNKNOWN, ("a",)),
        Because(Cause.SCORE_UNCERTAIN, ("b",)),
        Because(Cause.DEPENDENCY_NOT_READY, ("7",)),
    )


def test_a_waived_criterion_is_conditional_and_hold_at_the_last_gate() -> None:
    rows = gate(("a", MUST, Verdict.WAIVED), ("b", MUST, Verdict.MET))
    before, last = recommend(rows, USUAL), recommend(rows, USUAL, last_gate=True)
    assert (before.outcome, before.turned) == (Outcome.CONDITIONAL_GO, ())
    assert (last.outcome, last.by_rule, last.turned) == (Outcome.HOLD, Outcome.CONDITIONAL_GO, (Turned.LAST_GATE,))
    assert last.because == before.because == (Because(Cause.BLOCKING_WAIVED, ("a",)),)


def test_an_open_condition_turns_go_into_hold_and_says_what_it_would_have_been() -> None:
    found = recommend(gate(("a", MUST, Verdict.MET)), USUAL, open_conditions=[4, 9])
    assert (found.outcome, found.by_rule, found.rule) == (Outcome.HOLD, Outcome.GO, 5)
    assert (found.turned, found.open_conditions) == ((Turned.OPEN_CONDITIONS,), (4, 9))


def test_an_open_condition_bars_nothing_but_an_advance() -> None:
    found = recommend(gate(("a", MUST, Verdict.NOT_MET)), USUAL, open_conditions=[4])
    assert (found.outcome, found.turned) == (Outcome.RECYCLE, ())


def test_a_score_that_lies_on_a_threshold_is_on_it() -> None:
    """0.1 + 0.2 of 0.3 is all of it: with binary fractions it would not be."""
    rows = [
        Counted("a", SHOULD, Verdict.MET, 0.1),
        Counted("b", SHOULD, Verdict.MET, 0.2),
        Counted("c", SHOULD, Verdict.NOT_MET, 0.7),
    ]
    found = recommend(rows, Thresholds(passing=0.3, warning=0.3))
    assert (found.score.low, found.outcome) == (Fraction(3, 10), Outcome.GO)


@pytest.mark.parametrize(
    ("kind", "ready", "holds"),
    [
        (DependencyKind.NEEDS, True, False),
        (DependencyKind.NEEDS, False, True),
        (DependencyKind.NEEDS, None, True),
        (DependencyKind.SHARES_PLATFORM, None, True),
        (DependencyKind.FEEDS, False, False),
    ],
)
def test_a_dependency_holds_unless_somebody_knows_that_it_is_ready(kind: DependencyKind, ready: bool | None, holds: bool) -> None:
    found = recommend([], USUAL, dependencies=[Dependency(1, "x", kind, ready)])
    assert (found.outcome is Outcome.HOLD) is holds


def test_without_should_meet_criteria_the_score_is_one() -> None:
    for rows in ([], gate(("a", MUST, Verdict.UNKNOWN)), gate(("a", SHOULD, Verdict.NOT_APPLICABLE))):
        assert score(rows) == Score(Fraction(1), Fraction(1))


verdicts = st.sampled_from(list(Verdict))
rows_of = st.lists(
    st.builds(Counted, st.uuids().map(str), st.sampled_from(list(CriterionKind)), verdicts, st.sampled_from([0.5, 1.0, 2.0])),
    max_size=8,
)
BETTER = (Verdict.NOT_MET, Verdict.WARNING, Verdict.MET)
FAVOUR = list(Outcome)


@given(rows_of, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_criteria_changes_nothing(rows: list[Counted], mixed: Random, last: bool) -> None:
    shuffled = mixed.sample(rows, len(rows))
    one, other = recommend(rows, USUAL, last_gate=last), recommend(shuffled, USUAL, last_gate=last)
    assert (one.outcome, one.rule, one.score) == (other.outcome, other.rule, other.score)


@given(rows_of, st.integers(0, 7), st.booleans())
def test_a_better_verdict_never_worsens_the_recommendation(rows: list[Counted], place: int, last: bool) -> None:
    if not rows:
        return
    place %= len(rows)
    outcomes = []
    for verdict in BETTER:
        one = rows[place]
        changed = [*rows[:place], Counted(one.key, one.kind, verdict, one.weight), *rows[place + 1 :]]
        outcomes.append(FAVOUR.index(recommend(changed, USUAL, last_gate=last).outcome))
    assert outcomes == sorted(outcomes, reverse=True)


@given(rows_of, st.integers(0, 7), st.sampled_from([Verdict.UNKNOWN, Verdict.STALE]))
def test_what_is_unknown_lies_between_what_it_may_turn_out_to_be(rows: list[Counted], place: int, open_: Verdict) -> None:
    """An unknown is neither counted as met nor as not met: its score's ends are those of the two."""
    if not rows:
        return
    place %= len(rows)

    def with_(verdict: Verdict) -> list[Counted]:
        one = rows[place]
        return [*rows[:place], Counted(one.key, one.kind, verdict, one.weight), *rows[place + 1 :]]

    middle = score(with_(open_))
    assert (middle.low, middle.high) == (score(with_(Verdict.NOT_MET)).low, score(with_(Verdict.MET)).high)
    if rows[place].blocks:
        assert recommend(with_(open_), USUAL).outcome not in (Outcome.GO, Outcome.CONDITIONAL_GO)
