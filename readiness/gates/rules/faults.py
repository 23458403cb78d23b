"""Why something that somebody wants to do cannot be done: a code for the words of a page, with the figures in them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """`code` is a member of the Code of its module; `values` fill its message."""

    code: StrEnum
    values: Mapping[str, Any] = {}
