"""Rows of the demo's gates for COPY, in the order in which foreign keys want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from portfolio.kit.copying import copy_rows, next_ids

REVIEW, EVENT, SEAT = "gates_review", "gates_reviewevent", "gates_seat"
ATTENDANCE, JUDGEMENT, VOTE = "gates_attendance", "gates_judgement", "gates_vote"
WAIVER, STEP, RUN = "gates_waiver", "gates_waiverevent", "gates_run"
DECISION, CONDITION, PROOF = "gates_decision", "gates_condition", "gates_conditionevent"
COLUMNS: dict[str, str] = {
    REVIEW: "id initiative_id template_id gate gate_name state round mode wanted_on scheduled_at opened_at window_ends_at"
    " created_by_id created_at decided decided_at",
    EVENT: "review_id step before after round by_id at note facts",
    SEAT: "review_id person_id functions chair",
    ATTENDANCE: "review_id round person_id arrived_at left_at",
    JUDGEMENT: "id review_id criterion verdict impossible note functions by_id at supersedes_id",
    VOTE: "id review_id round seat_id by_id ballot rationale at",
    WAIVER: "id initiative_id gate criterion criterion_text state begins_at expires_at created_at",
    STEP: "id waiver_id step by_id at reason measure begins_at expires_at note",
    RUN: "review_id round why content digest recommended ready rules_version at",
    DECISION: "id initiative_id review_id gate round turn supersedes_id outcome recommended mode reason reason_code lesson by_id"
    " at chain sequence previous content digest hash",
    CONDITION: "id initiative_id decision_id text owner_id due proof ref set_at",
    PROOF: "condition_id kind by_id note shown at",
}
_NUMBERS = 200  # ids that are taken at a time


class Rows:
    """What is to be written; ids are handed out before, because rows name each other."""

    def __init__(self) -> None:
        self.of: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._free: dict[str, Iterator[int]] = {}

    def beside(self) -> Rows:
        """Rows on trial, with ids from the same hands."""
        made = Rows()
        made._free = self._free
        return made

    def new_id(self, table: str) -> int:
        free = self._free.get(table, iter(()))
        if (number := next(free, None)) is None:
            free = self._free[table] = iter(next_ids(table, _NUMBERS))
            number = next(free)
        return number

    def add(self, table: str, *values: Any) -> None:
        self.of[table].append(values)

    def write(self) -> None:
        for table, columns in COLUMNS.items():
            copy_rows(table, columns, self.of[table])
