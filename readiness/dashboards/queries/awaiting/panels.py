"""What waits for somebody as a member of a panel: a vote, a decision, a judgement.

By rules.voting.panel and the rule of judgements themselves, so that the list says what the review's page lets them do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import FunctionSlot, Initiative
from portfolio.kit.scope import EVERYTHING, within
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting.duty import NOTHING, Duty, duty
from readiness.evidence.choices import Verdict
from readiness.gates.choices import GateFunction, ReviewState
from readiness.gates.models import Gatekeeper, Review, Seat, Waiver
from readiness.gates.models.review import OPEN
from readiness.gates.models.waiver import STANDING
from readiness.gates.queries.evaluated import judgements_of
from readiness.gates.queries.panels import concerning
from readiness.gates.queries.panels import panels as panels_of
from readiness.gates.queries.templates import parsed
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules.criteria.facts import Facts
from readiness.gates.rules.criteria.organised import judgement
from readiness.gates.rules.templates.kinds import JudgementRule
from readiness.gates.rules.templates.template import Criterion
from readiness.gates.rules.waivers import fold

_UNDER_WAY = (ReviewState.IN_REVIEW, ReviewState.PROPOSED)
_UNSAID = (Verdict.UNKNOWN, Verdict.STALE)


def votes_and_decisions(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """On one's own seat or as somebody's delegate; five statements."""
    visible = Review.objects.visible_to(actor).filter(state__in=_UNDER_WAY)
    rows = list(concerning(visible, person, now).select_related("initiative__unit").order_by("id"))
    for pk, panel in panels_of(rows, now=now).items():
        row = panel.review
        if row.state == ReviewState.IN_REVIEW and person in panel.owing:
            due = row.window_ends_at or row.scheduled_at
            late = row.window_ends_at is not None and row.window_ends_at < now
            yield duty(
                DutyKind.VOTE, f"vote:{pk}", row.gate_name, row.initiative, "gates:review", pk, due=due, overdue=late
            )  # fmt: skip
        elif row.state == ReviewState.PROPOSED and person in panel.fillers:
            yield duty(DutyKind.DECIDE, f"decide:{pk}", row.gate_name, row.initiative, "gates:review", pk, due=row.scheduled_at)


def judgements(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """Criteria that ask one's function, and of what names no function those of one's own initiatives and planned reviews."""
    keeps = list(Gatekeeper.objects.filter(person=person, demo=actor.showing_demo).values_list("functions", "unit__path"))
    rows = _judged_by(actor, person, [path or EVERYTHING for _functions, path in keeps])
    own = _functions(rows, person, keeps)
    said, waived = judgements_of(rows or [Review(pk=NOTHING, initiative_id=NOTHING)]), _waived(rows, now)
    for row in rows:
        over = waived.get((row.initiative_id, row.gate), set())
        facts = Facts(judgements=said.get(row.pk, {}))
        for criterion, rule in _asked(row):
            finding = judgement(rule, criterion.evidence, criterion.key, facts, now)
            if finding.verdict in _UNSAID and criterion.key not in over and _is_asked(rule, row, person, own[row.pk]):
                yield duty(
                    DutyKind.JUDGE, f"judge:{row.pk}:{criterion.key}", f"{row.gate_name}: {criterion.text}", row.initiative,
                    "gates:review", row.pk, due=row.scheduled_at or row.wanted_on,
                )  # fmt: skip


def _judged_by(actor: Actor, person: int, kept: Collection[str]) -> list[Review]:
    """Open reviews in which a person may have a word; one statement."""
    slots = FunctionSlot.objects.filter(initiative=OuterRef("initiative"), person=person)
    seats = Seat.objects.filter(review=OuterRef("pk"), person=person)
    own = Q(initiative__owner=person) | Q(initiative__sponsor=person) | Q(created_by=person)
    units = BusinessUnit.objects.filter(within("path", tuple(kept))).values("pk")
    wanted = own | Exists(slots) | Exists(seats) | (Q(initiative__unit__in=units) if kept else Q(pk__in=()))
    found = Review.objects.visible_to(actor).filter(wanted, state__in=OPEN)
    return list(found.select_related("template", "initiative__unit").order_by("id"))


def _waived(rows: Sequence[Review], now: datetime) -> dict[tuple[int, str], set[str]]:
    """Criteria with a waiver in force, by initiative and gate; two statements."""
    initiatives = [row.initiative_id for row in rows] or [NOTHING]
    found = {row.pk: row for row in Waiver.objects.filter(initiative__in=initiatives, state__in=STANDING)}
    made: dict[tuple[int, str], set[str]] = {}
    for pk, steps in events_of(found or [NOTHING]).items():
        if steps and fold(steps, now).in_force:
            made.setdefault((found[pk].initiative_id, found[pk].gate), set()).add(found[pk].criterion)
    return made


def _functions(
    rows: Sequence[Review], person: int, keeps: Sequence[tuple[list[str], str | None]]
) -> dict[int, frozenset[GateFunction]]:  # fmt: skip
    """What the person stands for at each review (queries.gatekeepers.functions_of); two statements."""
    seats = Seat.objects.filter(review__in=[row.pk for row in rows] or [NOTHING], person=person).values_list(
        "review_id", "functions"
    )
    by_review = dict(seats)
    slots: dict[int, set[str]] = {}
    named = FunctionSlot.objects.filter(initiative__in=[row.initiative_id for row in rows] or [NOTHING], person=person)
    for initiative, function in named.values_list("initiative_id", "function"):
        slots.setdefault(initiative, set()).add(function)
    found = {}
    for row in rows:
        kept = {one for functions, path in keeps if row.initiative.unit.path.startswith(path or EVERYTHING) for one in functions}
        found[row.pk] = kept | set(by_review.get(row.pk, ())) | slots.get(row.initiative_id, set())
    return {pk: frozenset(GateFunction(one) for one in names) for pk, names in found.items()}


def _asked(row: Review) -> Iterator[tuple[Criterion, JudgementRule]]:
    for criterion in parsed(row.template).gate(row.gate).criteria:
        if isinstance(criterion.rule, JudgementRule):
            yield criterion, criterion.rule


def _is_asked(rule: JudgementRule, row: Review, person: int, functions: frozenset[GateFunction]) -> bool:
    """As services.judging.may_judge, and of what anybody who steers may say, only of those nearest to it."""
    own = _own(row.initiative, person)
    if rule.independent and own:
        return False
    return bool(functions & set(rule.functions)) if rule.functions else own or row.created_by_id == person


def _own(initiative: Initiative, person: int) -> bool:
    return person in (initiative.owner_id, initiative.sponsor_id)
