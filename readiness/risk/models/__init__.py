"""What the risk slice keeps."""

from readiness.risk.models.model import Generation, ModelVersion, Score, Shown
from readiness.risk.models.statistics import ReferenceStatistic

__all__ = ["Generation", "ModelVersion", "ReferenceStatistic", "Score", "Shown"]
