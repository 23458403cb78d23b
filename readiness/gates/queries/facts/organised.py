"""Who stands for what, how it runs (declared and seen), and what was decided before what."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Max

from portfolio.initiatives.choices import Answer, TeamFunction
from portfolio.initiatives.models import FunctionSlot, InitiativeDate
from readiness.evidence.choices import SourceKind
from readiness.evidence.models import Run
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules.criteria.facts import PersonFact, PlatformFact
from readiness.workloads.rules.sequence import KINDS, Dated, Rule, Sequence, sequences

# What these sources tell of runs in containers under Kubernetes, and of nothing else.
_SHOW_CONTAINERS = (SourceKind.KUBERNETES, SourceKind.OPENCOST)


def sequence_facts(subjects: Subjects) -> dict[int, dict[Rule, Sequence]]:
    """One statement."""
    dates: dict[int, dict[str, Dated]] = defaultdict(dict)
    rows = InitiativeDate.objects.filter(initiative__in=subjects.ids, kind__in=KINDS)
    for pk, kind, value, precision in rows.values_list("initiative_id", "kind", "value", "precision"):
        dates[pk][kind] = Dated(value, precision)
    return {pk: {one.rule: one for one in sequences(dates.get(pk, {}))} for pk in subjects.initiatives}


def team_facts(subjects: Subjects) -> dict[int, dict[TeamFunction, PersonFact]]:
    """Slots with a person or a name; one statement. A closed account is a name: nobody can be asked there."""
    made: dict[int, dict[TeamFunction, PersonFact]] = {pk: {} for pk in subjects.initiatives}
    rows = FunctionSlot.objects.filter(initiative__in=subjects.ids)
    names = ("initiative_id", "function", "name", "person__name", "person__email", "person__is_active")
    for pk, function, name, person, email, active in rows.values_list(*names):
        if called := person or email or name:
            made[pk][TeamFunction(function)] = PersonFact(called, bool(active))
    return made


def platform_facts(subjects: Subjects) -> dict[int, PlatformFact]:
    """What is declared beside what a cluster's own sources show of it; one statement."""
    runs: Any = Run.objects.filter(initiative__in=subjects.ids, source__kind__in=_SHOW_CONTAINERS).order_by()
    seen = dict(runs.values_list("initiative_id").annotate(at=Max("observed_at")))
    return {
        pk: PlatformFact(
            Answer(row["containerised"]), row["orchestrator"],
            *((Answer.YES, "Kubernetes", seen[pk]) if pk in seen else ()),
        )
        for pk, row in subjects.initiatives.items()
    }  # fmt: skip
