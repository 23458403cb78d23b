"""Contract numbers (US Procurement Instrument Identifiers and their predecessors) in a cell that may hold anything."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[^\s,;/|&()_:]+")
_LIKE_A_NUMBER = re.compile(r"(?=[0-9A-Z-]*[A-Z])(?=(?:[0-9A-Z-]*?[0-9]){4})[0-9A-Z]+(?:-[0-9A-Z]+)*\Z")
_SIGNS_ALONE = range(9, 21)
_SIGNS_IN_TEXT = range(9, 19)
_JOINERS = frozenset({"", "and", "&", "-", "\u2013"})


def read_contract_numbers(text: str) -> tuple[tuple[str, ...], str]:
    """The contract numbers in `text` in their order, each once, and the text beside them ("" if there is none).

    A number has capital letters, digits and single hyphens, at least one letter and four digits among them. Beside
    other text it has 9 to 18 letters and digits (FAR 4.1603 asks for 13 to 17; some have one more, older ones fewer),
    so that a label glued to a number is not taken for a part of it; alone in its cell it may have 20. A bare row of
    digits is not taken for one, nor are two fragments joined to make one.
    """
    alone = text.strip()
    if _is_number(alone, _SIGNS_ALONE):
        return (alone,), ""
    numbers: dict[str, None] = {}
    rest: list[str] = []
    for token in _TOKEN.findall(text):
        word = token.strip(".#\"'")
        if _is_number(word, _SIGNS_IN_TEXT):
            numbers[word] = None
        elif word not in _JOINERS:
            rest.append(token)
    return tuple(numbers), " ".join(rest)


def _is_number(word: str, signs: range) -> bool:
    return len(word) - word.count("-") in signs and _LIKE_A_NUMBER.match(word) is not None
