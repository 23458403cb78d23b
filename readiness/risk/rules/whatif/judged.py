"""One workload supposed otherwise: how it is sized, and what its requirements are judged by the same evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from readiness.evidence.rules.verdicts.gathered import Gathered
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.judge import Judgement, judge
from readiness.evidence.rules.verdicts.wanted import Wanted
from readiness.risk.rules.whatif.world import WorkloadNow
from readiness.sizing.rules.live import Live, live
from readiness.workloads.choices import Knowledge, PoolKind
from readiness.workloads.rules.demand import Value
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.requirements import Derived, derive
from readiness.workloads.rules.values import rate_is_derived, unknown_names

BY_HAND = ("venue", "accelerator", "min_accelerators")  # of an environment, also where the rest follows the profile


@dataclass(frozen=True, slots=True)
class Supposed:
    """A workload as it would be. `judged`: by requirement, negative ids for those that there are not yet.

    `gone`: requirements that would no longer be asked. `granted` None: no pool of accelerators is within reach.
    """

    live: Live
    judged: Mapping[int, Judgement]
    gone: frozenset[int]
    values: Mapping[str, Value]
    granted: float | None
    load_known: int

    @property
    def unknown(self) -> tuple[str, ...]:
        stored = {name: value.knowledge for name, value in self.values.items()}
        return tuple(unknown_names(self.live.demand.task, self.live.demand.workload_class, stored))


def supposed(
    one: WorkloadNow, texts: Mapping[str, str], granted: float | None, now: datetime, *, before: Supposed | None = None
) -> Supposed:
    """Size and judge it as `texts` and `granted` suppose; without either it is as it stands. Never raises for what was typed.

    `before` is the same without suppositions: requirements that follow the same values keep what they ask.
    """
    found = live(one.stored, texts)
    values = found.supposed.over(one.stored.values)
    setting = one.setting
    gone: set[int] = set()
    if before is not None:
        wanted, gone = _wanted(one, values)
        holdings = one.setting.holdings if granted is None else with_granted(one.setting.holdings, granted, found)
        tokens = _known(values, "input_tokens"), _known(values, "output_tokens")
        setting = replace(setting, wanted=wanted, holdings=holdings, input_tokens=tokens[0], output_tokens=tokens[1])
    gathered = Gathered(one.evidence, now)
    judged = {wanted.pk: judge(wanted, setting, gathered, now) for wanted in setting.wanted}
    held = granted_of(one.setting.holdings) if granted is None else granted
    return Supposed(found, judged, frozenset(gone), values, held, load_known(one, values))


def _known(values: Mapping[str, Value], name: str) -> float | None:
    value = values.get(name)
    return value.value if value is not None and value.knowledge == Knowledge.KNOWN else None


def _wanted(one: WorkloadNow, values: Mapping[str, Value]) -> tuple[list[Wanted], set[int]]:
    """The requirements as they would follow the profile; those by hand, and of values that stay, as they are."""
    kind = one.stored.task, one.stored.workload_class
    before = {each.derived_from: each for each in derive(*kind, one.stored.values)}
    after = {each.derived_from: each for each in derive(*kind, values)}
    made, gone, held = [], set(), set()
    for wanted in one.setting.wanted:
        name = one.follows.get(wanted.pk, "")
        held.add(name)
        if not name or (name in after and after[name] == before.get(name)):
            made.append(wanted)
        elif name not in after:
            gone.add(wanted.pk)
        else:
            made.append(_following(wanted, after[name]))
    new = [each for name, each in after.items() if name not in held and name not in before]
    made += [_following(Wanted(each.metric, None, pk=-place), each) for place, each in enumerate(new, start=1)]
    return made, gone


def _following(wanted: Wanted, one: Derived) -> Wanted:
    by_hand = {name: value for name, value in wanted.environment.items() if name in BY_HAND}
    return replace(
        wanted, metric=one.metric, target=one.target, comparator=one.comparator, percentile=one.percentile,
        window_s=one.window_s, environment=by_hand | dict(one.environment),
    )  # fmt: skip


def granted_of(holdings: Sequence[Holding]) -> float | None:
    """Accelerators that are granted; None where no pool of accelerators is within reach."""
    rows = [one for one in holdings if one.kind is PoolKind.ACCELERATORS]
    return sum(one.granted for one in rows) if rows else None


def with_granted(holdings: Sequence[Holding], granted: float, found: Live) -> list[Holding]:
    """All of it in one pool: the one that holds most of it now, else the candidate's, else one of its own."""
    others = [one for one in holdings if one.kind is not PoolKind.ACCELERATORS]
    rows = sorted((one for one in holdings if one.kind is PoolKind.ACCELERATORS), key=lambda one: (-one.granted, one.pool))
    draft = found.main.draft
    wanted = draft.pool["id"] if draft.pool else None
    first = next((one for one in rows if one.granted > 0), None) or next((one for one in rows if one.pool == wanted), None)
    if first is None:
        accelerator = draft.accelerator["key"] if draft.accelerator else None
        first = Holding(0, PoolKind.ACCELERATORS, accelerator=accelerator, free=0.0)
    rest = [replace(one, granted=0.0, free=_freed(one, 0.0)) for one in rows if one is not first]
    return [*others, replace(first, granted=granted, free=_freed(first, granted)), *rest]


def _freed(one: Holding, granted: float) -> float | None:
    return None if one.reachable is None else max(0.0, one.reachable - granted)


def load_known(one: WorkloadNow, values: Mapping[str, Value]) -> int:
    """Of the load values that a sizing must have those known; the arrival rate also where it follows from the people."""
    names = [each.name for each in asked(one.stored.task, one.stored.workload_class) if each.required and each.group == "Load"]
    known = {name for name in names if (value := values.get(name)) and value.knowledge == Knowledge.KNOWN}
    if "arrival_per_s" in names and rate_is_derived(values):
        known.add("arrival_per_s")
    return len(known)
