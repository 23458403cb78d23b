"""Judging reviews: every run is kept, what stands follows from the newest, and decided ones are told what moved since."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from portfolio.accounts.rules import Actor, system
from portfolio.initiatives.choices import Status
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import ReviewState
from readiness.gates.models import Decision, Review, Run
from readiness.gates.models.review import OPEN
from readiness.gates.queries.evaluated import Evaluated, evaluated
from readiness.gates.rules import canonical
from readiness.gates.rules.criteria.reasons import RULES_VERSION
from readiness.gates.rules.drift import drift, is_material
from readiness.gates.services.conditions import prove_by_evidence
from readiness.gates.services.locking import lock_reviews
from readiness.gates.services.steps import named

AT_ONCE = 100  # reviews that one transaction judges
_STANDS = ["ready", "recommended", "verdicts", "missing", "evaluated_at", "recheck_at"]
_DRIFTS = ["changes", "changed_at", "evaluated_at", "recheck_at"]


def evaluate(
    review_ids: Collection[int], *, why: str, now: datetime, by: Actor | None = None, told: bool = True
) -> int:  # fmt: skip
    """Judge these reviews as everything stands now; how many of them found something else than the run before.

    An open one gets a run and its standing columns; a decided one what changed since its decision, as long as nothing was
    decided after it. Emits `review.ready`, `review.changed` and `decision.drifted`, unless nobody is `told`. `by` None: it was
    due, or an event said so.
    A constant number of statements for AT_ONCE reviews.
    """
    wanted = sorted(set(review_ids))
    who = by or system("gates")
    return sum(_evaluate(wanted[start : start + AT_ONCE], why, now, who, told) for start in range(0, len(wanted), AT_ONCE))


def _evaluate(ids: Sequence[int], why: str, now: datetime, by: Actor, told: bool) -> int:
    with acting(by):
        rows = lock_reviews(ids)
        is_open, decided = [row for row in rows if row.state in OPEN], _latest(row for row in rows if _is_decided(row))
        prove_by_evidence({row.initiative_id for row in rows}, now=now)
        found = evaluated([*is_open, *decided], now=now)
        runs = _run(is_open, found, why, now, by)
        news = [*_news(is_open, found), *_drift(decided, found, now)]
        _stand(is_open, found, now)
        for kind, row in news if told else ():
            emit(kind, named(row))
    return sum(run.content is not None for run in runs)


def _is_decided(row: Review) -> bool:
    return row.state in (ReviewState.DECIDED, ReviewState.CLOSED) and row.initiative.status != Status.CLOSED


def _latest(rows: Iterable[Review]) -> list[Review]:
    """Those whose decision is the last of their initiative: what was decided before it has been decided upon again."""
    asked = list(rows)
    newest = Decision.objects.filter(initiative__in={row.initiative_id for row in asked}).order_by("initiative_id", "-at", "-id")
    last = set(newest.distinct("initiative_id").values_list("review_id", flat=True))
    return [row for row in asked if row.pk in last]


def _run(rows: Sequence[Review], found: Mapping[int, Evaluated], why: str, now: datetime, by: Actor) -> list[Run]:
    before = {run.review_id: run for run in _last_runs([row.pk for row in rows])}
    return Run.objects.bulk_create(_run_of(row, found[row.pk], before.get(row.pk), why, now, by) for row in rows)


def _last_runs(ids: Collection[int]) -> Iterable[Run]:
    return Run.objects.filter(review__in=ids).order_by("review_id", "-id").distinct("review_id").defer("content")


def _run_of(row: Review, one: Evaluated, before: Run | None, why: str, now: datetime, by: Actor) -> Run:
    """A run that found what the one before found names the run that has it."""
    digest = one.digest
    same = before is not None and before.digest == digest
    return Run(
        review=row, round=row.round, why=why[:40], content=None if same else one.content,
        same_as_id=(before.same_as_id or before.pk) if same and before else None, digest=digest,
        recommended=one.recommendation.outcome, ready=one.ready, rules_version=RULES_VERSION, at=now, by_id=by.user_id,
    )  # fmt: skip


def _news(rows: Sequence[Review], found: Mapping[int, Evaluated]) -> Iterator[tuple[str, Review]]:
    """`rows` still stand as they did before this run."""
    for row in rows:
        one = found[row.pk]
        if one.ready and not row.ready:
            yield "review.ready", row
        if row.recommended and row.recommended != one.recommendation.outcome:
            yield "review.changed", row


def _stand(rows: Sequence[Review], found: Mapping[int, Evaluated], now: datetime) -> None:
    for row in rows:
        one = found[row.pk]
        row.ready, row.recommended = one.ready, one.recommendation.outcome
        row.verdicts, row.missing, row.evaluated_at, row.recheck_at = one.verdicts, one.missing, now, one.recheck_at
    Review.objects.bulk_update(rows, _STANDS)


def _drift(rows: Sequence[Review], found: Mapping[int, Evaluated], now: datetime) -> list[tuple[str, Review]]:
    """Those that became material."""
    contents, news = _in_effect([row.pk for row in rows]), []
    drifting = [row for row in rows if row.pk in contents]
    for row in drifting:
        one = found[row.pk]
        changes = drift(contents[row.pk], one.judged, one.recommendation, one.dependencies)
        material = is_material(changes)
        if material and row.changed_at is None:
            news.append(("decision.drifted", row))
        row.changed_at = (row.changed_at or now) if material else None
        row.changes = canonical.plain(changes)
        row.evaluated_at, row.recheck_at = now, one.recheck_at
    Review.objects.bulk_update(drifting, _DRIFTS)
    return news


def _in_effect(ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """What each decision in effect stood on, by review; one statement."""
    rows = Decision.objects.filter(review__in=ids, superseded_by=None).order_by("review_id", "-round")
    return {pk: json.loads(content) for pk, content in rows.distinct("review_id").values_list("review_id", "content")}
