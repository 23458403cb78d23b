"""Deciding: one transaction under the review's lock, from reading the rights again to what the decision does to the initiative.

What was decided stands on a snapshot of everything that was seen, as the next link of the chain of this gate. A decision is an
insert: a later one of the same round supersedes it (a correction), and what the earlier one did is undone where they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.kit.copying import next_ids
from portfolio.outbox.services import emit
from readiness.gates.choices import Mode, Outcome, ReviewState, ReviewStep
from readiness.gates.models import Condition as ConditionRow
from readiness.gates.models import Decision, Review
from readiness.gates.queries.record import head_of
from readiness.gates.queries.situation import chain_of, situation
from readiness.gates.queries.succession import moved_on
from readiness.gates.rules import decisions, reviews
from readiness.gates.rules.conditions import Condition
from readiness.gates.rules.decisions import Effect, Wanted, effect
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.record.chain import Link, append
from readiness.gates.rules.record.snapshot import Decided, Ground, Person, snapshot
from readiness.gates.services.avoided import sealed_avoidance
from readiness.gates.services.deciders import require_gatekeeper, roles_for
from readiness.gates.services.effects import carry_out
from readiness.gates.services.locking import lock_review
from readiness.gates.services.refusals import refuse_if
from readiness.gates.services.steps import named, take


@dataclass(frozen=True)
class _Case:
    """What is decided, by whom and when. `before`: the decision of this round that is corrected."""

    by: Actor
    row: Review
    wanted: Wanted
    before: Decision | None
    now: datetime


def decide(*, by: Actor, review: Review, wanted: Wanted, now: datetime | None = None) -> Decision:
    """Decide a review that is proposed, or correct the decision of its round.

    The stage moves, the initiative closes or reopens and conditions are set in the same transaction. `now` is given by those
    alone who write a past (demo, tests). Raises PermissionDenied, Refused (a ValidationError; Code.STALE_VIEW where something
    changed since), and ValidationError where the initiative does not allow what the decision does.
    """
    with acting(by):
        row = lock_review(review.pk)
        row.initiative = _locked(row)  # whoever owns it, and its stage, stay until this is through
        at = now or clock.now()
        fresh = require_gatekeeper(by, row.initiative)
        if wanted.by != fresh.user_id:
            raise PermissionDenied(_("Nobody decides in another one's name."))
        before = _in_effect(row)
        case = _Case(fresh, row, wanted, before, at)
        judged, found, ground = situation(row, now=at)
        refuse_if([*_step_faults(case), *decisions.faults(wanted, found, timezone.localdate(at))])
        what = effect(wanted.outcome, judged.gate, correcting=Outcome(before.outcome) if before else None)
        conditions = _conditions(case)
        decision = _insert(case, ground, what, conditions)
        _set(decision, conditions, at)
        take(
            row, _step(case), by=fresh.user_id, at=at, note=wanted.reason.strip(), facts={"decision": decision.pk},
            decided=wanted.outcome, decided_at=at, changes=[], changed_at=None,
        )  # fmt: skip
        carry_out(by=fresh, decision=decision, before=before, effect=what, today=timezone.localdate(at))
        emit("review.decided", named(row, decision_id=decision.pk))
        for condition in conditions:
            emit("condition.set", named(row, condition_id=condition.id, owner_id=condition.owner))
    return decision


def _locked(row: Review) -> Initiative:
    """Also the lock of the chain: two reviews of one gate, an old one that is corrected and a new one, meet here."""
    rows = Initiative.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "stage", "lifecycle")
    initiative: Initiative = rows.get(pk=row.initiative_id)
    return initiative


def _in_effect(row: Review) -> Decision | None:
    """The decision of this round that nothing supersedes."""
    return Decision.objects.filter(review=row, round=row.round, superseded_by=None).order_by("-turn").first()


def _step(case: _Case) -> ReviewStep:
    return ReviewStep.DECIDE if case.before is None else ReviewStep.CORRECT


def _step_faults(case: _Case) -> Sequence[Fault]:
    """What the states say; that nothing is proposed is said by the rules of decisions already."""
    if case.row.state not in (ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.CLOSED):
        return ()
    gone = case.before is not None and moved_on(case.row, case.before)
    return reviews.faults(
        _step(case), ReviewState(case.row.state), roles=roles_for(case.by, case.row.initiative),
        decided=Outcome(case.before.outcome) if case.before else None, moved_on=gone,
    )  # fmt: skip


def _conditions(case: _Case) -> tuple[Condition, ...]:
    """With their ids, because the snapshot names them."""
    wanted = case.wanted.conditions
    ids = next_ids(ConditionRow._meta.db_table, len(wanted))
    return tuple(
        Condition(pk, one.text.strip(), one.owner, one.due, one.proof, case.now)
        for pk, one in zip(ids, wanted, strict=True)
        if one.owner is not None and one.due is not None  # the rules refused those without
    )


def _insert(case: _Case, ground: Ground, what: Effect, conditions: tuple[Condition, ...]) -> Decision:
    """The row with its place in the chain; what a Kill spares is sealed beside it."""
    row, wanted, before = case.row, case.wanted, case.before
    (pk,) = next_ids(Decision._meta.db_table, 1)
    decided = Decided(
        id=pk, review=row.pk, round=row.round, turn=before.turn + 1 if before else 1, supersedes=before.pk if before else None,
        outcome=wanted.outcome, by=Person(wanted.by, ground.people.get(wanted.by, case.by.label)), at=case.now,
        mode=Mode(row.mode), reason=wanted.reason.strip(), reason_code=wanted.reason_code.value if wanted.reason_code else "",
        lesson=wanted.lesson.strip(),
    )  # fmt: skip
    sealed = sealed_avoidance(row.initiative_id, wanted.outcome, case.now)
    said = snapshot(decided, ground, effect=what, conditions=conditions, sealed=sealed)
    link: Link = append(said, chain_of(row), head_of(chain_of(row)))
    return Decision.objects.create(
        pk=pk, initiative=row.initiative, review=row, gate=row.gate, round=row.round, turn=decided.turn, supersedes=before,
        outcome=decided.outcome, recommended=ground.recommendation.outcome, mode=decided.mode, reason=decided.reason,
        reason_code=decided.reason_code, lesson=decided.lesson, by_id=wanted.by, at=case.now, chain=link.chain,
        sequence=link.sequence, previous=link.previous, content=link.content, digest=link.digest, hash=link.hash,
        sealed=sealed.text if sealed else None,
    )  # fmt: skip


def _set(decision: Decision, conditions: Sequence[Condition], now: datetime) -> None:
    ConditionRow.objects.bulk_create(
        ConditionRow(
            pk=one.id, initiative_id=decision.initiative_id, decision=decision, text=one.text, owner_id=one.owner, due=one.due,
            proof=one.proof.kind, ref=one.proof.ref, set_at=now,
        )
        for one in conditions
    )  # fmt: skip
