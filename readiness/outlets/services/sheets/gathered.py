"""Everything that a page says, read at one moment under the rights of the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.finance.queries.rates import settings_now
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.queries.help import who_needs_help
from readiness.dashboards.queries.knowledge import knowledge
from readiness.dashboards.queries.money import avoided_by_kills, spent_by_fate
from readiness.dashboards.queries.silos import open_silos
from readiness.dashboards.rules.figures import PortfolioFigures
from readiness.dashboards.rules.help import Help
from readiness.dashboards.rules.knowledge import Knowledge
from readiness.dashboards.rules.money import Avoided, Spent
from readiness.dashboards.rules.silos import KindOfSilo
from readiness.outlets.queries.filtered import Asked, asked
from readiness.outlets.queries.spending import spending
from readiness.outlets.queries.standing import Distribution, distribution
from readiness.risk.tables.spending import View
from readiness.silos.models import Detection, Finding
from readiness.silos.queries.findings import newest_run, visible


@dataclass(frozen=True)
class Money:
    currency: str
    spent: Mapping[str, Spent]
    avoided: Sequence[Avoided]
    likely: View | None  # abandoned spend; None before anything was scored


@dataclass(frozen=True)
class Gathered:
    """`money` is None in the variant without amounts. `units`: the outermost units in it, () for the whole organisation."""

    now: datetime
    today: date
    units: tuple[str, ...]
    unit: int | None
    demo: bool
    figures: PortfolioFigures
    help: Help
    known: Knowledge
    silos: Sequence[KindOfSilo]
    silo_run: Detection | None
    risk: Distribution
    money: Money | None


def gathered(actor: Actor, query: str, now: datetime, *, with_money: bool) -> Gathered:
    """Raises ValueError where the filters of the address are understood no more."""
    found, today = asked(actor, query), timezone.localdate(now)
    return Gathered(
        now=now, today=today, units=_outermost(found), unit=found.unit, demo=actor.showing_demo,
        figures=portfolio_figures(
            found.rows, found.visible, units={pk: (unit.name, unit.path) for pk, unit in found.units.items()}, unit=found.unit,
            today=today,
        ),
        help=who_needs_help(found.rows, found.visible, today=today),
        known=knowledge(found.rows, found.actor, today).knowledge,
        silos=open_silos(found.actor, silo_rows(found)), silo_run=newest_run(demo=actor.showing_demo),
        risk=distribution(found.rows), money=_money(found, query, today) if with_money else None,
    )  # fmt: skip


def silo_rows(found: Asked) -> QuerySet[Finding]:
    """Findings belong to purchases: of a filter only the unit narrows them."""
    rows = visible(found.actor)
    if found.unit is None:
        return rows
    if (unit := found.units.get(found.unit)) is None:
        return rows.none()
    links = Finding.units.through.objects.filter(finding=OuterRef("pk"), businessunit__path__startswith=unit.path)
    return rows.filter(Exists(links))


def _outermost(found: Asked) -> tuple[str, ...]:
    paths = found.actor.paths(Action.VIEW)
    return () if EVERYTHING in paths else tuple(unit.name for unit in found.units.values() if unit.path in paths)


def _money(found: Asked, query: str, today: date) -> Money:
    currency = settings_now().reporting_currency
    spent = spent_by_fate(found.rows, found.actor, currency, today)
    likely = spending(found, query, currency, today)
    return Money(currency, spent, avoided_by_kills(found.rows, found.actor), likely)
