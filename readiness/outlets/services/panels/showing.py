"""What an address shows, under the rights that its owner has at that moment, narrowed to its unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portfolio.accounts.choices import Action, Scope, Through
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.finance.queries.rates import settings_now
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.queries.money import spent_by_fate
from readiness.dashboards.rules.figures import PortfolioFigures
from readiness.dashboards.rules.money import ABANDONED, Spent, added
from readiness.outlets.models import Panel, PanelPace
from readiness.outlets.queries.filtered import asked
from readiness.outlets.queries.panels import panel_behind
from readiness.outlets.queries.standing import Distribution, distribution

READ_EVERY = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)


class TooOften(Exception):
    """Asked for too often within a minute; `retry_after_s` says when it is answered again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Spend:
    """What in-flight initiatives cost so far and what is sunk in abandoned ones, in `currency`."""

    currency: str
    flying: Spent | None
    sunk: Spent


@dataclass(frozen=True)
class Shown:
    """`spend` is None where no amounts were granted, or its owner sees them no more."""

    panel: Panel
    now: datetime
    today: date
    figures: PortfolioFigures
    risk: Distribution
    spend: Spend | None


def open_panel(secret: str, now: datetime) -> Shown | None:
    """None for an address that opens nothing (any more). Raises TooOften."""
    panel = panel_behind(secret, now)
    if panel is None:
        return None
    keep_pace(panel, now)
    actor = _reader(panel)
    if actor is None:
        return None
    if panel.last_read_at is None or now - panel.last_read_at > READ_EVERY:
        Panel.objects.filter(pk=panel.pk).update(last_read_at=now)
    return _shown(panel, actor, now)


def keep_pace(panel: Panel, now: datetime) -> None:
    """Count one more look of this minute, in one statement, exact however many come at once. Raises TooOften."""
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {PanelPace._meta.db_table} AS pace (panel_id, minute, reads) VALUES (%s, %s, 1)"  # noqa: S608 - our table
            " ON CONFLICT (panel_id) DO UPDATE SET minute = excluded.minute,"
            " reads = CASE WHEN pace.minute = excluded.minute THEN pace.reads + 1 ELSE 1 END RETURNING reads",
            [panel.pk, minute],
        )
        (reads,) = cursor.fetchone()
    if reads > settings.PANEL_READS_PER_MINUTE:
        raise TooOften(max(1, ceil((minute + _MINUTE - now).total_seconds())))


def _reader(panel: Panel) -> Actor | None:
    """Somebody who may read this unit and nothing else; None once the owner may not share it any more."""
    path = panel.unit.path if panel.unit else EVERYTHING
    owner = actor_for(panel.owner, through=Through.TOKEN)
    if owner.showing_demo != panel.demo or not (owner.may(Action.TOKEN, path) and owner.may(Action.VIEW, path)):
        return None
    scopes = {Scope.INITIATIVES_READ} | ({Scope.MONEY} if panel.money and owner.may(Action.MONEY, path) else set())
    return Actor(None, "panel", Through.TOKEN, owner.grants, scopes=frozenset(scopes), token_path=path, showing_demo=panel.demo)


def _shown(panel: Panel, actor: Actor, now: datetime) -> Shown:
    found, today = asked(actor, ""), timezone.localdate(now)
    units = {pk: (unit.name, unit.path) for pk, unit in found.units.items()}
    figures = portfolio_figures(found.rows, found.visible, units=units, unit=panel.unit_id, today=today)
    spend = None
    if actor.may_somewhere(Action.MONEY):
        currency = settings_now().reporting_currency
        spent = spent_by_fate(found.rows, actor, currency, today)
        sunk = added((spent[fate] for fate in ABANDONED if fate in spent), "abandoned")
        spend = Spend(currency, spent.get("in_flight"), sunk)
    return Shown(panel, now, today, figures, distribution(found.rows), spend)
