"""A filtered set of initiatives as SQL, so that every figure of a page comes from few statements over the same rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, QuerySet, Value, When

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.initiatives import money_visible

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


def priced_sql(rows: QuerySet[Initiative], actor: Actor, *columns: str) -> tuple[str, tuple[Any, ...]]:
    """As `as_sql`, with `priced` behind the columns: whether the reader may see amounts of the row."""
    seen = money_visible(actor)
    marked = rows.annotate(priced=Case(When(seen, then=Value(True)), default=Value(False)) if seen else Value(True))
    try:
        sql, params = marked.order_by().values_list(*columns, "priced").query.sql_with_params()
    except EmptyResultSet:
        sql, params = f"SELECT {', '.join(columns)}, false AS priced FROM initiatives_initiative WHERE false", ()  # noqa: S608
    return sql, tuple(params)
