"""A portfolio with a past: some were stopped, some drifted, some reached production, and a few are in flight."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from portfolio.kit import clock
from readiness.risk.models import Generation
from readiness.risk.services.scoring import score_now
from tests.people import SYSTEM, Organisation


def in_flight(organisation: Organisation, name: str, unit: str = "Retail", **more: Any) -> Initiative:
    """Begun 400 days ago; `owner` and `sponsor` may be first names."""
    for role in ("owner", "sponsor"):
        if isinstance(more.get(role), str):
            more[role] = organisation.people[more[role]]
    began = clock.today() - timedelta(days=400)
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, entered_on=began, **more)


def ended(organisation: Organisation, name: str, kind: ClosureKind, unit: str = "Retail", days_ago: int = 60) -> Initiative:
    row = in_flight(organisation, name, unit)
    close_initiative(
        by=SYSTEM, initiative=row, kind=kind, reason=ReasonCode.COST, lesson="Ask earlier.",
        closed_on=clock.today() - timedelta(days=days_ago),
    )  # fmt: skip
    return row


def produced(organisation: Organisation, name: str, unit: str = "Retail") -> Initiative:
    row = in_flight(organisation, name, unit)
    stage = row.lifecycle.stages.get(key="production")
    move_stage(by=SYSTEM, initiative=row, stage=stage, on=clock.today() - timedelta(days=90))
    return row


def past(organisation: Organisation, abandoned: int = 4, reached: int = 2) -> None:
    for number in range(abandoned):
        kind = ClosureKind.STOPPED if number % 2 else ClosureKind.DRIFTED
        ended(organisation, f"Ended {number}", kind)
    for number in range(reached):
        produced(organisation, f"Live {number}")


def score(*, today: date | None = None, refit: bool = False) -> Generation:
    found = score_now(demo=False, why="test", today=today or clock.today(), now=clock.now(), refit=refit)
    assert found is not None
    return found
