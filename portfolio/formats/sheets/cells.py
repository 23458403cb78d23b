"""One cell into one value, by the kind of its field. What cannot be read comes back as a reason, never as a guess."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from portfolio.formats.registers.dates import FuzzyDate, Precision, read_date
from portfolio.formats.registers.words import folded, is_not_applicable
from portfolio.formats.sheets.amounts import SHARED_SIGNS, SIGNS, Amount, Unreadable, read_amount
from portfolio.formats.sheets.fields import Field, Kind
from portfolio.formats.sheets.mapping import SheetMapping

_YES_NO = {"yes": "yes", "y": "yes", "true": "yes", "x": "yes", "1": "yes", "no": "no", "n": "no", "false": "no", "0": "no"}
_UNKNOWN_WORDS = frozenset({"", "unknown", "?", "tbd", "not known", "n.k."})


class Reading(NamedTuple):
    """`reason` set: the cell was not read, or not whole. `reject`: so much so that the row cannot land."""

    value: object
    reason: str = ""
    reject: bool = False


Reader = Callable[[str], Reading]


def reader_for(field: Field, mapping: SheetMapping) -> Reader:
    """The reader of one text. Values: text -> str, choice and yes_no -> str, money -> Amount | None, number -> Decimal | None,
    whole -> int | None, date -> FuzzyDate, currency -> str ("" where none is said).
    """
    return _MAKERS[field.kind](field, mapping)


def first_day(found: FuzzyDate) -> dt.date | None:
    """The first day of the period that the date names."""
    return found.value


def last_day(found: FuzzyDate) -> dt.date | None:
    """The last day of the period that the date names: 2026-03 ends on the 31st, 2026 on 31 December."""
    value = found.value
    if value is None or found.precision is Precision.DAY:
        return value
    month = {Precision.MONTH: value.month, Precision.QUARTER: value.month + 2, Precision.YEAR: 12}[found.precision]
    return dt.date(value.year, month, calendar.monthrange(value.year, month)[1])


def _blank(text: str) -> bool:
    return folded(text) in _UNKNOWN_WORDS or is_not_applicable(text)


def _text(field: Field, _mapping: SheetMapping) -> Reader:
    def read(text: str) -> Reading:
        plain = " ".join(text.split())
        if len(plain) > field.max_length:
            return Reading(plain[: field.max_length], f"longer than {field.max_length} characters; the rest was left out")
        return Reading(plain)

    return read


def _choice(field: Field, _mapping: SheetMapping) -> Reader:
    known = {_word(choice): choice for choice in field.choices} | {_word(word): choice for word, choice in field.words}

    def read(text: str) -> Reading:
        word = _word(text)
        if word in known:
            return Reading(known[word])
        if _blank(text):
            return Reading(field.otherwise)
        reason = f'"{text.strip()[:60]}" is none of {", ".join(choice for choice in field.choices if choice)}'
        return Reading(field.otherwise, reason, field.strict)

    return read


def _word(text: str) -> str:
    return re.sub(r"[ _/&-]+", " ", folded(text)).strip()


def _yes_no(_field: Field, _mapping: SheetMapping) -> Reader:
    def read(text: str) -> Reading:
        if folded(text) in _YES_NO:
            return Reading(_YES_NO[folded(text)])
        return Reading("unknown", "" if _blank(text) else f'"{text.strip()[:60]}" is neither yes nor no; read as unknown')

    return read


def _money(_field: Field, mapping: SheetMapping) -> Reader:
    def read(text: str) -> Reading:
        if _blank(text):
            return Reading(None)
        try:
            return Reading(read_amount(text, mapping.decimal_sign))
        except Unreadable as error:
            return Reading(None, str(error), reject=True)

    return read


def _number(_field: Field, mapping: SheetMapping) -> Reader:
    def read(text: str) -> Reading:
        if _blank(text):
            return Reading(None)
        try:
            found = read_amount(text, mapping.decimal_sign)
        except Unreadable as error:
            return Reading(None, str(error).replace("amount", "number"), reject=True)
        if found.currency or found.sign:
            return Reading(None, "an amount of money where a number belongs", reject=True)
        return Reading(found.number)

    return read


def _whole(field: Field, mapping: SheetMapping) -> Reader:
    number = _number(field, mapping)

    def read(text: str) -> Reading:
        found = number(text)
        if not isinstance(found.value, Decimal):
            return found
        if found.value != found.value.to_integral_value():
            return Reading(None, "not a whole number", reject=True)
        return Reading(int(found.value))

    return read


def _date(_field: Field, mapping: SheetMapping) -> Reader:
    options = mapping.dates

    def read(text: str) -> Reading:
        found = read_date(text, options)
        return Reading(found, found.unread or "")

    return read


def _currency(_field: Field, _mapping: SheetMapping) -> Reader:
    def read(text: str) -> Reading:
        plain = text.strip()
        if _blank(plain):
            return Reading("")
        code = SIGNS.get(plain, plain.upper())
        if plain in SHARED_SIGNS:
            return Reading("", f'"{plain}" is the sign of several currencies: {", ".join(SHARED_SIGNS[plain])}', reject=True)
        if not re.fullmatch("[A-Z][A-Z0-9_]{2,15}", code):
            return Reading("", "no currency code such as EUR", reject=True)
        return Reading(code)

    return read


def currency_of(amount: Amount, declared: str) -> str:
    """The currency of an amount: the one written beside it, else `declared`. Raises Unreadable where they disagree, or where a
    sign that several currencies share stands alone.
    """
    if amount.currency and declared and amount.currency != declared:
        raise Unreadable(f"the amount is in {amount.currency}, the row says {declared}")
    if amount.sign:
        known = SHARED_SIGNS[amount.sign]
        if not (amount.currency or declared):
            raise Unreadable(f'"{amount.sign}" is the sign of several currencies: {", ".join(known)}; say which')
        if (amount.currency or declared) not in known:
            raise Unreadable(f'the amount is in "{amount.sign}", the row says {amount.currency or declared}')
    return amount.currency or declared


_MAKERS: dict[Kind, Callable[[Field, SheetMapping], Reader]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.MONEY: _money,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.DATE: _date,
    Kind.CURRENCY: _currency,
}
