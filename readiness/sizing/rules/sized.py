"""One draft sized for one demand: the answer, what it costs, how it stands against the pool, or what is missing for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness.core.sizing.answer import Answer, Cost
from readiness.core.sizing.cost import cost
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Candidate, Demand, Workers
from readiness.core.sizing.refusals import MissingInput, WrongCandidate
from readiness.sizing.choices import Approach
from readiness.sizing.rules.drafts import Draft, facts_of
from readiness.sizing.rules.headroom import Standing, standing
from readiness.sizing.rules.prices import Priced, priced

TOO_LARGE = "too_large"
MOST_SLOTS = 300_000  # a tenth of a second of queueing theory
MOST_HELD = 50_000
MOST_ACCELERATORS = 1_000_000_000


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
    if too_long(demand, facts.candidate):
        return _unanswered(draft, facts.candidate, price, TOO_LARGE)
    try:
        answer = size(demand, facts.candidate)
        spent = cost(answer, demand, facts.candidate, price.price) if price.price is not None else None
    except MissingInput as problem:
        return _unanswered(draft, facts.candidate, price, f"demand:{problem.name}")
    except WrongCandidate:
        return _unanswered(draft, facts.candidate, price, "wrong_candidate")
    except (OverflowError, ZeroDivisionError, ValueError):  # figures beyond what a float holds: somebody mistook a unit
        return _unanswered(draft, facts.candidate, price, TOO_LARGE)
    if answer.replicas is not None and answer.replicas.high * draft.accelerators > MOST_ACCELERATORS:
        return _unanswered(draft, facts.candidate, price, TOO_LARGE)
    return Sized(draft, facts.candidate, answer, standing(answer, free_of(draft)), price, spent)


def too_long(demand: Demand, candidate: Candidate) -> bool:
    """Whether the queue of a classic model would take longer to work out than a page may: its cost grows with the slots."""
    if not isinstance(candidate, Workers):
        return False
    busy = candidate.service_s.high
    for one in (demand.arrival_per_s, demand.peak_factor):
        busy *= one.high if one is not None else 1.0
    if demand.growth_per_year is not None and demand.horizon_months is not None:
        busy *= max(1.0, demand.growth_per_year.high) ** (demand.horizon_months.high / 12)
    held = demand.concurrency.high if demand.concurrency is not None else 0.0
    return not (busy <= MOST_SLOTS and held <= MOST_HELD)


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
