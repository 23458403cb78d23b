"""Many assessed initiatives in a few statements, for query counts and timings."""

from __future__ import annotations

from datetime import date

from portfolio.initiatives.models import Initiative
from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck, Question, QuestionBank
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.models import ProfileValue, Workload
from tests.copies import spread
from tests.people import Organisation
from tests.portfolio.initiatives.pages import make_many

REPLIES = (Reply.YES, Reply.PARTLY, Reply.NO, Reply.UNKNOWN)


def assess_many(organisation: Organisation, rows: list[Initiative]) -> list[Assessment]:
    """One assessment, a workload and a component each; every second question is answered, an unknown belongs to Iris."""
    bank = QuestionBank.objects.get(is_default=True)
    questions = list(Question.objects.filter(bank=bank))
    iris = organisation.people["Iris"]
    runs = Assessment.objects.bulk_create(Assessment(initiative=row, bank=bank, number=1) for row in rows)
    AssessmentAnswer.objects.bulk_create(
        AssessmentAnswer(
            assessment=runs[0], initiative_id=runs[0].initiative_id, question=question, reply=REPLIES[n % 4], note="because",
            owner=iris if REPLIES[n % 4] == Reply.UNKNOWN else None, due=date(2026, 1 + n % 12, 1), answered_by=iris,
        )
        for n, question in enumerate(questions[::2])
    )  # fmt: skip
    others = runs[1:]
    spread(
        AssessmentAnswer.objects.filter(assessment=runs[0]),
        assessment_id=[run.pk for run in others],
        initiative_id=[run.initiative_id for run in others],
    )
    ComponentCheck.objects.bulk_create(
        ComponentCheck(initiative=row, component=Component.KUBERNETES, presence=Presence.PLANNED) for row in rows
    )
    made = Workload.objects.bulk_create(
        Workload(
            initiative=row, name="Chat", task=Task.GENERATE, workload_class=WorkloadClass.ONLINE,
            experience=Experience.CONVERSATIONAL,
        )
        for row in rows
    )  # fmt: skip
    ProfileValue.objects.bulk_create(
        ProfileValue(workload=one, initiative_id=one.initiative_id, name=name, knowledge=knowledge, value=2)
        for one in made
        for name, knowledge in (("peak_factor", Knowledge.UNKNOWN), ("input_tokens", Knowledge.KNOWN))
    )
    return runs


def assessed(organisation: Organisation, count: int) -> list[Assessment]:
    """`count` initiatives of Retail, each assessed."""
    return assess_many(organisation, make_many(organisation, count))
