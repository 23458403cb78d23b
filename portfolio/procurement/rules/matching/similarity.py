"""How alike two names are, 0 to 1, the same both ways round."""

from __future__ import annotations

from itertools import pairwise

from rapidfuzz.distance import OSA

from portfolio.procurement.rules.matching.names import Name
from portfolio.procurement.rules.matching.weights import Weights
from portfolio.procurement.rules.matching.words import GENERIC, GOVERNING, ROMAN

COMPACT = 0.97  # the same letters, spaced otherwise: "AskSage", "Ask Sage"
BOTH_HAVE_MORE = 0.8  # each has a word that the other has not: "Crown Consulting", "Crown Innovations"
SAME_STEM = 0.9
SHORTEST_TYPO = 6  # letters of the longer word; in a shorter one a slip is another word
TYPO_COST = 1.5  # a slip costs more than its share of the letters

Pair = tuple[str, str, float]


def similarity(a: Name, b: Name, weights: Weights) -> float:
    """Dice's coefficient of the words weighted by their rarity, slips of the pen forgiven.

    0 where they are different arms, differ in a number, or share no word that tells companies apart.
    """
    if not a.tokens or not b.tokens or a.arms != b.arms:
        return 0.0
    if a.tokens == b.tokens:
        return 1.0
    if a.compact == b.compact:
        return COMPACT
    pairs, left_a, left_b = _paired(list(a.core), list(b.core))
    if _numbers(left_a) or _numbers(left_b) or not _telling(pairs):
        return 0.0
    both = sum((weights.of(one) + weights.of(other)) * alike for one, other, alike in pairs)
    whole = sum(weights.of(one) + weights.of(other) for one, other, _ in pairs)
    score = both / (whole + _cost(a.core, left_a, weights) + _cost(b.core, left_b, weights))
    return score * BOTH_HAVE_MORE if (left_a and left_b) or _is_campus(a, left_a) or _is_campus(b, left_b) else score


def _is_campus(name: Name, left: list[str]) -> bool:
    """In the name of a university every word tells: "University of San Diego", "University of California San Diego"."""
    return "university" in name.core and not GOVERNING.issuperset(left)


def _cost(core: tuple[str, ...], left: list[str], weights: Weights) -> float:
    """What the words cost that only one of the names has.

    What everybody is called counts little where it is added at the end ("Lambda", "Lambda Labs"), and as much as any word
    elsewhere and in universities, whose names are made of such words ("Georgia Tech Research", "Georgia Tech Applied Research").
    """
    is_added = core[len(core) - len(left) :] == tuple(left) and "university" not in core
    return weights.sum(left) if is_added else weights.sum_of_rarity(token for token in left if token not in GOVERNING)


def _paired(left: list[str], right: list[str]) -> tuple[list[Pair], list[str], list[str]]:
    """Words of both, first the same ones, then those that are joined in one name, then slips; and what is left of each."""
    pairs: list[Pair] = []
    for token in list(left):
        if token in right:
            left.remove(token)
            right.remove(token)
            pairs.append((token, token, 1.0))
    _joined(left, right, pairs)
    _joined(right, left, pairs)
    _slips(left, right, pairs)
    return pairs, left, right


def _joined(left: list[str], right: list[str], pairs: list[Pair]) -> None:
    """ "simple sense" against "simplesense"."""
    for first, second in list(pairwise(left)):
        if first + second in right and first in left and second in left:
            left.remove(first)
            left.remove(second)
            right.remove(first + second)
            pairs.append((first + second, first + second, COMPACT))


def _slips(left: list[str], right: list[str], pairs: list[Pair]) -> None:
    for alike, one, other in sorted(((_alike(one, other), one, other) for one in left for other in right), reverse=True):
        if alike and one in left and other in right:
            left.remove(one)
            right.remove(other)
            pairs.append((one, other, alike))


def _alike(one: str, other: str) -> float:
    """1 less the cost of the slips between two words (optimal string alignment), 0 for other words."""
    if one in GENERIC and other in GENERIC and _is_same_stem(one, other):
        return SAME_STEM
    longest = max(len(one), len(other))
    if longest < SHORTEST_TYPO or one[0] != other[0]:
        return 0.0
    slips = OSA.distance(one, other, score_cutoff=2)
    return 1 - TYPO_COST * slips / longest if slips <= (2 if longest >= 10 else 1) else 0.0


def _is_same_stem(one: str, other: str) -> bool:
    """ "tech", "technology", "technologies"; "computer", "computing": the shorter one but for its last three letters."""
    count = max(4, min(len(one), len(other)) - 3)
    return one[:count] == other[:count]


def _numbers(tokens: list[str]) -> bool:
    """A word with a digit, or a Roman number: "Zolon PCS" is not "Zolon PCS II"."""
    return any(token in ROMAN or not token.isalpha() for token in tokens)


def _telling(pairs: list[Pair]) -> bool:
    return any(one not in GENERIC and not one.isdigit() for one, _, _ in pairs)
