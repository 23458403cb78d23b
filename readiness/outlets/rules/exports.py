"""On which days an export is made."""

from __future__ import annotations

from datetime import date, timedelta

from readiness.outlets.choices import Every

_DAY = timedelta(days=1)


def next_on(every: Every, after: date) -> date:
    """The first day after `after`: the next one, the next Monday, the first of the next month."""
    if every is Every.DAY:
        return after + _DAY
    if every is Every.WEEK:
        return after + timedelta(days=7 - after.weekday())
    return (after.replace(day=1) + timedelta(days=32)).replace(day=1)


def first_on(every: Every, today: date) -> date:
    """Today where it is such a day, else the next one."""
    return next_on(every, today - _DAY)
