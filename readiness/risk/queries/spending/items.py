"""What is in flight with its figure and its amounts, as far as the reader may see them. One statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Case, ExpressionWrapper, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from portfolio.finance.queries.rates import RateTable
from portfolio.initiatives.choices import StageKind, Status
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.initiatives import money_visible
from readiness.risk.rules.spending import OVERRUN, Item

_COLUMNS = (
    "id", "key", "name", "unit_id", "unit__name", "unit__path", "stage__name", "risk_standing__value", "risk_standing__low",
    "risk_standing__high", "priced",
)  # fmt: skip
_AMOUNTS = ("spent", "bound", "ahead", "unknown", "unbounded", "no_rate")


def in_flight(rows: QuerySet[Initiative]) -> QuerySet[Initiative]:
    """Not closed, and before production or of unknown stage: those of which there are figures."""
    return rows.exclude(status=Status.CLOSED).filter(Q(stage=None) | ~Q(stage__kind=StageKind.PRODUCTION))


def items(
    rows: QuerySet[Initiative], actor: Actor | None, *, worth: RateTable | None = None, today: date | None = None
) -> list[Item]:
    """Those of `rows` (visible ones) in flight, by id. `actor` None is a job and sees all; `worth` brings the expected value
    into the reporting currency at the rate of `today`, else it is left out."""
    found = _priced(rows, actor).order_by("id")
    extra = ("seen_value", "expected_value_currency") if worth is not None else ()
    return [_item(row, worth, today) for row in found.values_list(*_COLUMNS, *_seen_names(), *extra).iterator(2_000)]


def largest(rows: QuerySet[Initiative], actor: Actor, most: int) -> list[Item]:
    """The `most` with the largest expected abandoned spend among those whose amounts the reader may see."""
    loss = Coalesce(F("seen_spent"), 0.0, output_field=FloatField()) + Value(OVERRUN.mean) * Coalesce(
        F("seen_bound"), 0.0, output_field=FloatField()
    )
    found = _priced(rows, actor).annotate(loss=ExpressionWrapper(F("risk_standing__value") * loss, FloatField()))
    told = found.filter(loss__gt=0).order_by("-loss", "id").values_list(*_COLUMNS, *_seen_names())
    return [_item(row, None, None) for row in told[:most]]


def _priced(rows: QuerySet[Initiative], actor: Actor | None) -> QuerySet[Initiative]:
    """Amounts are masked in the statement: what the reader may not see does not leave the database."""
    seen = money_visible(actor) if actor is not None else Q()
    made = in_flight(rows).annotate(priced=Case(When(seen, then=Value(True)), default=Value(False)) if seen else Value(True))
    columns = {f"seen_{name}": f"risk_stake__{name}" for name in _AMOUNTS} | {"seen_value": "expected_value"}
    return made.annotate(**{name: Case(When(seen, then=F(column))) if seen else F(column) for name, column in columns.items()})


def _seen_names() -> Iterator[str]:
    return (f"seen_{name}" for name in _AMOUNTS)


def _item(row: tuple[Any, ...], worth: RateTable | None, today: date | None) -> Item:
    *about, spent, bound, ahead, unknown, unbounded, no_rate = row[: len(_COLUMNS) + len(_AMOUNTS)]
    pk, key, name, unit_id, unit, path, stage, value, low, high, priced = about
    value_of = None
    if worth is not None and today is not None:
        value_of = worth.convert(row[-2], row[-1], today)
    return Item(
        pk, key, name, unit_id, unit, path, stage or "", value, low, high, bool(priced), _number(spent), _number(bound),
        _number(ahead), bool(unknown or unbounded or no_rate), bool(no_rate), _number(value_of),
    )  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
