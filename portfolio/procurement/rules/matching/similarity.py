"""How alike two names are, 0 to 1, the same both ways round."""

from __future__ import annotations

from itertools import pairwise

from rapidfuzz.distance import OSA

from portfolio.procurement.rules.matching.names import Name
from portfolio.procurement.rules.matching.weights import Weights
from portfolio.procurement.rules.matching.words import GENERIC, ROMAN

COMPACT = 0.97  # the same letters, spaced otherwise: "AskSage", "Ask Sage"
BOTH_HAVE_MORE = 0.8  # each has a word that the other has not: "Crown Consulting", "Crown Innovations"
SHORTEST_TYPO = 6  # letters; in a shorter word a slip is another word
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
    score = _dice(pairs, left_a, left_b, weights)
    return score * BOTH_HAVE_MORE if left_a and left_b else score


def _dice(pairs: list[Pair], left_a: list[str], left_b: list[str], weights: Weights) -> float:
    both = sum((weights.of(one) + weights.of(other)) * alike for one, other, alike in pairs)
    whole = sum(weights.of(one) + weights.of(other) for one, other, _ in pairs)
    return both / (whole + weights.sum(left_a) + weights.sum(left_b))


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
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < SHORTEST_TYPO or one[0] != other[0]:
        return 0.0
    slips = OSA.distance(one, other, score_cutoff=2)
    return 1 - TYPO_COST * slips / longest if slips <= (2 if longest >= 10 else 1) else 0.0


def _numbers(tokens: list[str]) -> bool:
    """A word with a digit, or a Roman number: "Zolon PCS" is not "Zolon PCS II"."""
    return any(token in ROMAN or any(sign.isdigit() for sign in token) for token in tokens)


def _telling(pairs: list[Pair]) -> bool:
    return any(one not in GENERIC and not one.isdigit() for one, _, _ in pairs)
