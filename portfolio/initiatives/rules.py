"""Pure decisions of the register: what may be edited by whom, and what a stage change or closure needs."""

from __future__ import annotations

from datetime import date

from portfolio.initiatives.choices import ClosureKind, Status

# name in forms, API and imports -> who beyond program managers, owners and sponsors may change it
TEXT_FIELDS = (
    "name", "purpose", "outputs", "topic", "approach", "impact_level", "system_name", "owner_name", "sponsor_name",
)  # fmt: skip
INFRASTRUCTURE_FIELDS = (
    "venue_storage", "venue_training", "venue_inference", "containerised", "orchestrator",
)  # fmt: skip
MONEY_FIELDS = ("expected_value", "expected_value_currency")
OTHER_FIELDS = ("unit", "programme", "owner", "sponsor", "procurement_route", "developed_by", "contract_numbers", "answers")
EDITABLE = (*TEXT_FIELDS, *INFRASTRUCTURE_FIELDS, *MONEY_FIELDS, *OTHER_FIELDS)
CHILDREN = ("tags", "functions", "external_ids", "links", "dates")
BULK_EDITABLE = (
    "owner", "sponsor", "programme", "procurement_route", "venue_storage", "venue_training", "venue_inference",
    "containerised",
)  # fmt: skip


def needs_only_infrastructure(names: set[str]) -> bool:
    """Whether an architect's right is enough for these changes."""
    return bool(names) and names <= set(INFRASTRUCTURE_FIELDS)


def closure_problem(kind: ClosureKind, *, lesson: str, closed_on: date | None, today: date) -> str | None:
    """Why this closure cannot be taken as it is; None if it can."""
    if kind is ClosureKind.ABANDONED_UNKNOWN:
        return "This kind is for imports only: say whether it was stopped by decision or drifted."
    if kind is ClosureKind.STOPPED and not lesson.strip():
        return "Stopping by decision needs a lesson: what should the next initiative know?"
    if closed_on is not None and closed_on > today:
        return "A closure lies in the past or is today."
    return None


def status_problem(before: Status, after: Status) -> str | None:
    """Closing has its own verb, because it needs a kind and a reason."""
    if after is Status.CLOSED:
        return "Close an initiative with its kind, reason and lesson."
    if before is Status.CLOSED:
        return "Reopen the initiative first."
    return None
