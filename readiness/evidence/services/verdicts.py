"""Judging requirements: each answer that says something new is kept, and the newest of each stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.evidence.models import RequirementVerdict, Standing
from readiness.evidence.queries.candidates import Judged, to_judge
from readiness.evidence.rules.verdicts.gathered import Gathered
from readiness.evidence.rules.verdicts.judge import Judgement, judge
from readiness.evidence.rules.verdicts.kept import columns, says_something_new, turned
from readiness.evidence.rules.verdicts.reasons import RULES_VERSION
from readiness.workloads.models import Allocation, Requirement, Workload

AT_ONCE = 200  # workloads that one transaction judges
SWEPT = 1000  # workloads that one sweep looks at
_STANDS = ("workload", "initiative", "current", "verdict", "headroom", "observed_at", "recheck_at", "judged_at")


def evaluate(
    workload_ids: Collection[int] = (), *, pool_ids: Collection[int] = (), by: Actor, now: datetime
) -> int:  # fmt: skip
    """Judge every standing requirement of these workloads, and of those that have a line in these pools; how many turned.

    A constant number of statements for AT_ONCE workloads. Two at once wait for one another; the same inputs add nothing. Emits
    `verdict.changed` with the requirements whose verdict, or the sign of whose headroom, is another than before.
    """
    wanted = sorted({*workload_ids, *_with_a_line(pool_ids)})
    return sum(_judge(wanted[start : start + AT_ONCE], by, now) for start in range(0, len(wanted), AT_ONCE))


def judge_due(*, by: Actor, now: datetime) -> int:
    """Judge again where time alone changes the answer, where nobody has judged yet, and what older rules judged."""
    due = Standing.objects.filter(recheck_at__lte=now).order_by("recheck_at").values_list("workload", flat=True)[:SWEPT]
    in_use = Requirement.objects.filter(retired_at=None, workload__retired_at=None)
    new = in_use.filter(standing=None).order_by("id").values_list("workload", flat=True)[:SWEPT]
    old = in_use.exclude(standing=None).exclude(standing__current__rules_version=RULES_VERSION)
    return evaluate({*due, *new, *old.order_by("id").values_list("workload", flat=True)[:SWEPT]}, by=by, now=now)


def _with_a_line(pool_ids: Collection[int]) -> Iterable[int]:
    if not pool_ids:
        return ()
    return Allocation.objects.filter(pool__in=pool_ids).values_list("workload", flat=True).distinct()


def _judge(ids: Collection[int], by: Actor, now: datetime) -> int:
    with acting(by):
        list(Workload.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id").values_list("id"))
        stale = Standing.objects.filter(workload__in=ids)
        stale.exclude(requirement__retired_at=None, workload__retired_at=None).delete()
        before = {row.requirement_id: row for row in stale.select_related("current")}
        answers = [(one, told) for one in to_judge(ids, now) for told in _answers(one, now)]
        kept = _keep(answers, before, now)
        _stand(answers, kept, before, now)
        changed = [told for _, told in answers if turned(_standing(before.get(told.wanted.pk)), told)]
        if changed:
            workloads = sorted({one.workload for one, told in answers if told in changed})
            emit("verdict.changed", {"requirement_ids": [told.wanted.pk for told in changed], "workload_ids": workloads})
    return len(changed)


def _answers(one: Judged, now: datetime) -> Iterable[Judgement]:
    gathered = Gathered(one.evidence, now)
    return [judge(wanted, one.setting, gathered, now) for wanted in one.setting.wanted]


def _keep(
    answers: Iterable[tuple[Judged, Judgement]], before: Mapping[int, Standing], now: datetime
) -> dict[int, RequirementVerdict]:  # fmt: skip
    """The new rows, by requirement."""
    rows = []
    for one, told in answers:
        standing, values = before.get(told.wanted.pk), columns(told)
        if standing is None or says_something_new(_row(standing.current), values):
            rows.append(
                RequirementVerdict(
                    requirement_id=told.wanted.pk, workload_id=one.workload, initiative_id=one.initiative, judged_at=now, **values
                )
            )
    return {row.requirement_id: row for row in RequirementVerdict.objects.bulk_create(rows)}


def _stand(
    answers: Iterable[tuple[Judged, Judgement]], kept: Mapping[int, RequirementVerdict], before: Mapping[int, Standing],
    now: datetime,
) -> None:  # fmt: skip
    rows = [
        Standing(
            requirement_id=told.wanted.pk, workload_id=one.workload, initiative_id=one.initiative,
            current=kept.get(told.wanted.pk) or before[told.wanted.pk].current, verdict=told.verdict,
            headroom=columns(told)["headroom"], observed_at=told.observed_at, recheck_at=told.recheck_at, judged_at=now,
        )
        for one, told in answers
    ]  # fmt: skip
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["requirement"], update_fields=_STANDS)


def _row(current: RequirementVerdict) -> dict[str, Any]:
    names = (
        "verdict", "reason", "wanted", "headroom", "headroom_low", "headroom_high", "evidence", "others", "capacity", "missing",
        "observed_at", "digest", "rules_version",
    )  # fmt: skip
    return {name: getattr(current, name) for name in names}


def _standing(row: Standing | None) -> tuple[str, float | None] | None:
    return None if row is None else (row.verdict, row.headroom)
