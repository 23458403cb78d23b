"""One thing that waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portfolio.initiatives.models import Initiative
from readiness.dashboards.choices import DutyKind

NOTHING = 0  # the id of no row


@dataclass(frozen=True, slots=True)
class Duty:
    """`ref` names it for ever; `text` says what is asked; `key` and `name` are the initiative's, "" where there is none.

    `route` with `arguments` and `query` leads to where it is done.
    """

    kind: DutyKind
    ref: str
    text: str
    initiative_id: int | None
    key: str
    name: str
    due: date | datetime | None
    overdue: bool
    route: str
    arguments: tuple[Any, ...] = ()
    query: str = ""

    def day(self, today: date) -> date | None:
        """The day that it is sorted by."""
        if self.due is None:
            return today if self.overdue else None
        return timezone.localdate(self.due) if isinstance(self.due, datetime) else self.due


def duty(
    kind: DutyKind, ref: str, text: str, about: Initiative, route: str, *arguments: Any, due: date | datetime | None = None,
    overdue: bool = False, query: str = "",
) -> Duty:  # fmt: skip
    """One that is about an initiative."""
    return Duty(kind, ref, text, about.pk, about.key, about.name, due, overdue, route, arguments, query)
