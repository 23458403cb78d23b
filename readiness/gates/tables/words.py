"""The words that pages of gates show for its choices. Codes stand in choices and rules, translated here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from readiness.gates.choices import (
    Ballot,
    ConditionState,
    CriterionDimension,
    CriterionKind,
    GateFunction,
    Majority,
    Mode,
    Outcome,
    ProofKind,
    ReviewState,
    TemplateState,
    TieRule,
    WaiverState,
)
from readiness.gates.rules.voting.panel import Standing

Text = str | Promise
Sign = tuple[Text, str]  # word, icon

KINDS: dict[str, Text] = {
    CriterionKind.READINESS: _("Deliverable"),
    CriterionKind.MUST_MEET: _("Must meet"),
    CriterionKind.SHOULD_MEET: _("Should meet"),
    CriterionKind.INFO: _("For information"),
}
KIND_HELP: dict[str, Text] = {
    CriterionKind.READINESS: _("Is it there? Without it the gate is not ready."),
    CriterionKind.MUST_MEET: _("Knock-out: not met is Recycle, unknown or stale is Hold."),
    CriterionKind.SHOULD_MEET: _("Scored by its weight."),
    CriterionKind.INFO: _("Shown, and never counted."),
}
DIMENSIONS: dict[str, Text] = {
    CriterionDimension.DEMAND: _("Demand"),
    CriterionDimension.SIZING: _("Sizing"),
    CriterionDimension.COMPUTE: _("Compute"),
    CriterionDimension.MEMORY: _("Memory"),
    CriterionDimension.NETWORK: _("Network"),
    CriterionDimension.STORAGE: _("Storage"),
    CriterionDimension.ORCHESTRATION: _("Orchestration"),
    CriterionDimension.DATA: _("Data"),
    CriterionDimension.MLOPS: _("MLOps platform"),
    CriterionDimension.INTEGRATION: _("Integration"),
    CriterionDimension.GOVERNANCE: _("Security and governance"),
    CriterionDimension.TEAM: _("Team and operations"),
    CriterionDimension.VENUE: _("Venue"),
    CriterionDimension.BUDGET: _("Budget"),
    CriterionDimension.PROCUREMENT: _("Procurement"),
    CriterionDimension.VALUE: _("Purpose and value"),
}
OUTCOMES: dict[str, Sign] = {
    Outcome.GO: (_("Go"), "arrow-right"),
    Outcome.CONDITIONAL_GO: (_("Conditional Go"), "checklist"),
    Outcome.HOLD: (_("Hold"), "player-pause"),
    Outcome.RECYCLE: (_("Recycle"), "arrow-back-up"),
    Outcome.KILL: (_("Kill"), "player-stop"),
}
OUTCOME_HELP: dict[str, Text] = {
    Outcome.GO: _("The initiative moves to the next stage."),
    Outcome.CONDITIONAL_GO: _("It moves on with conditions, and the next gate waits for them."),
    Outcome.HOLD: _("It stays where it is until more is known."),
    Outcome.RECYCLE: _("It goes back to mend what is not met."),
    Outcome.KILL: _("It is stopped and closed, with a reason and a lesson."),
}
BALLOTS: dict[str, Sign] = {
    Ballot.GO: OUTCOMES[Outcome.GO],
    Ballot.CONDITIONAL: OUTCOMES[Outcome.CONDITIONAL_GO],
    Ballot.HOLD: OUTCOMES[Outcome.HOLD],
    Ballot.RECYCLE: OUTCOMES[Outcome.RECYCLE],
    Ballot.KILL: OUTCOMES[Outcome.KILL],
    Ballot.ABSTAIN: (_("Abstain"), "minus"),
    Ballot.RECUSE: (_("Recuse"), "circle-off"),
}
FUNCTIONS: dict[str, Text] = {
    GateFunction.IT_OPERATIONS: _("IT operations"),
    GateFunction.DATA_SCIENCE: _("Data science"),
    GateFunction.BUSINESS: _("Business"),
    GateFunction.FINANCE: _("Finance"),
    GateFunction.SECURITY: _("Security"),
}
STATES: dict[str, Sign] = {
    ReviewState.PLANNED: (_("Planned"), "circle-dashed"),
    ReviewState.SCHEDULED: (_("Scheduled"), "calendar"),
    ReviewState.IN_REVIEW: (_("In review"), "users"),
    ReviewState.PROPOSED: (_("Voted, waits for a decision"), "scale"),
    ReviewState.DECIDED: (_("Decided"), "check"),
    ReviewState.CLOSED: (_("Closed"), "archive"),
    ReviewState.WITHDRAWN: (_("Withdrawn"), "arrow-back-up"),
    ReviewState.SUPERSEDED: (_("Superseded"), "git-merge"),
}
MODES: dict[str, Text] = {Mode.MEETING: _("In a meeting"), Mode.WRITTEN: _("In writing")}
MAJORITIES: dict[str, Text] = {
    Majority.MAJORITY: _("more than half"),
    Majority.TWO_THIRDS: _("two thirds"),
    Majority.UNANIMOUS: _("everybody"),
}
TIES: dict[str, Text] = {
    TieRule.STRICTER: _("the stricter side"),
    TieRule.MILDER: _("the milder side"),
    TieRule.CHAIR: _("what the chair voted"),
}
STANDINGS: dict[str, Sign] = {
    Standing.SELF: (_("votes"), "user"),
    Standing.DELEGATE: (_("a delegate votes"), "user-plus"),
    Standing.RECUSED_OWN: (_("recused: owner or sponsor of this initiative"), "circle-off"),
    Standing.RECUSED_SELF: (_("recused by their own word"), "circle-off"),
    Standing.INACTIVE: (_("the account is closed"), "lock"),
    Standing.DELEGATE_RECUSED: (_("votes: the delegate is owner or sponsor"), "user"),
    Standing.DELEGATE_SEATED: (_("votes: the delegate has a seat already"), "user"),
}
WAIVERS: dict[str, Sign] = {
    WaiverState.PROPOSED: (_("Proposed"), "send"),
    WaiverState.UNDER_REVIEW: (_("Under review"), "eye"),
    WaiverState.APPROVED: (_("Approved, not in force yet"), "shield-check"),
    WaiverState.REJECTED: (_("Rejected"), "x"),
    WaiverState.ACTIVE: (_("In force"), "shield"),
    WaiverState.EXPIRED: (_("Expired"), "clock"),
    WaiverState.REVOKED: (_("Revoked"), "circle-off"),
}
CONDITIONS: dict[str, Sign] = {
    ConditionState.OPEN: (_("Open"), "circle-dashed"),
    ConditionState.OVERDUE: (_("Overdue"), "alert-triangle"),
    ConditionState.PROVEN: (_("Proven"), "check"),
    ConditionState.LAPSED: (_("Lapsed with its decision"), "minus"),
}
PROOFS: dict[str, Text] = {
    ProofKind.CRITERION: _("A criterion turns met"),
    ProofKind.REQUIREMENT: _("A requirement turns met"),
    ProofKind.PERSON: _("A person shows it"),
}
TEMPLATES: dict[str, Sign] = {
    TemplateState.DRAFT: (_("Draft"), "edit"),
    TemplateState.PUBLISHED: (_("Published"), "check"),
    TemplateState.RETIRED: (_("Retired"), "archive"),
}


def sign(signs: dict[str, Sign], key: str) -> dict[str, str]:
    """Word and icon for a chip; a key that nobody knows is its own word."""
    word, icon = signs.get(key, (key, "point"))
    return {"key": str(key), "word": str(word), "icon": icon}


def outcome(key: str) -> dict[str, str] | None:
    """The chip of an outcome; None where there is none yet."""
    return sign(OUTCOMES, key) if key else None


def function_words(functions: list[str] | tuple[str, ...]) -> str:
    """`IT operations, security`, in the order of the choices; "" for none."""
    return ", ".join(str(label) for key, label in FUNCTIONS.items() if key in functions)
