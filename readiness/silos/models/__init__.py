"""Findings with the rows that prove them and their history, runs of the detection, and what tunes it."""

from readiness.silos.models.detection import Detection, PoolPurchase, RuleSetting
from readiness.silos.models.finding import Finding, FindingRow, FindingStep

__all__ = ["Detection", "Finding", "FindingRow", "FindingStep", "PoolPurchase", "RuleSetting"]
