"""One workload on one candidate: how many, between which bounds, what binds, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from readiness.core.sizing.answer import Answer, Count, Influence, Lever
from readiness.core.sizing.hosted import Hosted
from readiness.core.sizing.inputs import Candidate, Demand, Grade, ModelApi, Task, Workers
from readiness.core.sizing.model_api import Api
from readiness.core.sizing.needs import needs
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.refusals import WrongCandidate
from readiness.core.sizing.replicas import Z_PLAN
from readiness.core.sizing.sizer import LOAD, Capability, Edge, Outcome, Sizer, corner, likely
from readiness.core.sizing.training import Training
from readiness.core.sizing.workers import Line

MEASUREMENT = "measurement"


def size(demand: Demand, candidate: Candidate) -> Answer:
    """The answer of SIZING.md: likely at z = 1.28, unsafe at z = 0, and the hull over all that is not known.

    Every input has a direction in which it can only cost more, so the hull's ends are two corners of the box of ranges.
    Raises MissingInput where a value that the task needs is None, WrongCandidate where this candidate cannot do the task.
    """
    sizer = sizer_for(demand, candidate)
    at = likely(sizer.quantities)
    can = sizer.capability(at, Edge.LIKELY)
    found, unsafe = sizer.count(at, can, Z_PLAN), sizer.count(at, can, 0.0)
    kind_at, kind = _end(sizer, Edge.KIND)
    unkind_at, unkind = _end(sizer, Edge.UNKIND)
    influences = tuple(sorted(_influences(sizer, at, can), key=_width, reverse=True))
    replicas = None
    if found.replicas:
        finite = (one for each in influences for one in (each.at_low, each.at_high))
        replicas = Count(kind.replicas, found.replicas, unkind.replicas or max(found.replicas, *finite))
    told = (
        sizer.figures(at, found, Edge.LIKELY),
        sizer.figures(kind_at, kind, Edge.KIND),
        sizer.figures(unkind_at, unkind, Edge.UNKIND),
    )
    known = all(one.known for one in sizer.quantities.values())
    return Answer(
        grade=sizer.grade,
        constraint=found.constraint,
        replicas=replicas,
        unsafe=unsafe.replicas if found.replicas else None,
        accelerators=_times(replicas, sizer.accelerators),
        figures={**_ranges(told, known=known), **needs(demand, candidate, replicas)},
        influences=influences,
        levers=_levers(sizer, at, can, found),
        steps=sizer.steps(at, can, found),
        notes=(*sizer.remarks(at, found), *_reach(found, kind, unkind)),
        refused=sizer.refused,
        unbounded=bool(found.replicas and not unkind.replicas),
    )


def _end(sizer: Sizer, edge: Edge) -> tuple[Mapping[str, float], Outcome]:
    """The corner of the box at the kind end with no margin, or at the unkind end with the full one."""
    at = corner(sizer.quantities, edge)
    return at, sizer.count(at, sizer.capability(at, edge), Z_PLAN if edge is Edge.UNKIND else 0.0)


def _reach(found: Outcome, kind: Outcome, unkind: Outcome) -> Iterator[str]:
    if found.replicas and not unkind.replicas:
        yield "may_be_out_of_reach"
    if kind.replicas and not found.replicas:
        yield "in_reach_at_best"


def sizer_for(demand: Demand, candidate: Candidate) -> Sizer:
    """The law that sizes this pair. Raises MissingInput, WrongCandidate."""
    if isinstance(candidate, ModelApi):
        if demand.task is Task.TRAIN:
            raise WrongCandidate("a provider's quota of requests trains no model: choose accelerators")
        return Api(demand, candidate)
    if isinstance(candidate, Workers):
        if demand.task in {Task.GENERATE, Task.TRAIN}:
            raise WrongCandidate("worker slots have one service time, which moves with the load here: choose a hosted model")
        return Line(demand, candidate)
    if demand.task is Task.TRAIN:
        return Training(demand, candidate)
    if demand.task is Task.CLASSIC:
        raise WrongCandidate("a classic model is sized by its time per request: choose workers")
    return Hosted(demand, candidate)


def _influences(sizer: Sizer, at: Mapping[str, float], can: Capability) -> Iterator[Influence]:
    """One at a time to both ends, all else likely. What only changes the load leaves a replica's capability as it is."""

    def count(name: str, value: float) -> int:
        moved = {**at, name: value}
        able = can if name in LOAD else sizer.capability(moved, Edge.LIKELY)
        return sizer.count(moved, able, Z_PLAN).replicas

    for name, known in sizer.quantities.items():
        if not known.exact:
            yield Influence(name, count(name, known.low), count(name, known.high), known.known)
    if can.sigma > 0:
        slow, fast = sizer.count(at, can, Z_PLAN).replicas, sizer.count(at, can, 0.0).replicas
        yield Influence(MEASUREMENT, slow, fast, sizer.grade is not Grade.NOTHING)


def _width(influence: Influence) -> float:
    if (influence.at_low == 0) != (influence.at_high == 0):
        return float("inf")
    return abs(influence.at_high - influence.at_low)


def _levers(sizer: Sizer, at: Mapping[str, float], can: Capability, found: Outcome) -> tuple[Lever, ...]:
    """Those that lower the number of accelerators (or of replicas, where there are none), most effective first."""
    levers: list[tuple[int, Lever]] = []
    now = found.replicas * (sizer.accelerators or 1)
    for change in sizer.changes():
        other = change.sizer
        if other is sizer and (change.sigma is not None or set(change.at) <= set(LOAD)):
            able = can
        else:
            able = other.capability({**at, **change.at}, Edge.LIKELY)
        if change.sigma is not None:
            able = able._replace(sigma=change.sigma)
        then = other.count({**at, **change.at}, able, Z_PLAN).replicas
        total = then * (other.accelerators or 1)
        if then and (not now or total < now):
            levers.append((total, Lever(change.name, change.field, change.value, then)))
    return tuple(lever for _total, lever in sorted(levers, key=lambda one: one[0]))


def _ranges(told: Sequence[Mapping[str, float]], *, known: bool) -> dict[str, Quantity]:
    """Each figure with the least and greatest of the likely case and the two corners."""
    ranges = {}
    for name, value in told[0].items():
        values = [one[name] for one in told if name in one]
        ranges[name] = Quantity(value, min(values), max(values), known)
    return ranges


def _times(replicas: Count | None, each: int | None) -> Count | None:
    if replicas is None or each is None:
        return None
    return Count(replicas.low * each, replicas.likely * each, replicas.high * each)
