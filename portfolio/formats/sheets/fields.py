"""What a caller wants from a sheet: its fields, each with the kind of its cells and the headers that it usually has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Text as it stands; a choice by its words; yes, no or unknown; an amount; a number; a day with its precision; a currency."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    MONEY = "money"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Field:
    """`headers`: how the column is usually called, the likeliest first. `required`: a row without it is rejected.

    `words`: other words -> choice, compared without case. `strict`: a word that is no choice rejects the row; else the value
    is read as `otherwise` and reported.
    """

    name: str
    label: str
    kind: Kind
    headers: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    otherwise: str = ""
    max_length: int = 500
