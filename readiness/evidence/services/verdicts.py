"""Judging requirements: each answer that says something new is kept, and the newest of each stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows, next_ids
from portfolio.outbox.services import emit, enqueue
from readiness.evidence.models import RequirementVerdict, Standing
from readiness.evidence.queries.candidates import Judged, to_judge
from readiness.evidence.queries.holdings import reaching
from readiness.evidence.rules.verdicts.gathered import Gathered
from readiness.evidence.rules.verdicts.judge import Judgement, judge
from readiness.evidence.rules.verdicts.kept import columns, says_something_new, turned
from readiness.evidence.rules.verdicts.reasons import RULES_VERSION
from readiness.workloads.models import CapacityPool, Requirement, Workload

AT_ONCE = 200  # workloads that one transaction judges
JUDGE = "evidence.judge"
_STANDS = (
    "workload", "initiative", "current", "verdict", "before", "since", "headroom", "observed_at", "recheck_at", "judged_at",
)  # fmt: skip
_CURRENT = (
    "id", "verdict", "reason", "wanted", "headroom", "evidence", "others", "capacity", "missing", "observed_at", "digest",
    "rules_version",
)  # fmt: skip


def evaluate(
    workload_ids: Collection[int] = (), *, pool_ids: Collection[int] = (), by: Actor, now: datetime
) -> int:  # fmt: skip
    """Judge every standing requirement of these workloads, and of those that may count on these pools; how many turned.

    A constant number of statements for AT_ONCE workloads. Two at once wait for one another and give one history; the same
    inputs add nothing. Emits `verdict.changed` with the requirements whose verdict, or the sign of whose headroom, is another,
    and `verdict.kept` with the initiatives of which anything new was kept: the same answer on newer evidence, or with more
    headroom.
    """
    wanted = sorted({*workload_ids, *counting_on(pool_ids)})
    return sum(_judge(wanted[start : start + AT_ONCE], by, now) for start in range(0, len(wanted), AT_ONCE))


def evaluate_in_turn(
    workload_ids: Collection[int] = (), *, pool_ids: Collection[int] = (), by: Actor, now: datetime
) -> None:  # fmt: skip
    """The same for a job: more than AT_ONCE workloads are left to jobs of their own, so that nobody's is locked for long."""
    wanted = {*workload_ids, *counting_on(pool_ids)}
    if len(wanted) > AT_ONCE:
        judge_later(wanted)
    else:
        evaluate(wanted, by=by, now=now)


def judge_due(*, now: datetime) -> int:
    """Have judged again what is `due`; how many jobs."""
    return judge_later(due(now))


