"""The board: the first cards of every column in one statement, and how many each column has in another."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.initiatives import list_rows

CARDS = 12
MOST = 200  # of one column; beyond that the table is the better page
UNKNOWN = ""


def column_counts(rows: QuerySet[Initiative]) -> dict[str, dict[str, int]]:
    """`{template key: {stage key: rows}}`, all versions of a template together; UNKNOWN for those in no known stage."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows.order_by().values("lifecycle__key", "stage__key").annotate(n=Count("pk")):
        counts.setdefault(row["lifecycle__key"], {})[row["stage__key"] or UNKNOWN] = row["n"]
    return counts


def cards(actor: Actor, rows: QuerySet[Initiative], limits: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """The first cards of each column, those longest in their stage first; `limits` widens single columns."""
    place = Window(RowNumber(), partition_by=F("stage__key"), order_by=[F("stage_since").asc(nulls_last=True), F("id").asc()])
    most = max([CARDS, *limits.values()])
    placed = rows.order_by().annotate(place=place).filter(place__lte=most).values("pk", "place", "stage__key")
    wanted = {row["pk"]: row["place"] for row in placed if row["place"] <= limits.get(row["stage__key"] or UNKNOWN, CARDS)}
    columns: dict[str, list[dict[str, Any]]] = {}
    found = list_rows(actor, Initiative.objects.filter(pk__in=wanted or [0]))
    for row in sorted(found, key=lambda row: wanted[row["id"]]):
        columns.setdefault(row["stage_key"] or UNKNOWN, []).append(row)
    return columns
