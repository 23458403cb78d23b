"""Templates; reviews with their runs, panel, votes and decisions; waivers, conditions, and the anchors of decision chains."""

from readiness.gates.models.decision import Anchor, Condition, ConditionEvent, Decision
from readiness.gates.models.panel import Attendance, Delegation, Gatekeeper, Seat, Vote
from readiness.gates.models.review import Judgement, Review, ReviewEvent, Run
from readiness.gates.models.template import GateTemplate
from readiness.gates.models.waiver import Waiver, WaiverEvent

__all__ = [
    "Anchor",
    "Attendance",
    "Condition",
    "ConditionEvent",
    "Decision",
    "Delegation",
    "GateTemplate",
    "Gatekeeper",
    "Judgement",
    "Review",
    "ReviewEvent",
    "Run",
    "Seat",
    "Vote",
    "Waiver",
    "WaiverEvent",
]
