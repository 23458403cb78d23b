"""What ends and where notice is due, from today on: the next twelve months, as rows and by month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from portfolio.accounts.rules import Actor
from portfolio.procurement.choices import LIVE
from portfolio.procurement.models import Purchase
from portfolio.procurement.queries.purchases import purchase_rows, visible_purchases
from portfolio.procurement.rules.terms import LOOK_AHEAD_MONTHS, Turn, months, turns, urgency

MOST = 2_000
COLUMNS = (
    "id", "title", "sold_by", "unit_name", "ends_on", "notice_on", "renews", "shown_amount", "shown_currency", "amount_hidden",
)  # fmt: skip


def span(today: date) -> tuple[date, date]:
    """The first day and the last of the calendar: this month and the eleven after it."""
    starts = months(today, LOOK_AHEAD_MONTHS + 1)
    return today, starts[-1] - timedelta(days=1)


def coming(actor: Actor, today: date, rows: QuerySet[Purchase] | None = None) -> list[dict[str, Any]]:
    """Running purchases whose term ends or whose notice is due within the span, the earliest first: COLUMNS, `turns` (what is
    due, day by day) and `urgency`. Of more than MOST the first are told. One statement.
    """
    first, last = span(today)
    due = Q(ends_on__range=(first, last)) | Q(notice_on__range=(first, last))
    found = (visible_purchases(actor) if rows is None else rows).filter(due, state__in=LIVE)
    shown = list(purchase_rows(actor, found).order_by("ends_on", "id").values(*COLUMNS)[:MOST])
    made = [row | {"turns": _turns(row, first, last), "urgency": _urgency(row, today)} for row in shown]
    return sorted(made, key=lambda row: (row["turns"][0].day, row["id"]))


def open_ended(actor: Actor, rows: QuerySet[Purchase] | None = None) -> int:
    """How many running purchases have no end that anybody knows: they stand in no calendar."""
    found = visible_purchases(actor) if rows is None else rows
    return found.filter(state__in=LIVE, ends_on=None).count()


def _turns(row: dict[str, Any], first: date, last: date) -> list[Turn]:
    return sorted(turns(row["id"], row["notice_on"], row["ends_on"], first, last), key=lambda turn: turn.day)


def _urgency(row: dict[str, Any], today: date) -> str:
    return urgency(row["renews"], row["notice_on"], row["ends_on"], today)
