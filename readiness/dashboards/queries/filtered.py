"""A filtered set of initiatives as SQL, so that every figure of a page comes from few statements over the same rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative

COLUMNS = (
    "id", "unit_id", "lifecycle_id", "stage_id", "status", "venue_storage", "venue_training", "venue_inference",
    "containerised", "procurement_route",
)  # fmt: skip


def as_sql(rows: QuerySet[Initiative], *columns: str) -> tuple[str, tuple[Any, ...]]:
    """The SELECT of `rows` with these columns (default: COLUMNS) and its parameters."""
    names = columns or COLUMNS
    try:
        sql, params = rows.order_by().values_list(*names).query.sql_with_params()
    except EmptyResultSet:  # nothing is visible: Django would not even ask
        sql, params = f"SELECT {', '.join(names)} FROM initiatives_initiative WHERE false", ()  # noqa: S608
    return sql, tuple(params)


def fetch(sql: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
