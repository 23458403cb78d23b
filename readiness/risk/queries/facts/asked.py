"""Of which initiatives the facts are asked, and as of when: what every statement of this folder is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

# The initiatives that are asked for, by `i.id`; every statement begins with it.
ASKED = """asked AS MATERIALIZED (
    SELECT id FROM initiatives_initiative
    WHERE demo = %(demo)s AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))
)"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One portfolio, whole or (`ids`) a part of it, on a day and at a moment."""

    demo: bool
    today: date
    now: datetime
    ids: Sequence[int] | None = None

    def rows(self, sql: str, **more: Any) -> list[tuple[Any, ...]]:
        """All rows of a statement that takes the names of this class, and `more`."""
        ids = None if self.ids is None else list(self.ids)
        with connection.cursor() as cursor:
            cursor.execute(sql, {"demo": self.demo, "today": self.today, "now": self.now, "ids": ids, **more})
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
