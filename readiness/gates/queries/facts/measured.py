"""Requirements with what they are judged, and on which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.queries.judged import NEVER
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.fit import Fact, Gap
from readiness.gates.queries.facts.subjects import One, Subjects
from readiness.gates.rules.criteria.facts import EvidenceFact, RequirementFact
from readiness.workloads.choices import Metric
from readiness.workloads.models import Accelerator, Requirement

_NOW = {
    name: F(f"standing__current__{name}")
    for name in ("verdict", "reason", "headroom", "headroom_low", "observed_at", "evidence", "missing", "digest")
}


def requirement_facts(subjects: Subjects) -> dict[int, list[RequirementFact]]:
    """Two statements. What was never judged is unknown.

    A verdict is as old as the row that keeps it says, which names what it stands on: newer evidence that says the same is kept
    within a day, or a tenth of the age that its requirement allows.
    """
    workloads = {one.id: one for one in subjects.every_workload}
    made: dict[int, list[RequirementFact]] = {pk: [] for pk in subjects.initiatives}
    catalogue = _catalogue()
    rows: QuerySet[Any, Any] = Requirement.objects.filter(workload__in=workloads, retired_at=None).order_by("id")
    named = rows.annotate(**{f"now_{name}": value for name, value in _NOW.items()}, recheck=F("standing__recheck_at"))
    for row in named.values("id", "workload_id", "metric", "recheck", *(f"now_{name}" for name in _NOW)):
        one = workloads[row["workload_id"]]
        made[one.initiative].append(_fact(row, one, subjects, catalogue))
    return made


def _catalogue() -> Catalogue:
    return Catalogue({key: (name, *aliases) for key, name, aliases in Accelerator.objects.values_list("key", "name", "aliases")})


def _fact(row: Mapping[str, Any], one: One, subjects: Subjects, catalogue: Catalogue) -> RequirementFact:
    venue, accelerator = _chosen(one, subjects)
    common: dict[str, Any] = {"chosen_venue": venue, "chosen_accelerator": accelerator}
    if row["now_verdict"] is None:
        return RequirementFact(row["id"], one.name, Metric(row["metric"]), Verdict.UNKNOWN, NEVER, **common)
    return RequirementFact(
        row["id"], one.name, Metric(row["metric"]), Verdict(row["now_verdict"]), row["now_reason"], row["now_headroom"],
        row["now_headroom_low"], row["now_observed_at"], row["recheck"], _evidence(row["now_evidence"], catalogue),
        tuple(row["now_missing"] or ()), digest=row["now_digest"], **common,
    )  # fmt: skip


def _chosen(one: One, subjects: Subjects) -> tuple[str, str]:
    """Venue and accelerator of what is chosen for a workload; "" where nothing is, or it does not say."""
    option = one.option if one.option and one.option["chosen"] else None
    place = subjects.chosen_venue(one.initiative, one.function)
    venue = (option and (option["venue_option__venue"] or option["pool__venue"])) or (place and place["venue"]) or ""
    accelerator = (option and option["accelerator__key"]) or (place and place["accelerator__key"]) or ""
    return ("" if venue == "unknown" else venue), accelerator


def _evidence(kept: Mapping[str, Any] | None, catalogue: Catalogue) -> EvidenceFact | None:
    if kept is None:
        return None
    environment = dict(kept.get("environment") or {})
    if written := environment.get("accelerator"):
        environment["accelerator"] = catalogue.key(str(written)) or str(written)
    return EvidenceFact(
        EvidenceKind(kept["kind"]), datetime.fromisoformat(kept["at"]), kept.get("samples"), kept.get("length_s"), environment,
        tuple(Gap(Fact(gap["fact"]), gap["wanted"], gap["found"]) for gap in kept.get("gaps") or ()),
    )  # fmt: skip
