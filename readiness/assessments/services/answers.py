"""Answering: many questions at once, all or none, each with the version that its writer saw."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.assessments.choices import Reply
from readiness.assessments.models import Assessment, AssessmentAnswer, Question
from readiness.assessments.services.assessments import lock_open
from readiness.assessments.services.finders import stranger_problems
from readiness.workloads.services.finders import tell_finders

MAX_NOTE = 5_000
_WEB = URLValidator(schemes=["http", "https"])
_OWN = ("reply", "note", "evidence_url", "owner_id", "due")


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """What somebody answers. `version` is the answer's version that they saw: 0 for none yet, None to overwrite whatever is.

    `owner` and `due` say who finds out an unknown by when; they are dropped from every other reply.
    """

    reply: Reply
    note: str = ""
    evidence_url: str = ""
    owner: User | None = None
    due: date | None = None
    version: int | None = None


class StaleAnswers(Exception):
    """Somebody else answered these questions meanwhile; `current` is what stands there now, by question key."""

    def __init__(self, current: Mapping[str, AssessmentAnswer | None]) -> None:
        super().__init__(f"answered meanwhile: {', '.join(sorted(current))}")
        self.current = dict(current)


def save_answers(*, by: Actor, assessment: Assessment, answers: Mapping[str, AnswerInput]) -> list[AssessmentAnswer]:
    """Answer questions by key; the rows that were written. What is the same already is left alone, but confirmed if carried.

    Raises PermissionDenied, StaleAnswers, ValidationError with messages under `key` or `key.field`. All or none.
    """
    with acting(by):
        row = lock_open(by, assessment)
        questions = {one.key: one for one in Question.objects.filter(bank=row.bank_id, key__in=answers)}
        if foreign := set(answers) - set(questions):
            raise ValidationError({key: _("This bank asks no such question.") for key in sorted(foreign)})
        found = {
            answer.question_id: answer
            for answer in row.answers.select_related("question").filter(question__in=questions.values())
        }
        standing = {key: found.get(question.pk) for key, question in questions.items()}
        _refuse_stale(by, answers, standing)
        _check(row, answers, standing)
        finding = {f"answer:{row.pk}:{questions[key].pk}": one.owner_id for key, one in standing.items() if one}
        written = [
            answer
            for key, given in answers.items()
            if (answer := _answered(by, row, questions[key], standing[key], given)) is not None
        ]
        _write(written)
        if written:
            emit("assessment.changed", {"initiative_ids": [row.initiative_id]})
            named = {f"answer:{row.pk}:{one.question_id}": one.owner_id for one in written}
            tell_finders(by=by, initiative_id=row.initiative_id, before=finding, after=named)
    return written


def confirm_answers(*, by: Actor, assessment: Assessment, keys: Collection[str] | None = None) -> int:
    """Say that carried-over answers still hold, all of them or those of `keys`; how many. Raises PermissionDenied,
    ValidationError."""
    with acting(by):
        row = lock_open(by, assessment)
        carried = row.answers.filter(carried_from__isnull=False)
        if keys is not None:
            carried = carried.filter(question__key__in=keys)
        rows = list(carried)
        for answer in rows:
            _sign(by, answer)
        _write(rows)
        if rows:
            emit("assessment.changed", {"initiative_ids": [row.initiative_id]})
    return len(rows)


def _refuse_stale(
    by: Actor, answers: Mapping[str, AnswerInput], standing: Mapping[str, AssessmentAnswer | None]
) -> None:  # fmt: skip
    stale = {
        key: standing[key]
        for key, given in answers.items()
        if given.version not in (None, _version(standing[key]))
        and not _same(standing[key], given)
        and not _own_words(by, standing[key])
    }
    if stale:
        raise StaleAnswers(stale)


def _own_words(by: Actor, now: AssessmentAnswer | None) -> bool:
    """Whether a person meets what they said themselves a moment ago: saving as one goes overtakes its own answers."""
    return now is not None and by.scopes is None and by.user_id is not None and now.answered_by_id == by.user_id


def _version(now: AssessmentAnswer | None) -> int:
    return now.version if now else 0


def _check(row: Assessment, answers: Mapping[str, AnswerInput], standing: Mapping[str, AssessmentAnswer | None]) -> None:
    finders = {key: given.owner for key, given in answers.items() if given.reply == Reply.UNKNOWN}
    errors: dict[str, Any] = {**stranger_problems(row.initiative, finders)}
    today = clock.today()
    for key, given in answers.items():
        now = standing[key]
        if given.reply == Reply.NOT_APPLICABLE and not given.note.strip():
            errors[f"{key}.note"] = _("Say why it does not apply: it leaves the score.")
        if len(given.note) > MAX_NOTE:
            errors[f"{key}.note"] = _("At most %d characters.") % MAX_NOTE
        if problem := link_problem(given.evidence_url):
            errors[f"{key}.evidence_url"] = problem
        moved = now is None or now.due != given.due
        if given.reply == Reply.UNKNOWN and given.due is not None and given.due < today and moved:
            errors[f"{key}.due"] = _("This day is over; choose one from today on.")
    if errors:
        raise ValidationError(errors)


def link_problem(url: str) -> str:
    """What is wrong with an evidence link, "" if nothing: empty, or http and https only."""
    if not url:
        return ""
    if len(url) > 1_000:
        return _("At most 1,000 characters.")
    try:
        _WEB(url)
    except ValidationError:
        return _("A web address that starts with http:// or https://.")
    return ""


def _values(given: AnswerInput) -> dict[str, Any]:
    """The columns of an answer; only an unknown is still to be found out by somebody."""
    unknown = given.reply == Reply.UNKNOWN
    return {
        "reply": given.reply,
        "note": given.note.strip().replace("\r\n", "\n"),
        "evidence_url": given.evidence_url.strip(),
        "owner_id": given.owner.pk if unknown and given.owner else None,
        "due": given.due if unknown else None,
    }


def _same(now: AssessmentAnswer | None, given: AnswerInput) -> bool:
    values = _values(given)
    if now is None:
        return values["reply"] == Reply.UNKNOWN and not any(values[name] for name in _OWN[1:])
    return all(getattr(now, name) == values[name] for name in _OWN)


def _answered(
    by: Actor, row: Assessment, question: Question, now: AssessmentAnswer | None, given: AnswerInput
) -> AssessmentAnswer | None:
    """The answer with its new values, not saved yet; None where nothing changes."""
    if _same(now, given) and (now is None or now.carried_from is None):
        return None
    answer = now or AssessmentAnswer(assessment=row, initiative_id=row.initiative_id, question=question, version=0)
    for name, value in _values(given).items():
        setattr(answer, name, value)
    _sign(by, answer)
    return answer


def _sign(by: Actor, answer: AssessmentAnswer) -> None:
    answer.carried_from, answer.answered_by_id, answer.answered_at = None, by.user_id, clock.now()
    answer.version += 1


def _write(answers: list[AssessmentAnswer]) -> None:
    AssessmentAnswer.objects.bulk_create([answer for answer in answers if answer.pk is None])
    names = [*_OWN, "carried_from", "answered_by_id", "answered_at", "version"]
    old = [answer for answer in answers if answer.version > 1]
    AssessmentAnswer.objects.bulk_update(old, [name.removesuffix("_id") for name in names])