def judge_later(workload_ids: Collection[int]) -> int:
    """One job for each AT_ONCE of them, in the caller's transaction; how many."""
    wanted = sorted(set(workload_ids))
    parts = [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
    for part in parts:
        enqueue(JUDGE, {"workload_ids": part})
    return len(parts)


def due(now: datetime) -> set[int]:
    """Workloads where time alone changes an answer, where something was never judged, or was judged by other rules."""
    standing = Requirement.objects.filter(retired_at=None, workload__retired_at=None)
    other = Q(standing=None) | Q(standing__recheck_at__lte=now) | ~Q(standing__current__rules_version=RULES_VERSION)
    return set(standing.filter(other).values_list("workload_id", flat=True).distinct())


def naming_accelerators() -> set[int]:
    """Workloads in use whose verdicts depend on what an accelerator is called: judged by capacity, or asking for one by name."""
    asks = Q(requirements__environment__has_key="accelerator", requirements__retired_at=None)
    rows = Workload.objects.filter(Q(standings__current__capacity__isnull=False) | asks, retired_at=None)
    return set(rows.values_list("id", flat=True).distinct())


def counting_on(pool_ids: Collection[int]) -> set[int]:
    """Workloads in use that have a line in one of these pools, or that it is within reach of and that were judged by capacity."""
    if not pool_ids:
        return set()
    pools = CapacityPool.objects.filter(pk__in=pool_ids).values("unit__path", "offered_to__path")
    in_use = Workload.objects.filter(retired_at=None)
    judged = Q(standings__current__capacity__isnull=False) & reaching(list(pools))
    named = Q(allocations__pool__in=pool_ids)
    for pool in pool_ids:  # an offer that was taken back no longer reaches those who counted on it
        judged |= Q(standings__current__capacity__pools__contains=[{"pool_id": pool}])
    return set(in_use.filter(named | judged).values_list("id", flat=True).distinct())


def _judge(ids: Collection[int], by: Actor, now: datetime) -> int:
    with acting(by):
        # Whoever writes a workload or its requirements takes this lock first, so nobody waits in a circle.
        list(Workload.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id").values_list("id"))
        standing = Standing.objects.filter(workload__in=ids)
        standing.exclude(requirement__retired_at=None, workload__retired_at=None).delete()
        before = {row.requirement_id: row for row in standing}
        current = {row["id"]: row for row in _current([row.current_id for row in before.values()])}
        answers = [(one, told) for one in to_judge(ids, now) for told in _answers(one, now)]
        kept = _keep(answers, {pk: current[row.current_id] for pk, row in before.items()}, now)
        _stand(answers, kept, before, now)
        changed = [(one, told) for one, told in answers if turned(_standing(before.get(told.wanted.pk)), told)]
        if changed:
            requirements = [told.wanted.pk for _, told in changed]
            emit(
                "verdict.changed",
                {"requirement_ids": requirements, "workload_ids": sorted({one.workload for one, _ in changed})},
            )
        if kept:
            emit("verdict.kept", {"initiative_ids": sorted({one.initiative for one, told in answers if told.wanted.pk in kept})})
    return len(changed)


def _current(ids: Collection[int]) -> list[dict[str, Any]]:
    return list(RequirementVerdict.objects.filter(pk__in=ids).values(*_CURRENT))


def _answers(one: Judged, now: datetime) -> list[Judgement]:
    gathered = Gathered(one.evidence, now)
    return [judge(wanted, one.setting, gathered, now) for wanted in one.setting.wanted]


def _keep(
    answers: Sequence[tuple[Judged, Judgement]], before: Mapping[int, Mapping[str, Any]], now: datetime
) -> dict[int, int]:  # fmt: skip
    """`{requirement: its new row}` of those whose answer says something new."""
    new: list[dict[str, Any]] = []
    for one, told in answers:
        values, last = columns(told), before.get(told.wanted.pk)
        if last is None or says_something_new(last, values):
            whose = {"requirement_id": told.wanted.pk, "workload_id": one.workload, "initiative_id": one.initiative}
            new.append({**whose, **values, "judged_at": now})
    table = RequirementVerdict._meta.db_table
    ids = next_ids(table, len(new))
    if new:
        copy_rows(table, f"id {' '.join(new[0])}", ((pk, *row.values()) for pk, row in zip(ids, new, strict=True)))
    return {row["requirement_id"]: pk for pk, row in zip(ids, new, strict=True)}


def _stand(
    answers: Sequence[tuple[Judged, Judgement]], kept: Mapping[int, int], before: Mapping[int, Standing], now: datetime
) -> None:  # fmt: skip
    """What stands is as old as the newest evidence for it, also where that said nothing new."""
    rows = [
        Standing(
            requirement_id=told.wanted.pk, workload_id=one.workload, initiative_id=one.initiative,
            current_id=kept.get(told.wanted.pk) or before[told.wanted.pk].current_id, verdict=told.verdict,
            headroom=told.headroom, observed_at=told.observed_at, recheck_at=told.recheck_at, judged_at=now,
            **_since(before.get(told.wanted.pk), told, now),
        )
        for one, told in answers
    ]  # fmt: skip
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["requirement"], update_fields=_STANDS)


def _since(row: Standing | None, told: Judgement, now: datetime) -> dict[str, Any]:
    if row is None:
        return {"before": "", "since": now}
    if row.verdict == told.verdict:
        return {"before": row.before, "since": row.since}
    return {"before": row.verdict, "since": now}


def _standing(row: Standing | None) -> tuple[str, float | None] | None:
    return None if row is None else (row.verdict, row.headroom)
