"""Contract numbers (US Procurement Instrument Identifiers and their predecessors) in a cell that may hold anything."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[^\s,;/|&()_:]+")
_LIKE_A_NUMBER = re.compile(r"(?=(?:[0-9A-Z-]*[A-Z]){1})(?=(?:[0-9A-Z-]*[0-9]){5})[0-9A-Z]+(?:-[0-9A-Z]+)*\Z")
_JOINERS = frozenset({"", "and", "&", "-", "\u2013"})


def read_contract_numbers(text: str) -> tuple[tuple[str, ...], str]:
    """The contract numbers in `text` in their order, each once, and the text beside them ("" if there is none).

    A number has 9 to 21 capital letters, digits and single hyphens, at least one letter and five digits among them
    (FAR 4.1603 asks for 13 to 17 signs; older ones are shorter and hyphenated). A bare row of digits is not taken for
    one, nor are two fragments joined to make one.
    """
    if 9 <= len(text) <= 21 and _LIKE_A_NUMBER.match(text):
        return (text,), ""
    numbers: dict[str, None] = {}
    rest: list[str] = []
    for token in _TOKEN.findall(text.replace("\u00a0", " ")):
        word = token.strip(".#\"'")
        if 9 <= len(word) <= 21 and _LIKE_A_NUMBER.match(word):
            numbers[word] = None
        elif word not in _JOINERS:
            rest.append(token)
    return tuple(numbers), " ".join(rest)
