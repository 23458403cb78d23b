"""What the risk slice keeps."""

from readiness.risk.models.backtest import Backtest
from readiness.risk.models.model import Generation, ModelVersion, Score, Shown
from readiness.risk.models.scenario import Scenario
from readiness.risk.models.spending import Spending, Stake
from readiness.risk.models.statistics import ReferenceStatistic

__all__ = [
    "Backtest",
    "Generation",
    "ModelVersion",
    "ReferenceStatistic",
    "Scenario",
    "Score",
    "Shown",
    "Spending",
    "Stake",
]
