"""Sizing: what the live fragment costs beside the calculation it shows, and how long the pure core takes for 1,000 workloads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.urls import reverse

from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.kit import clock
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Candidate, Demand
from readiness.core.sizing.quantity import Quantity
from readiness.dashboards.management.bench.figures import Line, NotMeasured, milliseconds, paired
from readiness.dashboards.management.bench.serving import Browser, Page, session_cookie, sizes, web
from readiness.sizing.queries.live import stored_of
from readiness.sizing.queries.setting import setting
from readiness.sizing.rules.drafts import facts_of
from readiness.sizing.rules.live import keyed
from readiness.workloads.models import Workload
from readiness.workloads.rules.demand import demand_of

NAMES = ("sizing", "sizing1000")
WORKLOADS = 1_000
ROUNDS = 5
_FRAGMENT = {"HX-Request": "true", "HX-Target": "answer"}
Pair = tuple[Demand, Candidate]


def sizing_lines(person: User, names: set[str], *, rounds: int, log: Path) -> Iterator[Line]:
    """One line for each of `names`, on the database in use."""
    pairs = {pk: found for pk in _workloads() if (found := _pairs(person, pk))}
    if not pairs:
        raise NotMeasured("the demo has no workload that can be sized")
    if "sizing" in names:
        yield _fragment(person, pairs, rounds=rounds, log=log)
    if "sizing1000" in names:
        yield _pure([pair for found in pairs.values() for pair in found])


def _fragment(person: User, pairs: dict[int, list[Pair]], *, rounds: int, log: Path) -> Line:
    """The workload with the most options: a changed field answered over HTTP, beside sizing the same candidates in process."""
    pk = max(pairs, key=lambda one: len(pairs[one]))
    page = Page("sizing fragment", reverse("sizing:workload", args=[pk]), _FRAGMENT)
    with web(1, log) as port, closing(Browser(port, session_cookie(person))) as browser:
        if b"<html" in browser.get(page):
            raise NotMeasured("the answer to a changed field is a whole page")
        pair = paired(lambda: browser.get(page), lambda: [size(*one) for one in pairs[pk]], rounds)
        told = sizes(browser.get(page))
    notes = (*pair.notes("fragment", "core"), f"{len(pairs[pk])} candidates compared; {told}")
    return Line("sizing", "sizing fragment p50 / its own calculation", pair.ratio, "x", None, notes, {"pair": pair})


def _pure(pairs: list[Pair]) -> Line:
    """1,000 different workloads: those of the demo with their rates moved, so that nothing is calculated twice."""
    rng = random.Random(1)  # noqa: S311 - loads, not a secret
    wanted = [_moved(*pairs[place % len(pairs)], rng.uniform(0.5, 2.0)) for place in range(WORKLOADS)]
    seconds = sorted(milliseconds(lambda: [size(*one) for one in wanted]) / 1e3 for _round in range(ROUNDS))
    middle = seconds[len(seconds) // 2]
    notes = (
        f"n {ROUNDS}; {seconds[0]:.2f} to {seconds[-1]:.2f} s; {middle / WORKLOADS * 1e3:.2f} ms each, influences and levers too",
        f"{len(pairs)} pairs of demand and candidate of the demo, rates moved by 0.5 to 2",
    )
    return Line("sizing1000", "1,000 workloads sized, pure core", middle, "s", None, notes, {"seconds": seconds})


def _moved(demand: Demand, candidate: Candidate, factor: float) -> Pair:
    changes: dict[str, Any] = {}
    for name in ("arrival_per_s", "items_per_run", "training_tokens"):
        value = getattr(demand, name)
        if value is not None:
            changes[name] = Quantity(value.likely * factor, value.low * factor, value.high * factor, value.known)
    return replace(demand, **changes), candidate


def _workloads() -> list[int]:
    rows = Workload.objects.filter(retired_at=None, initiative__demo=True).annotate(n=Count("options")).order_by("-n", "id")
    return list(rows.values_list("pk", flat=True)[:40])


def _pairs(person: User, pk: int) -> list[Pair]:
    """Every demand and candidate that the page of this workload sizes."""
    seen = setting(actor_for(person), pk, clock.today())
    if seen is None:
        return []
    stored = stored_of(seen)
    demand = demand_of(stored.task, stored.workload_class, stored.values)
    found = [facts_of(draft, stored.task).candidate for draft in keyed(stored, demand).values()]
    return [(demand, candidate) for candidate in found if candidate is not None]
