"""Sources and feeds; deliveries with their payloads and runs; series, observations and their latest; verdicts."""

from readiness.evidence.models.delivery import Delivery, Payload, PushPace, Run, SetAside
from readiness.evidence.models.observation import Latest, Observation, Retention, Series
from readiness.evidence.models.source import Feed, QueryTemplate, Source, SourceHealth
from readiness.evidence.models.trial import PullTally, Trial
from readiness.evidence.models.verdict import RequirementVerdict, Standing

__all__ = [
    "Delivery",
    "Feed",
    "Latest",
    "Observation",
    "Payload",
    "PullTally",
    "PushPace",
    "QueryTemplate",
    "RequirementVerdict",
    "Retention",
    "Run",
    "Series",
    "SetAside",
    "Source",
    "SourceHealth",
    "Standing",
    "Trial",
]
