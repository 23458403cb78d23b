"""The words of the pages that one starts from."""

from enum import StrEnum


class DutyKind(StrEnum):
    """What may wait for a person, by what it asks."""

    VOTE = "vote"
    DECIDE = "decide"
    JUDGE = "judge"
    WAIVER = "waiver"
    CONDITION = "condition"
    READINESS = "readiness"
    UNKNOWN = "unknown"
    ACTION = "action"
    ANSWER = "answer"


DUTY_LABELS: dict[DutyKind, str] = {
    DutyKind.VOTE: "Vote",
    DutyKind.DECIDE: "Decide",
    DutyKind.JUDGE: "Judge a criterion",
    DutyKind.WAIVER: "Approve or reject a waiver",
    DutyKind.CONDITION: "Prove a condition",
    DutyKind.READINESS: "Bring what a scheduled review lacks",
    DutyKind.UNKNOWN: "Find out",
    DutyKind.ACTION: "Do what you took on",
    DutyKind.ANSWER: "Answer an invitation",
}
