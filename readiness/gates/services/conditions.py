"""Conditions of a Conditional Go: proven by a person who neither set nor owns it, or by evidence that came after it was set."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.evidence.choices import Verdict
from readiness.evidence.models import Standing
from readiness.gates.choices import ProofKind
from readiness.gates.models import Condition, ConditionEvent, Review
from readiness.gates.queries.conditions import condition_of
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.rules import conditions as rules
from readiness.gates.rules.conditions import Shown
from readiness.gates.rules.criteria.judge import Judged
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.record.snapshot import judged_plain
from readiness.gates.services.deciders import require_any
from readiness.gates.services.locking import lock_review
from readiness.gates.services.refusals import Refused, refuse_if

_BY_EVIDENCE = (ProofKind.CRITERION, ProofKind.REQUIREMENT)


def prove_condition(*, by: Actor, condition: Condition, note: str, now: datetime | None = None) -> ConditionEvent:
    """Say that it was shown, and how. By gatekeepers and program managers of the unit and by the initiative's owner and sponsor,
    but neither by its own owner nor by whoever decided. Raises PermissionDenied, Refused.
    """
    with acting(by):
        lock_review(condition.decision.review_id)
        at = now or clock.now()
        row = Condition.objects.select_related("decision", "initiative__unit").get(pk=condition.pk)
        fresh = require_any(by, row.initiative, Action.DECIDE, Action.GATE, or_own=True)
        standing = condition_of(row, row.events.all())
        alone = [row.owner_id, row.decision.by_id]
        today = timezone.localdate(at)
        refuse_if(rules.proving_faults(standing, by=int(fresh.user_id or 0), note=note, today=today, alone=alone))
        event = _proven(row, at, by=fresh.user_id, note=note.strip())
        if event is None:
            raise Refused([Fault(rules.Code.NOT_OPEN, {"state": "proven"})])
    return event


def prove_by_evidence(initiative_ids: Collection[int], *, now: datetime) -> int:
    """Prove what criteria and requirements show now; how many. In the caller's transaction, statements independent of how many
    conditions are looked at.

    A criterion proves it once it is met otherwise than the deciders saw it: on another verdict or on other evidence.
    """
    rows = list(_waiting(initiative_ids))
    if not rows:
        return 0
    shown, today = _shown(rows, now), timezone.localdate(now)
    proven = 0
    for row in rows:
        standing = condition_of(row, row.events.all())
        told = shown.get(row.pk)
        if told is not None and rules.proven_by_evidence(standing, {standing.proof: told}, today):
            said = {"verdict": told.verdict.value, "since": told.since.isoformat(), "ref": row.ref}
            proven += _proven(row, now, shown=said) is not None
    return proven


def _proven(row: Condition, at: datetime, *, by: int | None = None, note: str = "", shown: Any = None) -> ConditionEvent | None:
    """The event, once: the unique constraint says who came first. None where somebody else did."""
    values = {"by_id": by, "note": note, "shown": shown or {}, "at": at}
    event, made = ConditionEvent.objects.get_or_create(condition=row, kind="proven", defaults=values)
    if not made:
        return None
    named = {"initiative_id": row.initiative_id, "review_id": row.decision.review_id, "condition_id": row.pk}
    emit("condition.proven", named)
    return event


def _waiting(initiative_ids: Collection[int]) -> Sequence[Condition]:
    """Those that evidence may prove. No lock: whoever judges holds those of other reviews."""
    ended = ConditionEvent.objects.filter(kind__in=("proven", "lapsed")).values("condition_id")
    rows = Condition.objects.filter(initiative__in=initiative_ids, proof__in=_BY_EVIDENCE).exclude(pk__in=ended)
    return list(rows.select_related("decision").prefetch_related("events").order_by("id"))


def _shown(rows: Sequence[Condition], now: datetime) -> dict[int, Shown]:
    """What shows each condition now, by condition."""
    requirements = _requirements([row for row in rows if row.proof == ProofKind.REQUIREMENT])
    reviews = {row.decision.review_id for row in rows if row.proof == ProofKind.CRITERION}
    judged = evaluated(list(Review.objects.filter(pk__in=reviews).select_related("template", "initiative__unit")), now=now)
    found = {}
    for row in rows:
        if row.proof == ProofKind.REQUIREMENT:
            told = requirements.get(row.ref)
        else:
            told = _criterion(row, judged[row.decision.review_id].judged, now)
        if told is not None:
            found[row.pk] = told
    return found


def _requirements(rows: Sequence[Condition]) -> Mapping[str, Shown]:
    """By the requirement's id as a text: since it has this verdict, or since the evidence for it that is newer."""
    ids = [int(row.ref) for row in rows if row.ref.isdigit()]
    standings = Standing.objects.filter(requirement__in=ids, requirement__retired_at=None)
    own = {(row.ref, row.initiative_id) for row in rows}
    found = {}
    for requirement, initiative, verdict, since, observed in standings.values_list(
        "requirement_id", "initiative_id", "verdict", "since", "observed_at"
    ):
        if (str(requirement), initiative) in own:
            found[str(requirement)] = Shown(Verdict(verdict), max(since, observed) if observed else since)
    return found


def _criterion(row: Condition, judged: Sequence[Judged], now: datetime) -> Shown | None:
    """Since now where it is another one than the decision's snapshot has it, else since then."""
    told = next((one for one in judged if one.criterion.key == row.ref), None)
    if told is None:
        return None
    then = next((one for one in _criteria(row) if one["key"] == row.ref), None)
    current = judged_plain(told)
    same = then is not None and (then["verdict"], then["cited"]) == (current["verdict"], current["cited"])
    return Shown(told.verdict, row.set_at if same else now)


def _criteria(row: Condition) -> Iterator[Mapping[str, Any]]:
    yield from json.loads(row.decision.content)["criteria"]
