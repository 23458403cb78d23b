"""Amounts as people write them, in any of their habits, and never a guess: what could mean two amounts is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "US$": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "CN¥": "CNY", "R$": "BRL"}
SHARED_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
_SHAPE = re.compile(r"([-+]?)([0-9][0-9.,'\u2019 ]*|[.,][0-9]+)(k|mn|mio|m|bn|thousand|million|billion)?\.?")
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_WORDS = "|".join(sorted(map(re.escape, (*SIGNS, *SHARED_SIGNS)), key=len, reverse=True))
_SIGN = re.compile(_WORDS)
MOST = Decimal(10) ** 18


class Amount(NamedTuple):
    """`currency` is the one written beside the number, "" where none is; `sign` a sign that several currencies share."""

    number: Decimal
    currency: str = ""
    sign: str = ""


class Unreadable(ValueError):
    """The text states no amount, or could state two; the message says why."""


def read_amount(text: str, decimal_sign: str = "") -> Amount:
    """The amount that `text` states. `decimal_sign` "." or "," is the habit of the column; "" lets each cell speak for itself.

    Parentheses and a trailing minus are negative ("(1,200.00)", "1200-"). "1.234" without a habit could be 1234 or 1.234
    and is refused.
    """
    plain, negative = _without_minus(" ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()))
    plain, currency, sign = _without_currency(plain)
    match = _SHAPE.fullmatch(plain.casefold())
    if match is None:
        raise Unreadable("no amount that can be read")
    if match[1] and negative:
        raise Unreadable("two minus signs")
    digits = match[2].replace(" ", "").replace("'", "").replace("\u2019", "")
    number = Decimal(f"{match[1]}{_plain(digits, decimal_sign)}").scaleb(_SCALES.get(match[3] or "", 0))
    if abs(number) >= MOST:
        raise Unreadable("more than any budget holds")
    return Amount(-number if negative else number, currency, sign)


def decimal_sign_of(texts: Iterable[str]) -> str:
    """The decimal sign that a column's texts prove; "" where none of them does, or where they disagree."""
    proven = {found for text in texts if (found := _proof(text))}
    return proven.pop() if len(proven) == 1 else ""


def _without_minus(plain: str) -> tuple[str, bool]:
    if plain.startswith("(") and plain.endswith(")"):
        return plain[1:-1].strip(), True
    if plain.endswith("-"):
        return plain[:-1].strip(), True
    return plain.replace("\u2212", "-"), False


def _without_currency(plain: str) -> tuple[str, str, str]:
    codes = set(_CODE.findall(plain))
    signs = set(_SIGN.findall(plain))
    named = codes | {SIGNS[sign] for sign in signs if sign in SIGNS}
    shared = [sign for sign in signs if sign in SHARED_SIGNS]
    if len(named) > 1 or len(shared) > 1:
        raise Unreadable("more than one currency in one cell")
    rest = _SIGN.sub("", _CODE.sub("", plain)).strip()
    rest = re.sub(r"^([-+]) +", r"\1", rest)
    return re.sub(r" +(?=[a-zA-Z]+\.?$)", "", rest), named.pop() if named else "", shared[0] if shared else ""


def _plain(digits: str, decimal_sign: str) -> str:
    """The digits as Decimal reads them."""
    sign = decimal_sign or _sign_in(digits)
    if not sign:
        if re.search(r"[.,]", digits):
            raise Unreadable(f'"{digits}" could be two amounts; say which sign the decimals of this column have')
        return digits
    other = "," if sign == "." else "."
    whole, _, fraction = digits.partition(sign)
    grouped = not whole or re.fullmatch(
        rf"[0-9]+|[0-9]{{1,3}}(\{other}[0-9]{{3}})+|[0-9]{{1,2}}(\{other}[0-9]{{2}})*\{other}[0-9]{{3}}", whole
    )
    if not grouped or not re.fullmatch(r"[0-9]*", fraction):
        raise Unreadable(f'thousands and decimals do not fit "{sign}" as the decimal sign')
    return f"{whole.replace(other, '') or '0'}.{fraction or '0'}"


def _sign_in(digits: str) -> str:
    """The decimal sign that one number proves by itself, "" for none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    if points + commas == 0:
        return ""
    sign = "." if points else ","
    if points + commas > 1:
        return "," if sign == "." else "."
    before, _, after = digits.partition(sign)
    could_group = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"
    return "" if could_group else sign


def _proof(text: str) -> str:
    digits = re.sub(r"[^0-9.,]", "", text).strip(".,")
    return _sign_in(digits)
