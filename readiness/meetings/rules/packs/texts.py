"""Texts of people as they can be printed: every letter is shown, none of them does anything."""

from __future__ import annotations

import unicodedata

LONGEST = 18  # letters without a place to break a line
_STEP = 8
_BREAK = "\u200b"
_PICTURES = 0x2400  # of control characters: NUL is shown as its picture
# What turns the reading direction of the letters after it, and so may dress one text as another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACED = "\ufffd"


def printable(text: str) -> str:
    """The same text with controls made visible and long words breakable; line ends stay."""
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text
    return breakable("".join(map(_shown, text.replace("\r\n", "\n").replace("\t", " "))))


def breakable(text: str) -> str:
    """Long words get places where a line may break (zero width spaces), never inside of what is read as one letter."""
    return " ".join("\n".join(map(_broken, part.split("\n"))) for part in text.split(" "))


def shortened(text: str, most: int) -> str:
    """At most so many letters, for a label in a picture; the table beside it has them all."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _shown(sign: str) -> str:
    if sign == "\n" or sign.isprintable():
        return sign
    code, category = ord(sign), unicodedata.category(sign)
    if code < 0x20:
        return chr(_PICTURES + code)
    if sign in _TURNING:
        return f"[U+{code:04X}]"
    return _REPLACED if category in ("Cc", "Cn", "Cs", "Co") else sign


def _broken(word: str) -> str:
    if len(word) <= LONGEST:
        return word
    parts: list[str] = []
    room = _STEP
    joined = False
    for sign in word:
        clings = joined or unicodedata.category(sign) in ("Mn", "Me", "Mc", "Cf") or 0x1F3FB <= ord(sign) <= 0x1F3FF
        if room <= 0 and not clings:
            parts.append(_BREAK)
            room = _STEP
        parts.append(sign)
        joined = sign == "\u200d"
        room -= 1
    return "".join(parts)
