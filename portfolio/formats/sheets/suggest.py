"""A first mapping for a sheet that nobody has mapped yet: by headers, then by a look at the values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from portfolio.formats.registers.dates import DateOrder, Precision, read_date
from portfolio.formats.registers.words import folded, is_not_applicable
from portfolio.formats.sheets.amounts import Unreadable, decimal_sign_of, read_amount
from portfolio.formats.sheets.fields import Field, Kind
from portfolio.formats.sheets.mapping import SheetMapping

_SAMPLE = 500
_LEAST = 0.35
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{2,4}")


class Guess(NamedTuple):
    """Why a field got its column, for the person who looks it over. Confidence from 0 to 1."""

    field: str
    column: str
    confidence: float
    why: str


class Suggestion(NamedTuple):
    mapping: SheetMapping
    guesses: tuple[Guess, ...]


def suggested(fields: Sequence[Field], headers: Sequence[str], sample: Sequence[Sequence[str]]) -> Suggestion:
    """Each field gets the column that fits best, each column goes to one field; the rest stays without."""
    columns = {header: _values(sample, place) for place, header in enumerate(headers)}
    offers = sorted(
        (guess for field in fields for header in headers if (guess := _guess(field, header, columns[header]))),
        key=lambda guess: -guess.confidence,
    )
    taken: dict[str, Guess] = {}
    used: set[str] = set()
    for guess in offers:
        if guess.field not in taken and guess.column not in used:
            taken[guess.field] = guess
            used.add(guess.column)
    chosen = tuple(taken[field.name] for field in fields if field.name in taken)
    return Suggestion(_mapping(fields, chosen, columns), chosen)


def _mapping(fields: Sequence[Field], chosen: Sequence[Guess], columns: dict[str, list[str]]) -> SheetMapping:
    kinds = {field.name: field.kind for field in fields}
    numbers = [text for each in chosen if kinds[each.field] in (Kind.MONEY, Kind.NUMBER) for text in columns[each.column]]
    days = [text for each in chosen if kinds[each.field] is Kind.DATE for text in columns[each.column]]
    return SheetMapping(
        tuple((each.field, each.column) for each in chosen),
        decimal_sign=decimal_sign_of(numbers),
        date_order=_order(days),
        two_digit_years=any(re.fullmatch(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}", text) for text in days),
    )


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place].strip() for row in sample[:_SAMPLE] if place < len(row))
    return [cell for cell in cells if cell and not is_not_applicable(cell)]


def _words(header: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return folded(re.sub(r"[_\-/?,().:#]+", " ", spaced))


def _guess(field: Field, header: str, values: list[str]) -> Guess | None:
    said = _words(header)
    best = 0.0
    for place, name in enumerate((field.name, field.label, *field.headers)):
        best = max(best, _likeness(said, _words(name)) - 0.01 * place)
    weighed = best * (_fit(field, values) if values else 0.8)
    if weighed < _LEAST:
        return None
    return Guess(field.name, header, round(weighed, 2), f'the header says "{header}"')


def _likeness(said: str, name: str) -> float:
    if said == name:
        return 1.0
    here, there = set(said.split()), set(name.split())
    if not here or not there or not there <= here:
        return 0.0
    return 0.5 + 0.4 * len(there) / len(here)


def _fit(field: Field, values: list[str]) -> float:
    """How many of the values could be of the field's kind: 0.2 for none of them, 1 for all."""
    fits = sum(_could_be(field, text) for text in values) / len(values)
    return 0.2 + 0.8 * fits


def _could_be(field: Field, text: str) -> bool:
    if field.kind is Kind.DATE:
        return read_date(text).precision is not Precision.UNKNOWN or bool(_DAY.fullmatch(text))
    if field.kind in (Kind.MONEY, Kind.NUMBER, Kind.WHOLE):
        try:
            read_amount(text, ".")
        except Unreadable:
            return bool(re.search("[0-9]", text)) and field.kind is Kind.MONEY
        return True
    if field.kind is Kind.CURRENCY:
        return bool(re.fullmatch("[A-Za-z]{3}|[€£$¥]", text))
    return True


def _order(days: Sequence[str]) -> DateOrder:
    """The order of day and month, only where the values prove it."""
    pairs = [match for text in days if (match := _DAY.match(text))]
    first, second = any(int(match[1]) > 12 for match in pairs), any(int(match[2]) > 12 for match in pairs)
    if first == second:
        return DateOrder.AUTO
    return DateOrder.DMY if first else DateOrder.MDY
