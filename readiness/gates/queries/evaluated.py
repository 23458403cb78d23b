"""Reviews judged now: facts, waivers in force, what people said, what is waited for, and what is recommended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from portfolio.initiatives.choices import DependencyKind
from portfolio.initiatives.models import Dependency as DependencyRow
from portfolio.initiatives.models import Initiative
from readiness.evidence.choices import Verdict
from readiness.gates.choices import GateFunction
from readiness.gates.models import GateTemplate, Judgement, Review, ReviewEvent
from readiness.gates.queries.conditions import standing_conditions
from readiness.gates.queries.facts import facts_of
from readiness.gates.queries.templates import parsed
from readiness.gates.queries.waivers import WaiverNow, waivers_now
from readiness.gates.rules import canonical
from readiness.gates.rules.conditions import Condition
from readiness.gates.rules.criteria.facts import Facts, JudgementFact
from readiness.gates.rules.criteria.finding import earliest
from readiness.gates.rules.criteria.judge import Judged, WaiverInForce, judge_gate, missing_deliverables
from readiness.gates.rules.criteria.reasons import RULES_VERSION
from readiness.gates.rules.recommend import Dependency, Recommendation, recommend
from readiness.gates.rules.record.snapshot import judged_plain
from readiness.gates.rules.templates.template import Gate, Template


@dataclass(frozen=True)
class Evaluated:
    """One review as everything stands at a moment. `recheck_at`: when time alone may change it."""

    review: Review
    template: Template
    gate: Gate
    facts: Facts
    waivers: tuple[WaiverInForce, ...]
    judged: tuple[Judged, ...]
    dependencies: tuple[Dependency, ...]
    open_conditions: tuple[Condition, ...]
    recommendation: Recommendation
    last_gate: bool
    recheck_at: datetime | None

    @property
    def ready(self) -> bool:
        """Every deliverable is there, not required, or waived."""
        return not missing_deliverables(self.judged)

    @property
    def verdicts(self) -> dict[str, int]:
        """How many criteria are of each verdict; those for information are not counted."""
        counted = Counter(one.verdict.value for one in self.judged if one.criterion.kind != "info")
        return {verdict.value: counted[verdict.value] for verdict in Verdict if counted[verdict.value]}

    @property
    def missing(self) -> list[dict[str, Any]]:
        """The deliverables that are not there, with the kinds of people who owe them; gatekeepers of these `functions`."""
        return [
            {
                "key": one.criterion.key, "text": one.criterion.text, "verdict": one.verdict.value,
                "who": list(dict.fromkeys(str(need.who) for need in one.finding.needs)),
                "functions": list(dict.fromkeys(each for need in one.finding.needs for each in need.facts.get("functions", ()))),
            }
            for one in missing_deliverables(self.judged)
        ]  # fmt: skip

    @property
    def content(self) -> dict[str, Any]:
        """What a run keeps, in the form of a snapshot."""
        return {
            "criteria": [judged_plain(one) for one in self.judged], "recommendation": self.recommendation.plain(),
            "dependencies": canonical.plain(self.dependencies),
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Of the content and the rules that made it: the same one is nothing new."""
        return canonical.digest([RULES_VERSION, self.content])


def evaluated(reviews: Sequence[Review], *, now: datetime) -> dict[int, Evaluated]:
    """By review, live, in a constant number of statements. A gate that its template does not have raises KeyError."""
    if not reviews:
        return {}
    ids = {review.initiative_id for review in reviews}
    templates = {row.pk: parsed(row) for row in GateTemplate.objects.filter(pk__in={review.template_id for review in reviews})}
    facts, judgements = facts_of(ids, now=now), judgements_of(reviews)
    waivers, dependencies, conditions = waivers_now(ids, now=now), dependencies_of(ids), standing_conditions(ids, now=now)
    return {
        review.pk: _evaluated(
            review, templates[review.template_id],
            replace(facts[review.initiative_id], judgements=judgements.get(review.pk, {})),
            waivers.get((review.initiative_id, review.gate), ()), dependencies.get(review.initiative_id, ()),
            tuple(one.condition for one in conditions.get(review.initiative_id, ()) if one.review != review.pk), now,
        )
        for review in reviews
    }  # fmt: skip


def _evaluated(
    review: Review, template: Template, facts: Facts, waivers: Sequence[WaiverNow], dependencies: Sequence[Dependency],
    open_conditions: tuple[Condition, ...], now: datetime,
) -> Evaluated:  # fmt: skip
    gate = template.gate(review.gate)
    in_force = tuple(one.in_force for one in waivers if one.in_force is not None)
    judged = judge_gate(gate, facts, in_force, now)
    recommendation = recommend(
        [one.counted for one in judged], template.thresholds_of(gate), last_gate=gate.last_before_production,
        dependencies=dependencies, open_conditions=[one.id for one in open_conditions],
    )  # fmt: skip
    recheck = earliest([*(one.recheck_at for one in judged), *(one.changes_at for one in waivers)])
    return Evaluated(
        review, template, gate, facts, in_force, judged, tuple(dependencies), open_conditions, recommendation,
        gate.last_before_production, recheck,
    )  # fmt: skip


def judgements_of(reviews: Sequence[Review]) -> dict[int, dict[str, JudgementFact]]:
    """The word in effect on each criterion; three statements. Owners are those of now, and what was said of a criterion that
    means something else since the review was moved to another template counts no more.
    """
    own = {pk: people for pk, *people in _own(reviews)}
    initiatives = {review.pk: review.initiative_id for review in reviews}
    dropped = _dropped(initiatives)
    made: dict[int, dict[str, JudgementFact]] = defaultdict(dict)
    rows = Judgement.objects.filter(review__in=initiatives, superseded_by=None)
    for row in rows.order_by("id"):
        if row.pk > dropped.get((row.review_id, row.criterion), 0):
            made[row.review_id][row.criterion] = JudgementFact(
                row.pk, Verdict(row.verdict), row.by_id, row.at, frozenset(GateFunction(one) for one in row.functions),
                row.by_id in own.get(initiatives[row.review_id], ()), row.impossible, row.note,
            )  # fmt: skip
    return made


def _dropped(reviews: Collection[int]) -> dict[tuple[int, str], int]:
    """Up to which judgement a criterion's words were left behind (services.migrating)."""
    made: dict[tuple[int, str], int] = {}
    rows = ReviewEvent.objects.filter(review__in=reviews, step="migrate").order_by("id")
    for pk, facts in rows.values_list("review_id", "facts"):
        made |= {(pk, criterion): facts["up_to"] for criterion in facts["dropped"]}
    return made


def _own(reviews: Sequence[Review]) -> Any:
    rows = Initiative.objects.filter(pk__in={review.initiative_id for review in reviews})
    return rows.values_list("pk", "owner_id", "sponsor_id")


def dependencies_of(initiative_ids: Collection[int]) -> Mapping[int, list[Dependency]]:
    """What each depends on, as declared; one statement.

    An initiative is named by its key: whoever reads a review, a run or a decision may not see the unit that it belongs to.
    """
    made: dict[int, list[Dependency]] = defaultdict(list)
    rows = DependencyRow.objects.filter(initiative__in=initiative_ids).order_by("id")
    for pk, initiative, platform, on, kind, ready in rows.values_list(
        "id", "initiative_id", "platform", "on__key", "kind", "ready"
    ):
        made[initiative].append(Dependency(pk, platform or on, DependencyKind(kind), ready))
    return made
