"""The words of this slice as pages say them, and intervals of scores as text."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags import ui_text
from readiness.assessments.choices import Component, Dimension, Phase, Presence, Reply
from readiness.assessments.rules.scores import Score

PERCENT = f"{ui_text.NARROW}%"
DIMENSIONS = {
    Dimension.COMPUTE: gettext_lazy("Compute"),
    Dimension.MEMORY: gettext_lazy("Memory"),
    Dimension.NETWORK: gettext_lazy("Network"),
    Dimension.STORAGE: gettext_lazy("Storage"),
    Dimension.ORCHESTRATION: gettext_lazy("Orchestration"),
    Dimension.DATA: gettext_lazy("Data"),
    Dimension.MLOPS: gettext_lazy("MLOps platform"),
    Dimension.INTEGRATION: gettext_lazy("Integration"),
    Dimension.GOVERNANCE: gettext_lazy("Security and governance"),
    Dimension.TEAM: gettext_lazy("Team and operations"),
}
PHASES = {
    Phase.POC: gettext_lazy("PoC"),
    Phase.PILOT: gettext_lazy("Pilot"),
    Phase.SCALE_UP: gettext_lazy("Scale-up"),
    Phase.PRODUCTION: gettext_lazy("Production"),
}
REPLIES = {
    Reply.YES: gettext_lazy("Yes"),
    Reply.PARTLY: gettext_lazy("Partly"),
    Reply.NO: gettext_lazy("No"),
    Reply.UNKNOWN: gettext_lazy("Unknown"),
    Reply.NOT_APPLICABLE: gettext_lazy("Not applicable"),
}
# A reply wears the colours of the verdict that it comes nearest to.
TONES = {
    Reply.YES: "met",
    Reply.PARTLY: "warning",
    Reply.NO: "not_met",
    Reply.UNKNOWN: "unknown",
    Reply.NOT_APPLICABLE: "not_applicable",
}
ICONS = {
    Reply.YES: "check",
    Reply.PARTLY: "circle-dashed",
    Reply.NO: "x",
    Reply.UNKNOWN: "question-mark",
    Reply.NOT_APPLICABLE: "minus",
}
COMPONENTS = {
    Component.ACCELERATORS: gettext_lazy("Accelerators (GPUs)"),
    Component.HIGH_PERFORMANCE_STORAGE: gettext_lazy("High-performance storage"),
    Component.DATA_MANAGEMENT: gettext_lazy("Data management"),
    Component.MLOPS_PLATFORM: gettext_lazy("MLOps platform"),
    Component.CONTAINERS: gettext_lazy("Containers and registry"),
    Component.KUBERNETES: gettext_lazy("Kubernetes or another orchestrator"),
    Component.LOW_LATENCY_NETWORK: gettext_lazy("Low-latency network"),
    Component.OBSERVABILITY: gettext_lazy("Observability"),
}
PRESENCES = {
    Presence.PRESENT: gettext_lazy("Present"),
    Presence.PLANNED: gettext_lazy("Planned"),
    Presence.MISSING: gettext_lazy("Missing"),
    Presence.UNKNOWN: gettext_lazy("Unknown"),
}
PRESENCE_TONES = {
    Presence.PRESENT: "met",
    Presence.PLANNED: "warning",
    Presence.MISSING: "not_met",
    Presence.UNKNOWN: "unknown",
}


def span(score: Score) -> str:
    """`51-78 %`, rounded outward so that it never claims more than is known; `62 %` for a point; words for none."""
    if score.low is None or score.high is None:
        return _("not applicable")
    low, high = ends(score)
    return f"{low}{PERCENT}" if low == high else f"{low}{ui_text.DASH}{high}{PERCENT}"


def ends(score: Score) -> tuple[int, int]:
    """Whole percents, rounded outward; a point is rounded once. (0, 0) where nothing applies."""
    if score.low is None or score.high is None:
        return 0, 0
    if score.low == score.high:
        return (round(100 * score.low),) * 2
    return math.floor(round(100 * score.low, 6)), math.ceil(round(100 * score.high, 6))
