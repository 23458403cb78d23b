"""One search over what a person may see: initiatives, requests, people, units, programmes. A constant number of statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, Programme, Request

MAX_TEXT = 200
MAX_WORDS = 12
# marks around a hit in plain text; the page turns them into <mark>, so no HTML ever comes out of SQL
START, STOP = "\x02", "\x03"
_WORD = re.compile(r"\w+")
_KEY = re.compile(r"(?:ai-?)?0*(\d{1,18})", re.IGNORECASE)


_TEXT = Concat("purpose", Value(" "), "topic", Value(" "), "outputs", output_field=TextField())


class Hit(NamedTuple):
    """`parts` is the title, `extract` a piece of the text: lists of (text, whether it is a hit)."""

    pk: int
    key: str
    parts: list[tuple[str, bool]]
    extract: list[tuple[str, bool]]
    note: str


class Words(NamedTuple):
    """What was asked for: the plain text, its words, and a text search query whose last word may be unfinished."""

    text: str
    words: tuple[str, ...]
    query: SearchQuery | None


def asked(text: str) -> Words:
    """Clean what somebody typed: no control characters, at most 200 characters and 12 words."""
    plain = "".join(sign for sign in text[:MAX_TEXT] if sign.isprintable()).strip()
    words = tuple(_WORD.findall(plain)[:MAX_WORDS])
    if not words:
        return Words(plain, (), None)
    return Words(plain, words, SearchQuery(" & ".join(f"'{w}':*" for w in words), config="english", search_type="raw"))


def search(actor: Actor, text: str, *, limit: int) -> dict[str, list[Hit]]:
    """`{kind: hits}`, best first, at most `limit` of each kind; nothing for a text without words."""
    words = asked(text)
    if words.query is None:
        return {kind: [] for kind in _KINDS}
    return {kind: find(actor, words, limit) for kind, find in _KINDS.items()}


def _initiatives(actor: Actor, words: Words, limit: int) -> list[Hit]:
    """By key first, then by rank; words of the purpose around a hit as extract."""
    assert words.query is not None
    number = _KEY.fullmatch(words.text.strip())
    by_key = Q(number=int(number.group(1)) if number else 0)  # 0 is nobody's number
    rows = (
        Initiative.objects.visible_to(actor)
        .filter(Q(search=words.query) | by_key)
        .annotate(
            exact=Case(When(by_key, then=Value(1)), default=Value(0)),
            rank=SearchRank(F("search"), words.query),
            extract=SearchHeadline(
                _TEXT, words.query, config="english",
                start_sel=START, stop_sel=STOP, max_words=32, min_words=18, short_word="2",
            ),
        )
        .order_by("-exact", "-rank", "-id")
        .values("id", "key", "name", "extract", unit_name=F("unit__name"))[:limit]
    )  # fmt: skip
    return [Hit(row["id"], row["key"], marked(row["name"], words), _between(row["extract"]), row["unit_name"]) for row in rows]


def _requests(actor: Actor, words: Words, limit: int) -> list[Hit]:
    rows = _with_all(Request.objects.visible_to(actor), words, "title", "purpose").order_by("-id")
    found = rows.values("id", "title", unit_name=F("unit__name"))[:limit]
    return [Hit(row["id"], "", marked(row["title"], words), [], row["unit_name"]) for row in found]


def _people(actor: Actor, words: Words, limit: int) -> list[Hit]:
    """Everybody of the shown portfolio whose name or address has all the words."""
    rows: QuerySet[User] = _with_all(people(actor), words, "name", "email").order_by("name")
    return [Hit(row.pk, "", marked(row.name, words), [], row.email) for row in rows[:limit]]


def _units(actor: Actor, words: Words, limit: int) -> list[Hit]:
    rows = _with_all(BusinessUnit.objects.visible_to(actor), words, "name", "code").order_by("depth", "name")
    found = rows.values("id", "name", parent_name=F("parent__name"), parent_path=F("parent__path"))[:limit]
    seen = actor.paths("view")
    return [
        Hit(row["id"], "", marked(row["name"], words), [], row["parent_name"] or "")
        if any((row["parent_path"] or "").startswith(path) for path in seen)
        else Hit(row["id"], "", marked(row["name"], words), [], "")
        for row in found
    ]


def _programmes(actor: Actor, words: Words, limit: int) -> list[Hit]:
    rows = _with_all(Programme.objects.visible_to(actor), words, "name", "purpose").order_by("name")
    found = rows.values("id", "name", unit_name=F("unit__name"))[:limit]
    return [Hit(row["id"], "", marked(row["name"], words), [], row["unit_name"]) for row in found]


_KINDS: dict[str, Callable[[Actor, Words, int], list[Hit]]] = {
    "initiatives": _initiatives,
    "requests": _requests,
    "people": _people,
    "units": _units,
    "programmes": _programmes,
}


def _with_all(rows: QuerySet[Any], words: Words, *columns: str) -> QuerySet[Any]:
    """Rows that have every word somewhere in `columns`, ignoring case."""
    for word in words.words:
        wanted = Q()
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(wanted)
    return rows


def marked(text: str, words: Words) -> list[tuple[str, bool]]:
    """The text cut at the words that were asked for."""
    if not words.words:
        return [(text, False)]
    pattern = re.compile("(" + "|".join(re.escape(word) for word in words.words) + ")", re.IGNORECASE)
    return [(part, index % 2 == 1) for index, part in enumerate(pattern.split(text)) if part]


def _between(text: str) -> list[tuple[str, bool]]:
    """PostgreSQL's extract, cut at its marks."""
    made = []
    for piece in re.split(f"({START}[^{STOP}]*{STOP})", text or ""):
        hit = piece.startswith(START)
        plain = piece.replace(START, "").replace(STOP, "")
        if plain:
            made.append((plain, hit))
    return made
