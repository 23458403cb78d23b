"""The budget of one holder (an initiative, or a unit's own) with everything its page tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import Basis, Category
from portfolio.finance.models import BudgetLine, Commitment, FinanceSettings
from portfolio.finance.queries.facts import LINE_COLUMNS, PROMISE_COLUMNS, line_facts, promise_facts, without_rate
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.queries.standing import share_by
from portfolio.finance.rules.burn import Burn, Month, Variance, burn, by_month, variance, variances
from portfolio.finance.rules.ending import Avoided, Sunk, spend_avoided, sunk_cost
from portfolio.finance.rules.lines import Line, Promise
from portfolio.finance.rules.share import Share
from portfolio.initiatives.models import Closure, Initiative

ORDER = (*(category.value for category in Category), "")


@dataclass(frozen=True, slots=True)
class Budget:
    """Sums in `currency`. `ended`: the day an initiative was closed on, where it is closed and the day is known.

    `no_rate`: currencies whose worth nobody said on their day; those amounts count as unknown.
    """

    currency: str
    settings: FinanceSettings
    lines: list[Line]
    promises: list[Promise]
    planned: Share | None
    actual: Share | None
    together: Variance
    categories: list[Variance]
    burn: Burn | None
    months: list[Month]
    ended: date | None
    sunk: Sunk | None
    avoided: Avoided | None
    no_rate: list[str]


def lines_of(actor: Actor, *, initiative: int | None = None, unit: int | None = None) -> QuerySet[BudgetLine]:
    """Visible lines of an initiative, or of a unit itself."""
    rows = BudgetLine.objects.visible_to(actor)
    return rows.filter(initiative=initiative) if initiative is not None else rows.filter(unit=unit)


def commitments_of(actor: Actor, *, initiative: int | None = None, unit: int | None = None) -> QuerySet[Commitment]:
    rows = Commitment.objects.visible_to(actor)
    return rows.filter(initiative=initiative) if initiative is not None else rows.filter(unit=unit)


def budget_of_initiative(actor: Actor, initiative: Initiative, *, today: date) -> Budget:
    """Of an initiative whose amounts the actor may see. Five statements."""
    closed: Any = Closure.objects.filter(initiative=initiative, reopened_at=None).order_by("-id").first()
    return _budget(
        lines_of(actor, initiative=initiative.pk), commitments_of(actor, initiative=initiative.pk), demo=initiative.demo,
        today=today, ended=closed.closed_on if closed else None,
    )  # fmt: skip


def budget_of_unit(actor: Actor, unit: BusinessUnit, *, today: date) -> Budget:
    """Of a unit itself, without its initiatives."""
    lines, commitments = lines_of(actor, unit=unit.pk), commitments_of(actor, unit=unit.pk)
    return _budget(lines, commitments, demo=actor.showing_demo, today=today, ended=None)


def _budget(
    lines: QuerySet[BudgetLine], commitments: QuerySet[Commitment], *, demo: bool, today: date, ended: date | None
) -> Budget:
    settings = settings_now()
    table = RateTable.load(demo=demo, settings=settings)
    rows: Sequence[Any] = list(lines.order_by("id").values(*LINE_COLUMNS))
    facts = line_facts(rows, table)
    promises = promise_facts(commitments.order_by("id").values(*PROMISE_COLUMNS), table)
    band = band_of(settings)
    return Budget(
        currency=table.reporting, settings=settings, lines=facts, promises=promises,
        planned=share_by(facts, Basis.PLANNED, band, today), actual=share_by(facts, Basis.ACTUAL, band, today),
        together=variance(facts, today), categories=variances(facts, today, ORDER), burn=burn(facts, today),
        months=by_month(facts, today), ended=ended, no_rate=without_rate(rows, table),
        sunk=sunk_cost(facts, promises, ended) if ended else None,
        avoided=spend_avoided(facts, promises, ended) if ended else None,
    )  # fmt: skip
