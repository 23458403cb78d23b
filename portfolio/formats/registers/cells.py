"""One cell (or a few) into one value, by the kind of its field: readers made once per column, then called per text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from portfolio.formats.registers.contracts import read_contract_numbers
from portfolio.formats.registers.dates import read_date
from portfolio.formats.registers.lists import Items, UnreadableList, read_list
from portfolio.formats.registers.mapping import Accept, FieldMap, Otherwise
from portfolio.formats.registers.targets import TARGETS, Kind
from portfolio.formats.registers.words import folded, is_not_applicable

UNKNOWN = "unknown"
_URL = re.compile(r"https?://[^\s<>\"';,]+[^\s<>\"';,.)]", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:.]+")
_CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_AMOUNT = re.compile(r"([-+]?)([0-9][0-9 .,']*)(k|m|bn|thousand|million|billion)?")
_SUFFIX = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
_YES_NO = {
    "yes": "yes",
    "y": "yes",
    "true": "yes",
    "no": "no",
    "n": "no",
    "false": "no",
    "partly": "partly",
    "partially": "partly",
    "partial": "partly",
    "other": "other",
    "unknown": "unknown",
    "not applicable": "not_applicable",
}


class Reading(NamedTuple):
    """`reason` set: something in the cell was not read. `reject`: so much so that the row cannot land."""

    value: object
    reason: str | None = None
    reject: bool = False


Reader = Callable[[str], Reading]


def reader_for(field: FieldMap) -> Reader:
    """The reader of one text for this field. It never raises: what cannot be read comes back as a reason."""
    return _MAKERS[field.kind](field)


def _text(field: FieldMap) -> Reader:
    def read(text: str) -> Reading:
        plain = text.strip()
        if not plain or (field.blank_words and is_not_applicable(plain)):
            return Reading(field.default)
        if field.values:
            return _by_map(plain)
        if field.accept is not Accept.ANY:
            items, rest = _accepted(plain, field)
            reason = f'not read: "{rest[:120]}"' if rest else None
            return Reading(items[0] if items else field.default, reason)
        return Reading(plain)

    lookup = _value_map(field)

    def _by_map(plain: str) -> Reading:
        found = lookup(plain)
        return Reading(found) if found is not None else _unmapped(plain, field)

    return read


def _choice(field: FieldMap) -> Reader:
    lookup = _value_map(field)
    choices = TARGETS[field.target].choices
    words = {folded(each.replace("_", " ")): each for each in choices} | {each: each for each in choices}
    blank = Reading(field.default or UNKNOWN)

    def read(text: str) -> Reading:
        plain = text.strip()
        if not plain:
            return blank
        found = lookup(plain)
        if found is None:
            found = words.get(folded(plain))
        if found is not None:
            return Reading(found)
        if is_not_applicable(plain):
            return Reading("not_applicable") if "not_applicable" in choices else blank
        return _unmapped(plain, field)

    return read


def _yes_no(field: FieldMap) -> Reader:
    choice = _choice(field)
    lookup = _value_map(field)
    allowed = TARGETS[field.target].choices

    def read(text: str) -> Reading:
        word = _YES_NO.get(folded(text))
        if word is not None and word in allowed and lookup(text.strip()) is None:
            return Reading(word)
        return choice(text)

    return read


def _date(field: FieldMap) -> Reader:
    options = field.dates

    def read(text: str) -> Reading:
        found = read_date(text, options)
        return Reading(found, found.unread)

    return read


def _list(field: FieldMap) -> Reader:
    lookup = _value_map(field)

    def read(text: str) -> Reading:
        plain = text.strip()
        if not plain or is_not_applicable(plain):
            return Reading((field.default,) if field.default else ())
        if field.accept is not Accept.ANY:
            items, rest = _accepted(plain, field)
            return Reading(items, f'not read: "{rest[:120]}"' if rest else None)
        try:
            items = read_list(plain, field.delimiter)
        except UnreadableList as error:
            return Reading((), str(error))
        return Reading(tuple(lookup(item) or item for item in items) if field.values else items)

    return read


def _money(field: FieldMap) -> Reader:
    def read(text: str) -> Reading:
        plain = text.strip()
        if not plain or is_not_applicable(plain):
            return Reading(Decimal(field.default) if field.default else None)
        try:
            return Reading(_amount(plain, field) * field.scale)
        except ValueError as error:
            return Reading(None, str(error))

    return read


def _amount(plain: str, field: FieldMap) -> Decimal:
    """An amount in the field's unit; another currency, or a number that could mean two amounts, is a ValueError."""
    if plain.isascii() and plain.isdigit():
        return Decimal(plain)
    text = plain
    for sign, code in _CURRENCY_SIGNS.items():
        text = text.replace(sign, f" {code} ")
    currency = re.findall(r"\b[A-Z]{3}\b", text)
    if currency and currency != [field.unit]:
        raise ValueError(f"the amount is in {', '.join(currency)}, the column in {field.unit or 'no declared currency'}")
    text = re.sub(r"\b[A-Z]{3}\b", "", text).replace("\u00a0", " ").strip().casefold()
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError("no amount that can be read")
    thousands = "," if field.decimal_sign == "." else "."
    digits = match[2].replace(" ", "").replace("'", "")
    whole, _, fraction = digits.partition(field.decimal_sign)
    if thousands in fraction or (thousands in whole and not re.fullmatch(rf"[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+", whole)):
        raise ValueError(f'thousands and decimals do not fit "{field.decimal_sign}" as the decimal sign')
    try:
        number = Decimal(f"{match[1]}{whole.replace(thousands, '')}.{fraction or 0}")
    except InvalidOperation as error:
        raise ValueError("no amount that can be read") from error
    return number.scaleb(_SUFFIX.get(match[3] or "", 0))


