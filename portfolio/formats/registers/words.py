"""Comparing words as people write them: case, spaces, quotation marks, and the many ways to say "does not apply"."""

from __future__ import annotations

import unicodedata

NOT_APPLICABLE = frozenset(
    {"n/a", "na", "n.a.", "n.a", "n\\a", "#n/a", "not applicable", "none", "null", "nil", "-", "--", "\u2014", "\u2013"}
)
UNDATED = frozenset(
    {
        "unknown",
        "tbd",
        "t.b.d.",
        "to be determined",
        "todo",
        "to do",
        "pending",
        "ongoing",
        "on-going",
        "not known",
        "not yet",
        "not reported",
        "blank/not provided",
    }
)
_STRAIGHT = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u00ad": None,
        "\ufeff": None,
    }
)


def folded(text: str) -> str:
    """Text for comparison: NFKC, straight quotes and dashes, one space, no case."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    return " ".join(unicodedata.normalize("NFKC", text.translate(_STRAIGHT)).split()).casefold()


_NOT_APPLICABLE_FOLDED = frozenset(folded(word) for word in NOT_APPLICABLE)


def is_not_applicable(text: str) -> bool:
    """True for "N/A", "NA", "None", a dash and the like; not for prose that begins so."""
    return len(text) < 24 and folded(text) in _NOT_APPLICABLE_FOLDED
