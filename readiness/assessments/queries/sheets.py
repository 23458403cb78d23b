"""Answer sheets: one initiative's assessment with its questions and answers, its history, and several side by side."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from portfolio.accounts.models import User
from portfolio.accounts.queries import people_who_see
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, Stage
from readiness.assessments.choices import Component, Reply
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck, Question
from readiness.assessments.queries.banks import asked_of
from readiness.assessments.rules.phases import Next, Step, next_of
from readiness.assessments.rules.scores import Asked, Score, score

MAX_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Past:
    """A line of an initiative's history: `whole` is over all questions of its bank, whatever the phase was."""

    number: int
    bank: str
    started_at: datetime
    closed_at: datetime | None
    closed_by: str
    whole: Score


@dataclass(frozen=True, slots=True)
class Sheet:
    """`assessment` is None where none was started; then there are no questions. `answers` has only rows that exist."""

    initiative: Initiative
    going: Next
    assessment: Assessment | None
    questions: list[Question]
    answers: dict[str, AssessmentAnswer]
    history: list[Past]

    @property
    def open(self) -> bool:
        return self.assessment is not None and self.assessment.closed_at is None

    @property
    def asked(self) -> list[Asked]:
        return [asked_of(question) for question in self.questions]

    @property
    def replies(self) -> dict[str, Reply]:
        return {key: Reply(answer.reply) for key, answer in self.answers.items()}

    @property
    def carried(self) -> list[str]:
        """Keys of answers that were carried over and nobody confirmed yet."""
        return [key for key, answer in self.answers.items() if answer.carried_from is not None]

    @property
    def before(self) -> int | None:
        """Number of the assessment before this one."""
        number = self.assessment.number if self.assessment else 0
        return max((past.number for past in self.history if past.number < number), default=None)


def initiative_of(actor: Actor, pk: int) -> Initiative | None:
    """The initiative with unit, stage and template, if the actor may see it."""
    rows = Initiative.objects.visible_to(actor).select_related("unit", "stage", "lifecycle").defer("search", "search_extra")
    found: Initiative | None = rows.filter(pk=pk).first()
    return found


def going_for(initiative: Initiative) -> Next:
    """What it is going for next; one statement for the stages of its template."""
    stages = Stage.objects.filter(lifecycle=initiative.lifecycle_id).values_list("key", "name", "kind", "position")
    return next_of([Step(*row) for row in stages], initiative.stage.key if initiative.stage else None)


def sheet(actor: Actor, pk: int, number: int | None = None, *, history: bool = True) -> Sheet | None:
    """The assessment `number`, else the newest one (the open one, if there is one), in a constant number of statements.

    Without `history` the scores of the other ones are left out.

    None if the initiative is not visible, or has no assessment of that number.
    """
    initiative = initiative_of(actor, pk)
    if initiative is None:
        return None
    runs = list(
        Assessment.objects.filter(initiative=initiative).select_related("bank", "closed_by").order_by("-number")
    )  # fmt: skip
    chosen = next((run for run in runs if number in (None, run.number)), None)
    if number is not None and chosen is None:
        return None
    questions, answers = ([], {}) if chosen is None else (_questions(chosen), _answers(chosen))
    return Sheet(initiative, going_for(initiative), chosen, questions, answers, _history(runs) if history else [])


def answered_again(found: Sheet) -> Sheet:
    """The same sheet with the answers as they are now, one statement."""
    assert found.assessment is not None
    return replace(found, answers=_answers(found.assessment))


def _questions(run: Assessment) -> list[Question]:
    return list(Question.objects.filter(bank=run.bank_id).order_by("position"))


def _answers(run: Assessment) -> dict[str, AssessmentAnswer]:
    rows = AssessmentAnswer.objects.filter(assessment=run).select_related("question", "owner", "answered_by")
    return {row.question.key: row for row in rows}


