"""What the tests of this slice share: a started assessment, answers in a line, the fields of a question's form."""

from __future__ import annotations

from typing import Any

from portfolio.initiatives.models import Initiative
from readiness.assessments.choices import Reply
from readiness.assessments.models import Assessment, AssessmentAnswer, Question
from readiness.assessments.services.answers import AnswerInput, save_answers
from readiness.assessments.services.assessments import start_assessment
from tests.people import SYSTEM

HX = {"HX-Request": "true"}
LOAD, CACHE, BUDGET = "compute-load-stated", "memory-weights-and-cache-fit", "team-infrastructure-budgeted"


def started(initiative: Initiative, **replies: str) -> Assessment:
    """An open assessment with these replies; hyphens of keys are written as underscores."""
    made = start_assessment(by=SYSTEM, initiative=initiative)
    if replies:
        answered(made, **replies)
    return made


def answered(assessment: Assessment, **replies: str) -> None:
    given = {key.replace("_", "-"): AnswerInput(Reply(reply), note="because") for key, reply in replies.items()}
    save_answers(by=SYSTEM, assessment=assessment, answers=given)


def reply_of(assessment: Assessment, key: str) -> AssessmentAnswer | None:
    return AssessmentAnswer.objects.filter(assessment=assessment, question__key=key).first()


def typed(key: str, reply: str, version: int = 0, **more: str) -> dict[str, Any]:
    """What a browser sends for one question."""
    fields = {"note": "", "evidence_url": "", "owner": "", "due": ""} | more
    return {f"{key}-reply": reply, f"{key}-version": str(version)} | {f"{key}-{name}": text for name, text in fields.items()}


def question(assessment: Assessment, key: str) -> Question:
    return Question.objects.get(bank=assessment.bank_id, key=key)
