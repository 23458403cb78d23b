"""One draft sized for one demand: the answer, what it costs, how it stands against the pool, or what is missing for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.core.sizing.answer import Answer, Cost
from readiness.core.sizing.cost import cost
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Candidate, Demand
from readiness.core.sizing.refusals import MissingInput, WrongCandidate
from readiness.sizing.choices import Approach
from readiness.sizing.rules.drafts import Draft, facts_of
from readiness.sizing.rules.headroom import Standing, standing
from readiness.sizing.rules.prices import Priced, priced


@dataclass(frozen=True, slots=True)
class Sized:
    """`answer` is None while something is `missing`: codes of facts, `demand:` and a field, or `wrong_candidate`."""

    draft: Draft
    candidate: Candidate | None
    answer: Answer | None
    standing: Standing
    price: Priced
    cost: Cost | None = None
    missing: tuple[str, ...] = ()


def sized(draft: Draft, demand: Demand, *, money: bool) -> Sized:
    """Size one draft. Never raises for what a person could have typed: what is missing is named."""
    facts = facts_of(draft, demand.task)
    price = priced(draft, money=money)
    if facts.candidate is None:
        return Sized(draft, None, None, standing(None, free_of(draft)), price, missing=facts.missing)
    try:
        answer = size(demand, facts.candidate)
    except MissingInput as problem:
        return _unanswered(draft, facts.candidate, price, f"demand:{problem.name}")
    except WrongCandidate:
        return _unanswered(draft, facts.candidate, price, "wrong_candidate")
    spent = cost(answer, demand, facts.candidate, price.price) if price.price is not None else None
    return Sized(draft, facts.candidate, answer, standing(answer, free_of(draft)), price, spent)


def sized_all(drafts: Iterable[Draft], demand: Demand, *, money: bool) -> list[Sized]:
    """Each of them, in their order."""
    return [sized(draft, demand, money=money) for draft in drafts]


def free_of(draft: Draft) -> float | None:
    """What is free in the draft's pool for this workload; None where there is no pool or nobody knows."""
    if draft.approach == Approach.API or draft.pool is None:
        return None
    free: float | None = draft.pool.get("free")
    return free


def _unanswered(draft: Draft, candidate: Candidate, price: Priced, why: str) -> Sized:
    return Sized(draft, candidate, None, standing(None, free_of(draft)), price, missing=(why,))