def _history(runs: list[Assessment]) -> list[Past]:
    asked = asked_by_bank({run.bank_id for run in runs})
    replies = replies_of([run.pk for run in runs])
    return [
        Past(
            number=run.number,
            bank=str(run.bank),
            started_at=run.started_at,
            closed_at=run.closed_at,
            closed_by=str(run.closed_by or ""),
            whole=score(asked[run.bank_id], replies[run.pk]),
        )
        for run in runs
    ]


def asked_by_bank(banks: Collection[int]) -> dict[int, list[Asked]]:
    """`{bank id: its questions}` as scores take them, one statement."""
    found: dict[int, list[Asked]] = {pk: [] for pk in banks}
    rows = Question.objects.filter(bank__in=banks).order_by("position").only("bank_id", "key", "dimension", "weight", "phases")
    for row in rows:
        found[row.bank_id].append(asked_of(row))
    return found


def replies_of(runs: Collection[int]) -> dict[int, dict[str, Reply]]:
    """`{assessment id: {question key: reply}}` of answers that exist, one statement. The caller has checked visibility."""
    found: dict[int, dict[str, Reply]] = {pk: {} for pk in runs}
    rows = AssessmentAnswer.objects.filter(assessment__in=runs).values_list("assessment_id", "question__key", "reply")
    for run, key, reply in rows:
        found[run][key] = Reply(reply)
    return found


def question_texts(bank: int) -> dict[str, str]:
    """`{key: question}` of a bank."""
    return dict(Question.objects.filter(bank=bank).order_by("position").values_list("key", "text"))


def current_runs(actor: Actor) -> QuerySet[Assessment]:
    """The newest assessment of every initiative that the actor may see."""
    newest = Assessment.objects.filter(initiative=OuterRef("initiative")).order_by("-number").values("pk")[:1]
    rows: QuerySet[Assessment] = Assessment.objects.visible_to(actor).filter(pk=Subquery(newest))
    return rows


def assessed_initiatives(actor: Actor) -> list[dict[str, Any]]:
    """Initiatives to compare with, the latest started first, at most MAX_OFFERED: `key`, `name`."""
    rows = current_runs(actor).order_by("-started_at").annotate(key=F("initiative__key"), name=F("initiative__name"))
    return list(rows.values("key", "name")[:MAX_OFFERED])


def compared(actor: Actor, keys: Collection[str]) -> list[Assessment]:
    """The newest assessments of these initiatives (by key) with their initiatives, in the order of `keys`."""
    related = ("bank", "initiative__unit", "initiative__stage", "initiative__lifecycle")
    rows = {
        run.initiative.key: run for run in current_runs(actor).filter(initiative__key__in=keys).select_related(*related)
    }  # fmt: skip
    return [rows[key] for key in keys if key in rows]


def stages_of(lifecycles: Collection[int]) -> dict[int, list[Step]]:
    """`{template version id: its steps}`, one statement."""
    found: dict[int, list[Step]] = {pk: [] for pk in lifecycles}
    rows = Stage.objects.filter(lifecycle__in=lifecycles).values_list("lifecycle_id", "key", "name", "kind", "position")
    for lifecycle, key, name, kind, position in rows:
        found[lifecycle].append(Step(key, name, kind, position))
    return found


def components_of(initiative: Initiative) -> dict[Component, ComponentCheck]:
    """What was said about its components; one that is absent is unknown."""
    rows = ComponentCheck.objects.filter(initiative=initiative).select_related("owner")
    return {Component(row.component): row for row in rows}


def finders(initiative: Initiative) -> QuerySet[User]:
    """People who may be named to find something out about this initiative."""
    return people_who_see(initiative.unit, demo=initiative.demo, real_too=True).order_by("name", "id").only("id", "name", "email")


def assessment_by_id(actor: Actor, pk: int) -> Assessment | None:
    """A visible assessment with its initiative and unit."""
    rows = Assessment.objects.visible_to(actor).select_related("initiative__unit", "bank")
    found: Assessment | None = rows.filter(pk=pk).first()
    return found


def runs_of(initiative: Initiative) -> QuerySet[Assessment, tuple[int, int]]:
    """(number, id) of its assessments."""
    return Assessment.objects.filter(initiative=initiative).values_list("number", "pk")
