"""Giving unknowns to somebody: values, answers and components at once, each through its own verb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.acting import acting
from readiness.assessments.choices import Component, Presence, Reply, UnknownKind
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck
from readiness.assessments.services.answers import AnswerInput, save_answers
from readiness.assessments.services.components import ComponentInput, save_components
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.services.profiles import ValueInput, set_values

MOST = 500


@dataclass(slots=True)
class Assigned:
    """`changed` unknowns have the new owner or day; `refused` says in words which could not be given, and why."""

    changed: int = 0
    refused: list[str] = field(default_factory=list)


def assign_unknowns(*, by: Actor, refs: Sequence[str], owner: User | None = None, due: date | None = None) -> Assigned:
    """Name who finds these out, or by when, or both; what is left out stays. `refs` are those of the rows of unknowns.

    What is not visible to `by`, or known by now, is left alone. Raises ValidationError for nothing to set or too many.
    """
    if owner is None and due is None:
        raise ValidationError(_("Name a person, a day, or both."))
    if len(refs) > MOST:
        raise ValidationError(_("At most %d at once; narrow the list with the filters.") % MOST)
    told = Assigned()
    with acting(by):
        for (kind, container), keys in sorted(_by_container(refs).items()):  # locked in one order by everybody
            if kind is UnknownKind.FACT:
                told.refused.append(_("What the register does not know is its owner's to state."))
                continue
            _try(told, lambda k=kind, c=container, n=keys: _GIVERS[k](by, c, n, owner, due))  # type: ignore[misc]
    told.refused = list(dict.fromkeys(told.refused))
    return told


def _try(told: Assigned, give: Callable[[], int]) -> None:
    """One container after the other: what one of them refuses does not keep the others from being given."""
    try:
        told.changed += give()
    except PermissionDenied as refused:
        told.refused.append(str(refused))
    except ValidationError as refused:
        told.refused += refused.messages


def _by_container(refs: Sequence[str]) -> dict[tuple[UnknownKind, int], list[str]]:
    """`kind:container:key` -> {(kind, container): keys}. Raises ValidationError for anything else."""
    found: dict[tuple[UnknownKind, int], list[str]] = {}
    for ref in refs:
        kind, _colon, rest = ref.partition(":")
        container, _colon, key = rest.partition(":")
        if kind not in list(UnknownKind) or not (container.isascii() and container.isdigit()) or len(container) > 18:
            raise ValidationError(_("The list is out of date; reload it and choose again."))
        found.setdefault((UnknownKind(kind), int(container)), []).append(key)
    return found


def _give_answers(by: Actor, container: int, keys: list[str], owner: User | None, due: date | None) -> int:
    assessment = Assessment.objects.visible_to(by).filter(pk=container).first()
    if assessment is None:
        return 0
    wanted = [int(key) for key in keys if key.isascii() and key.isdigit()]
    questions = dict(assessment.bank.questions.filter(pk__in=wanted).values_list("pk", "key"))
    rows = AssessmentAnswer.objects.filter(assessment=assessment, question__in=questions).select_related("owner")
    standing = {row.question_id: row for row in rows}
    given = {}
    for pk, key in questions.items():
        now = standing.get(pk)
        if now is not None and now.reply != Reply.UNKNOWN:
            continue
        said = (now.note, now.evidence_url, now.owner, now.due) if now else ("", "", None, None)
        given[key] = AnswerInput(Reply.UNKNOWN, said[0], said[1], owner or said[2], due or said[3])
    return len(save_answers(by=by, assessment=assessment, answers=given))


def _give_components(by: Actor, container: int, keys: list[str], owner: User | None, due: date | None) -> int:
    initiative = Initiative.objects.visible_to(by).select_related("unit").filter(pk=container).first()
    if initiative is None:
        return 0
    rows = ComponentCheck.objects.filter(initiative=initiative).select_related("owner")
    standing = {row.component: row for row in rows}
    given = {}
    for key in keys:
        now = standing.get(key)
        if key not in list(Component) or (now is not None and now.presence != Presence.UNKNOWN):
            continue
        said = (now.note, now.owner, now.due) if now else ("", None, None)
        given[Component(key)] = ComponentInput(Presence.UNKNOWN, said[0], owner or said[1], due or said[2])
    return len(save_components(by=by, initiative=initiative, components=given))


def _give_values(by: Actor, container: int, keys: list[str], owner: User | None, due: date | None) -> int:
    workload = Workload.objects.visible_to(by).filter(pk=container, retired_at=None).first()
    if workload is None:
        return 0
    standing = {row.name: row for row in ProfileValue.objects.filter(workload=workload, name__in=keys).select_related("owner")}
    given = {}
    for key in keys:
        now = standing.get(key)
        if now is None:
            given[key] = ValueInput(Knowledge.UNKNOWN, owner=owner, due=due)
        elif now.knowledge == Knowledge.UNKNOWN:
            given[key] = ValueInput(
                Knowledge.UNKNOWN, now.value, now.low, now.high, Origin(now.origin), now.note, owner or now.owner, due or now.due
            )
    set_values(by=by, workload=workload, values=given)
    return len(given)


_GIVERS: dict[UnknownKind, Callable[[Actor, int, list[str], User | None, date | None], int]] = {
    UnknownKind.ANSWER: _give_answers,
    UnknownKind.COMPONENT: _give_components,
    UnknownKind.VALUE: _give_values,
}
