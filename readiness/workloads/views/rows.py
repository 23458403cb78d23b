"""From a profile to the rows of its page: what is kept beside what was typed."""

from __future__ import annotations

from typing import Any

from portfolio.kit import clock
from readiness.workloads.forms.people import People
from readiness.workloads.forms.values import Typed, typed_of
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.rules.fields import Field
from readiness.workloads.tables.profile import RATE, Row, asked_rows, derived_rate, share_label


def row_of(seen: Profile, one: Field, people: People, *, now: Typed | None = None, **told: Any) -> Row:
    """The row of one value; `now` is what was typed if it could not be taken, `told` further fields of Row."""
    kept = typed_of(one, seen.values, people)
    return Row(
        one=one, now=now or kept, kept=seen.values.get(one.name), base=kept.token, share_label=share_label(one),
        derived=derived_rate(seen) if one.name == RATE else "", today=clock.today(), **told,
    )  # fmt: skip


def rows_of(seen: Profile, people: People) -> list[Row]:
    """All rows, in the order asked."""
    return [row_of(seen, one, people) for one in asked_rows(seen)]
