"""What a weekly letter tells: what moved, which silos were found, how figures of risk changed, what waits for its reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, RiskStanding
from readiness.dashboards.queries.awaiting import awaiting
from readiness.dashboards.queries.awaiting.duty import Duty
from readiness.dashboards.queries.first import Waiting
from readiness.dashboards.queries.movers import WITHIN, Movers, movers
from readiness.outlets.queries.filtered import asked
from readiness.risk.models import Generation, Score
from readiness.silos.choices import FindingState
from readiness.silos.models import Finding
from readiness.silos.queries.findings import visible

POINTS = 0.05  # a figure that moved by less is not told
SHOWN = 8


@dataclass(frozen=True)
class RiskMove:
    """A figure now and of the last generation at least a week old: (value, low, high), ratios."""

    initiative_id: int
    key: str
    name: str
    before: tuple[float, float, float]
    now: tuple[float, float, float]


@dataclass(frozen=True)
class RiskWeek:
    """`since` None: there are no figures of a week ago to compare with."""

    since: date | None
    months: int | None
    moved: Sequence[RiskMove]


@dataclass(frozen=True)
class Week:
    movers: Movers
    findings: Sequence[tuple[str, int]]
    risk: RiskWeek
    duties: Sequence[Duty]

    @property
    def empty(self) -> bool:
        return not (self.movers.total or self.findings or self.risk.moved or self.duties)


def week_of(actor: Actor, unit: int | None, now: datetime) -> Week:
    """Of what the actor's roles show, narrowed to `unit`; nothing of it where that unit is not shown (any more)."""
    found = asked(actor, "")
    rows, findings = found.rows, visible(found.actor)
    if unit is not None:
        path = found.units[unit].path if unit in found.units else "nowhere"
        links = Finding.units.through.objects.filter(finding=OuterRef("pk"), businessunit__path__startswith=path)
        rows, findings = rows.filter(unit__path__startswith=path), findings.filter(Exists(links))
    return Week(
        movers=_untyped(movers(rows, found.actor, now)), findings=_findings(findings, now),
        risk=_risk(rows, found.actor, timezone.localdate(now)), duties=awaiting(actor, now=now),
    )  # fmt: skip


def _untyped(found: Movers) -> Movers:
    """Without what people typed: their words may name amounts, and a mail leaves the portal."""

    def without(part: Waiting, *names: str) -> Waiting:
        return replace(part, rows=[row | dict.fromkeys(names, "") for row in part.rows])

    return replace(
        found, closures=without(found.closures, "lesson"), decisions=without(found.decisions, "reason"),
        conditions=without(found.conditions, "text"),
    )  # fmt: skip


def _findings(rows: QuerySet[Finding], now: datetime) -> list[tuple[str, int]]:
    """New ones that are still open, by kind."""
    new = rows.filter(opened_at__gte=now - WITHIN, current=True, state=FindingState.OPEN).order_by()
    counted: Any = new.values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    return [(kind, n) for kind, n in counted]


def _risk(rows: QuerySet[Initiative], actor: Actor, today: date) -> RiskWeek:
    frozen = Generation.objects.filter(demo=actor.showing_demo, on__lte=today - timedelta(days=7), reconstructed=False)
    generation = frozen.filter(Exists(Score.objects.filter(generation=OuterRef("pk")))).order_by("-on", "-id").first()
    if generation is None:
        return RiskWeek(None, None, ())
    about = rows.order_by().values("pk")
    then = {
        pk: (value, low, high)
        for pk, value, low, high in Score.objects.visible_to(actor)
        .filter(generation=generation, initiative__in=about)
        .values_list("initiative_id", "value", "low", "high")
    }
    standing = RiskStanding.objects.filter(initiative__in=about).values_list(
        "initiative_id", "initiative__key", "initiative__name", "value", "low", "high", "months"
    )
    moved, months = [], None
    for pk, key, name, value, low, high, horizon in standing:
        months = horizon
        if pk in then and abs(value - then[pk][0]) >= POINTS:
            moved.append(RiskMove(pk, key, name, then[pk], (value, low, high)))
    moved.sort(key=lambda one: (-abs(one.now[0] - one.before[0]), one.key))
    return RiskWeek(generation.on, months, moved[:SHOWN])
