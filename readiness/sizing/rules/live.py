"""The sizing page as one pure step: what is stored, what the address supposes of it, and every candidate sized for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.inputs import Demand, Task, WorkloadClass
from readiness.sizing.choices import Approach
from readiness.sizing.rules.asked import Asked, Offered, asked_draft
from readiness.sizing.rules.drafts import Draft
from readiness.sizing.rules.headroom import STANDING_ORDER
from readiness.sizing.rules.proposals import labelled, proposals
from readiness.sizing.rules.sized import Sized, sized
from readiness.sizing.rules.suppose import Supposed, supposed
from readiness.workloads.rules.demand import Value, demand_of

OPTION = "option"
PROPOSAL = "proposal-"
MOST_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of one workload: its profile, its options, and what could be chosen instead."""

    task: Task
    workload_class: WorkloadClass
    values: Mapping[str, Value]
    drafts: Sequence[Draft]
    offered: Offered
    money: bool


@dataclass(frozen=True, slots=True)
class Live:
    """`main` is what the page speaks of; `others` the comparison, in which it stands too, by key.

    `proposed`: the workload has no option of its own yet. `texts` and `wrong` are as typed, over profile and candidate.
    """

    demand: Demand
    supposed: Supposed
    asked: Asked
    key: str
    main: Sized
    others: dict[str, Sized]
    proposed: bool

    @property
    def changed(self) -> bool:
        """Whether the address says something else than what is stored."""
        return bool(self.supposed.texts or self.asked.texts)

    @property
    def wrong(self) -> bool:
        return bool(self.supposed.wrong or self.asked.wrong)


def live(stored: Stored, given: Mapping[str, str]) -> Live:
    """Size the asked candidate and its alternatives for the profile as `given` supposes it."""
    found = supposed(stored.task, stored.workload_class, given, stored.values)
    demand = demand_of(stored.task, stored.workload_class, found.over(stored.values))
    drafts = keyed(stored, demand)
    others = {key: sized(draft, demand, money=stored.money) for key, draft in drafts.items()}
    key = given.get(OPTION, "")
    if key not in drafts:
        key = best(others)
    asked = asked_draft(given, drafts[key], stored.offered)
    main = others[key] if asked.draft is drafts[key] else sized(asked.draft, demand, money=stored.money)
    return Live(demand, found, asked, key, main, others, proposed=not stored.drafts)


def keyed(stored: Stored, demand: Demand) -> dict[str, Draft]:
    """The options of the workload by their keys, or proposals where it has none."""
    if stored.drafts:
        return {str(draft.pk): draft for draft in stored.drafts}
    offered = stored.offered
    found = proposals(demand, offered.accelerators, offered.models, list(offered.pools.values()))
    found = [reaching(draft, demand) for draft in found] or [nothing_offered(stored.task)]
    return {f"{PROPOSAL}{place}": draft for place, draft in enumerate(found, 1)}


def best(found: Mapping[str, Sized]) -> str:
    """The key of the chosen one, else of the one that stands best."""
    return min(found, key=lambda key: (not found[key].draft.chosen, found[key].answer is None, *_rank(found[key])))


def reaching(draft: Draft, demand: Demand) -> Draft:
    """With more accelerators together where one is too slow for the targets; as it was if that does not help."""
    tried = draft
    while draft.approach == Approach.SELF_HOSTED and tried.accelerators <= MOST_TOGETHER:
        answer = sized(tried, demand, money=False).answer
        if answer is None or answer.replicas is not None:
            return labelled(replace(tried, label=""))
        if answer.constraint != Constraint.TARGET_OUT_OF_REACH:
            break
        tried = replace(tried, accelerators=tried.accelerators * 2)
    return draft


def nothing_offered(task: Task) -> Draft:
    """What there is to say where the catalogue is empty: everything is missing."""
    return Draft(Approach.WORKERS if task == Task.CLASSIC else Approach.SELF_HOSTED, label="?")


def _rank(one: Sized) -> tuple[bool, int, float]:
    answer = one.answer
    count = answer.accelerators.likely if answer is not None and answer.accelerators is not None else float("inf")
    return answer is None or answer.replicas is None, STANDING_ORDER[one.standing.verdict], count
