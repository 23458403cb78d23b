"""Several typed answers at once: what can be saved is saved, the rest comes back with the reason beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from portfolio.initiatives.models import Initiative
from readiness.assessments.choices import Component
from readiness.assessments.forms.answers import AnswerForm, ComponentForm, FindingForm
from readiness.assessments.queries.sheets import Sheet, finders
from readiness.assessments.services.answers import StaleAnswers, save_answers
from readiness.assessments.services.components import StaleComponents, save_components
from readiness.assessments.tables.questions import Typed
from readiness.assessments.views.access import PageRequest


def answer_typed(request: PageRequest, sheet: Sheet, keys: Iterable[str]) -> dict[str, Typed]:
    """Save the answers of these questions as far as they were sent; what became of each.

    Raises PermissionDenied; ValidationError where nothing can be saved at all, because the assessment is closed.
    """
    people, assessment = finders(sheet.initiative), sheet.assessment
    assert assessment is not None
    forms: dict[str, FindingForm] = {
        key: AnswerForm(request.POST, prefix=key, finders=people) for key in keys if f"{key}-version" in request.POST
    }

    def save(given: dict[str, Any]) -> list[str]:
        try:
            rows = save_answers(by=request.actor, assessment=assessment, answers=given)
        except StaleAnswers as stale:
            raise _Stale(stale.current) from stale
        return [row.question.key for row in rows]

    return _save(forms, save)


def components_typed(request: PageRequest, initiative: Initiative, keys: Iterable[Component]) -> dict[str, Typed]:
    """The same for components; keys of the answer are the components' words."""
    people = finders(initiative)
    forms: dict[str, FindingForm] = {
        key.value: ComponentForm(request.POST, prefix=f"c-{key}", finders=people)
        for key in keys
        if f"c-{key}-version" in request.POST
    }

    def save(given: dict[str, Any]) -> list[str]:
        named = {Component(key): one for key, one in given.items()}
        try:
            rows = save_components(by=request.actor, initiative=initiative, components=named)
        except StaleComponents as stale:
            raise _Stale({str(key): now for key, now in stale.current.items()}) from stale
        return [row.component for row in rows]

    return _save(forms, save)


def all_well(told: Mapping[str, Typed]) -> bool:
    """Whether everything that was sent is saved."""
    return all(one.saved for one in told.values())


def status_of(told: Mapping[str, Typed]) -> int:
    """409 where somebody else was faster, 422 where something cannot be taken."""
    if any(one.stale for one in told.values()):
        return 409
    return 422 if any(one.errors for one in told.values()) else 200


class _Stale(Exception):
    def __init__(self, current: Mapping[str, Any]) -> None:
        super().__init__()
        self.current = current


def _save(forms: dict[str, FindingForm], save: Any) -> dict[str, Typed]:
    told = {key: Typed(_texts(form), _errors(form)) for key, form in forms.items() if not form.is_valid()}
    given = {key: form.given for key, form in forms.items() if key not in told}  # type: ignore[attr-defined]
    while given:
        try:
            return told | {key: Typed(saved=True) for key in save(given)}
        except _Stale as stale:
            told |= {key: Typed(_texts(forms[key]), stale=True) for key in stale.current}
        except ValidationError as problem:
            blamed = _blamed(problem)
            if not set(blamed) & set(given):
                raise
            told |= {key: Typed(_texts(forms[key]), errors) for key, errors in blamed.items()}
        given = {key: one for key, one in given.items() if key not in told}
    return told


def _texts(form: FindingForm) -> dict[str, str]:
    """What the person typed, field by field."""
    data = form.data if isinstance(form.data, QueryDict) else QueryDict()
    return {name: data.get(form.add_prefix(name), "") for name in form.fields if name != "version"}


def _errors(form: FindingForm) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in form.errors.items()}


def _blamed(problem: ValidationError) -> dict[str, dict[str, list[str]]]:
    """`key.field` of a service's objection -> {key: {field: texts}}; an objection to everything blames nobody."""
    found: dict[str, dict[str, list[str]]] = {}
    for place, texts in problem.message_dict.items() if hasattr(problem, "error_dict") else ():
        key, _, name = place.partition(".")
        found.setdefault(key, {}).setdefault(name or "reply", []).extend(texts)
    return found
