"""What a role has to look after, as counted lines: nothing of it is one person's duty alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DeskKind(StrEnum):
    """By what has to be looked after, in the order of the page."""

    REQUESTS = "requests"
    RENEWALS = "renewals"
    UNMAPPED = "unmapped"
    IMPORTS = "imports"
    UNBUDGETED = "unbudgeted"
    DECISIONS = "decisions"
    DRIFTED = "drifted"
    ANCHOR = "anchor"
    JOBS = "jobs"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class DeskLine:
    """`n` of them, the most pressing on `day`; `of` is the base where there is one. An anchor has only its day."""

    kind: DeskKind
    n: int
    day: date | None = None
    of: int | None = None
