"""What is known of the production workload, and everything that stands unknown with whether somebody finds it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portfolio.initiatives.choices import Venue
from readiness.assessments.choices import UnknownKind
from readiness.gates.queries.facts.assessed import Assessed
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules.criteria.facts import UnknownFact, UnknownsFact, WorkloadFact

_VENUES = ("venue_storage", "venue_training", "venue_inference")


def workload_facts(subjects: Subjects) -> dict[int, list[WorkloadFact]]:
    return {
        pk: [WorkloadFact(one.id, one.name, one.asked, tuple(one.unknown)) for one in rows]
        for pk, rows in subjects.workloads.items()
    }


def unknown_facts(subjects: Subjects, answers: Assessed) -> dict[int, UnknownsFact]:
    """The same rows as assessments.queries.unknowns, for initiatives by id and whoever may see them; tests compare the two."""
    return {
        pk: UnknownsFact(
            tuple(_of(subjects, answers, pk)), complete=bool(subjects.workloads.get(pk)) and pk in answers.assessments
        )
        for pk in subjects.initiatives
    }


def _of(subjects: Subjects, answers: Assessed, pk: int) -> Iterator[UnknownFact]:
    for one in subjects.workloads.get(pk, ()):
        for name in one.unknown:
            yield _unknown(UnknownKind.VALUE, one.said.get(name))
    for row in answers.open_answers.get(pk, ()):
        yield _unknown(UnknownKind.ANSWER, row)
    for row in answers.open_components.get(pk, ()):
        yield _unknown(UnknownKind.COMPONENT, row)
    initiative = subjects.initiatives[pk]
    lacks = [initiative["stage_id"] is None, pk not in answers.assessments]
    lacks += [initiative[name] == Venue.UNKNOWN for name in _VENUES]
    for lacking in lacks:
        if lacking:  # a fact of the register is its owner's to state, by no day
            yield UnknownFact(UnknownKind.FACT, initiative["owner_id"] is not None)


def _unknown(kind: UnknownKind, row: Mapping[str, Any] | None) -> UnknownFact:
    return UnknownFact(kind, bool(row and row["owner_id"] is not None), row["due"] if row else None)