def _integer(field: FieldMap) -> Reader:
    def read(text: str) -> Reading:
        plain = text.strip()
        if not plain or is_not_applicable(plain):
            return Reading(int(field.default) if field.default else None)
        digits = plain.replace(",", "").removesuffix(".0")
        if re.fullmatch(r"[-+]?[0-9]{1,18}", digits):
            return Reading(int(digits) * int(field.scale))
        return Reading(None, "not a whole number")

    return read


def _unit_level(_field: FieldMap) -> Reader:
    return lambda text: Reading(" ".join(text.split()))


def _accepted(plain: str, field: FieldMap) -> tuple[Items, str]:
    """What looks like it should, each once, and the text beside it."""
    if field.accept is Accept.CONTRACT_NUMBER:
        return read_contract_numbers(plain)
    pattern = _URL if field.accept is Accept.URL else _EMAIL
    found = tuple(dict.fromkeys(pattern.findall(plain)))
    rest = " ".join(pattern.sub(" ", plain).split()).strip(" ;,<>[]'\"|")
    return found, rest


def _unmapped(plain: str, field: FieldMap) -> Reading:
    if field.otherwise is Otherwise.KEEP:
        return Reading(plain)
    if field.otherwise is Otherwise.REJECT:
        return Reading(UNKNOWN, "the value map does not know this value", reject=True)
    return Reading(UNKNOWN, "the value map does not know this value; read as unknown")


def _value_map(field: FieldMap) -> Callable[[str], str | None]:
    """Look-up by whole text first, then by the longest beginning (raw texts that end with *)."""
    whole = {folded(raw): value for raw, value in field.values if not raw.endswith("*")}
    starts = [(folded(raw[:-1]), value) for raw, value in field.values if raw.endswith("*")]
    starts.sort(key=lambda pair: len(pair[0]), reverse=True)

    def look_up(plain: str) -> str | None:
        word = folded(plain)
        if word in whole:
            return whole[word]
        return next((value for start, value in starts if word.startswith(start)), None)

    return look_up


_MAKERS: dict[Kind, Callable[[FieldMap], Reader]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.DATE: _date,
    Kind.LIST: _list,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.MONEY: _money,
    Kind.INTEGER: _integer,
    Kind.UNIT_PATH: _unit_level,
}
