"""The demo of the whole product: each slice adds its part on top of those below, in one transaction."""

from __future__ import annotations

from datetime import date

from django.db import connection

from portfolio.accounts.rules import Actor
from portfolio.finance.services import demo as finance
from portfolio.initiatives.services import demo as initiatives
from portfolio.initiatives.services.demo.tables import COLUMNS
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.procurement.services import demo as procurement
from portfolio.procurement.services.demo import billing
from readiness.assessments.services import demo as assessments
from readiness.evidence.services import demo as evidence
from readiness.gates.services import demo as gates
from readiness.meetings.services import demo as meetings
from readiness.risk.services.backtesting import run_backtest
from readiness.risk.services.reconstructing import reconstruct
from readiness.risk.services.scoring import score_now
from readiness.risk.services.spending import keep_spending
from readiness.silos.services import demo as silos
from readiness.sizing.services import demo as sizing
from readiness.workloads.services import demo as workloads

TABLES = (
    *COLUMNS,
    *finance.COLUMNS,
    *procurement.COLUMNS,
    *workloads.COLUMNS,
    *assessments.COLUMNS,
    *evidence.TABLES,
    *silos.COLUMNS,
    *gates.TABLES,
)

RECONSTRUCTED = 200  # initiatives whose past figures come with the demo; for more, `reconstruct_risk --demo`


def load_everything(*, by: Actor, count: int, seed: int, today: date) -> int:
    """Load `count` initiatives with their workloads, assessments, sizings and evidence; returns `count`. Raises DemoPresent."""
    with acting(by, note="demo"):
        made = initiatives.load_demo(by=by, count=count, seed=seed, today=today)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the register does: a deferred check costs a queue entry
        finance.load_demo(by=by, seed=seed, today=today)
        procurement.load_demo(by=by, seed=seed, today=today)
        billing.load_demo(by=by, seed=seed, today=today)
        workloads.load_demo(by=by, seed=seed, today=today)
        assessments.load_demo(by=by, seed=seed, today=today)
        sizing.load_demo(by=by, seed=seed, today=today)
        evidence.load_demo(by=by, seed=seed, today=today)
        silos.load_demo(by=by, seed=seed, today=today)
        gates.load_demo(by=by, seed=seed, today=today)
        meetings.load_demo(by=by, seed=seed, today=today)
        if count <= RECONSTRUCTED:
            reconstruct(demo=True, today=today)
        score_now(demo=True, why="demo", today=today, now=clock.now())
        keep_spending(demo=True, today=today, now=clock.now())
        run_backtest(demo=True, today=today, now=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return made
