"""A written name of a company taken apart: what stays of it, which arm it is, what else it is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from portfolio.procurement.rules.matching import words

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"[\u2019'`]s\b")
_APOSTROPHE = re.compile(r"[\u2019'`]")
_ALSO = re.compile(
    r"[\s,(;-]+(?:d\s?[/.]?\s?b\s?[/.]?\s?a|[fan]\s?[/.]?\s?k\s?[/.]?\s?a|t/a|doing business as|trading as"
    r"|(?:also |formerly |now )known as|formerly)\b\.?[\s:]*",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(([^\W_]{2,8})\)")
_ZIP = re.compile(r"\s+\d{5}(?:-\d{4})?$")


@dataclass(frozen=True, slots=True)
class Name:
    """`tokens` without joining words and legal form, in their order; `core` the same without the words of an arm.

    `is_upper` says that it was written as one word of capitals, as initials are. A legal form makes it a name of its own.
    """

    tokens: tuple[str, ...]
    core: tuple[str, ...]
    arms: frozenset[str]
    is_upper: bool

    @property
    def key(self) -> str:
        return " ".join(self.tokens)

    @property
    def compact(self) -> str:
        return "".join(self.tokens)


@lru_cache(maxsize=32_768)  # the same vendors are taken apart for every page and file that looks for one
def normalised(name: str) -> str:
    """The key of a name: lower case, no accents, punctuation, joining words, legal form or place behind it.

    "The MathWorks, Inc." -> "mathworks". Of "X dba Y" it is the key of X. "" where no letter or digit is left.
    Normalising a key again changes nothing.
    """
    key = " ".join(_settled(_written(name)))
    return key if key == name else normalised(key)


def other_names(name: str) -> tuple[str, ...]:
    """What a name says that it is or was called besides: "X LLC dba Y" -> ("Y",)."""
    return tuple(part.strip(" )") for part in _ALSO.split(name)[1:] if normalised(part))


@lru_cache(maxsize=32_768)
def parsed(name: str) -> Name:
    tokens = tuple(normalised(name).split())
    arms, core = _arms(tokens)
    return Name(tokens, core, arms, len(_WORD.findall(name)) == 1 and name.isupper())


def is_arm(name: str) -> bool:
    """Whether the name itself says that it is a government or national arm: "Accenture Federal Services LLC"."""
    return bool(parsed(name).arms)


def _written(name: str) -> str:
    """The first of the names written, or the whole where nothing stands before "dba"."""
    first = _ALSO.split(name)[0]
    return _without_place(_without_initials(first if _WORD.search(first) else name))


def _without_initials(name: str) -> str:
    """Without its own initials behind it: "University of Florida (UF)"."""
    found = _IN_BRACKETS.search(name)
    if not found:
        return name
    before = [token for token in _tokens(_folded(name[: found.start()])) if token not in words.JOINING]
    own = {initials(before), "".join(token[0] for token in before)}
    return name[: found.start()] + name[found.end() :] if _folded(found[1]) in own else name


def _settled(name: str) -> list[str]:
    """The tokens of a name after as many steps as change something, which makes `normalised` idempotent."""
    tokens = _tokens(_folded(name))
    while True:
        following = _tokens(_folded(" ".join(_without_forms(_merged(_plain(tokens))))))
        if following == tokens:
            return tokens
        tokens = following


def _folded(text: str) -> str:
    """Lower case without accents and apostrophes."""
    text = _APOSTROPHE.sub("", _POSSESSIVE.sub("", text.casefold()))
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


def _tokens(text: str) -> list[str]:
    return _WORD.findall(text)


def _plain(tokens: list[str]) -> list[str]:
    """Without joining words, abbreviations written out; a name of nothing but joining words is left as it is."""
    kept = [words.ABBREVIATIONS.get(token, token) for token in tokens if token not in words.JOINING]
    return kept or tokens


def _merged(tokens: list[str]) -> list[str]:
    """Single letters in a row are one word: "a i s" -> "ais", "l l c" -> "llc"."""
    merged: list[str] = []
    is_open = False
    for token in tokens:
        is_single = len(token) == 1 and token.isalpha()
        if is_single and is_open:
            merged[-1] += token
        else:
            merged.append(token)
        is_open = is_single
    return merged


def _without_forms(tokens: list[str]) -> list[str]:
    """Without the legal forms; a name of nothing else keeps its first word."""
    for phrase in words.LEGAL_PHRASES:
        if len(tokens) > len(phrase) and tuple(tokens[-len(phrase) :]) == phrase:
            return tokens[: -len(phrase)]
    if len(tokens) > 1 and tokens[-1] in words.LEGAL_AT_END:
        return tokens[:-1]
    return tokens[:1] + [token for token in tokens[1:] if token not in words.LEGAL_ANYWHERE]


def _without_place(name: str) -> str:
    """Without the address behind a legal form: "Acme Inc., Austin, TX 78701" -> "Acme Inc."."""
    pieces = name.split(",")
    last = " ".join(_tokens(_folded(_ZIP.sub("", pieces[-1]))))
    if len(pieces) < 2 or last not in words.PLACES:
        return name
    for count in range(len(pieces) - 1, max(0, len(pieces) - 3), -1):
        if _ends_in_form(pieces[:count]):
            return ",".join(pieces[:count])
    return name


def _ends_in_form(pieces: Iterable[str]) -> bool:
    tokens = _merged(_tokens(_folded(" ".join(pieces))))
    return len(tokens) > 1 and tokens[-1] in words.LEGAL_AT_END


def _arms(tokens: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Which arm a name is, and the name without its words. The first word is no arm: "Government Acquisitions"."""
    arms: set[str] = set()
    core = list(tokens)
    for phrase in words.GOVERNMENT_PHRASES:
        for at in range(len(core) - len(phrase), 0, -1):
            if tuple(core[at : at + len(phrase)]) == phrase:
                arms.add("government")
                del core[at : at + len(phrase)]
    kept = core[:1]
    for token in core[1:]:
        arm = _arm_of(token)
        if arm:
            arms.add(arm)
        else:
            kept.append(token)
    return frozenset(arms), tuple(kept)


def _arm_of(token: str) -> str:
    if token in words.GOVERNMENT_ARMS:
        return "government"
    return token if token in words.NATIONAL_ARMS else ""


def initials(tokens: Iterable[str]) -> str:
    """ "massachusetts institute of technology" -> "mit"."""
    return "".join(token[0] for token in tokens if token not in {"of", "for", "in", "at", "on"})


def one_letter_out(word: str) -> Iterator[str]:
    """The word and what is left of it when one letter goes: two words that share one are a slip apart."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
