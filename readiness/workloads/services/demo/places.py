"""Where the demo runs: pools with what is granted and queued, venue options with what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from portfolio.initiatives.choices import Venue
from portfolio.initiatives.services.demo.subjects import Cast, Subject
from readiness.core.sizing.inputs import Task
from readiness.workloads.choices import AllocationState, Function, OptionState
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, VenueComparison, VenueOption
from readiness.workloads.services.demo.plan import HERO_NAME, RICH, DemoWorkload
from readiness.workloads.services.demo.words import words

LIVE = ("production", "scale-up", "pilot")
CURRENCY = "EUR"
Placed = list[tuple[DemoWorkload, int]]


def lay_out(everyone: list[Subject], crew: Cast, made: list[DemoWorkload], ids: list[int], seed: int, today: date) -> None:
    """Pools, allocations, venue options and comparisons, in a few statements."""
    kinds = dict(Accelerator.objects.values_list("key", "id"))
    pools = _pools(crew, kinds, today)
    rich = [(one, pk) for one, pk in zip(made, ids, strict=True) if one.subject.place < RICH]
    Allocation.objects.bulk_create(_allocations(pools, rich, crew, today))
    options, comparisons = [], []
    for subject in everyone[:RICH]:
        if subject.stage != "idea":
            found = _venues(Random(f"{seed}:venues:{subject.place}"), subject, kinds, today)
            options += found[0]
            comparisons += found[1]
    VenueOption.objects.bulk_create(options)
    VenueComparison.objects.bulk_create(comparisons)


def _pools(crew: Cast, kinds: dict[str, int], today: date) -> dict[str, CapacityPool]:
    rows = [
        CapacityPool(
            unit_id=crew.units[one["unit"]], offered_to_id=crew.units.get(one.get("offered_to", "")), demo=True,
            name=one["name"], kind=one["kind"], venue=one["venue"],
            accelerator_id=kinds[one["accelerator"]] if "accelerator" in one else None, provider=one.get("provider", ""),
            size=one.get("size"), committed=one.get("committed", 0), ordered=one.get("ordered", 0),
            arrives_on=today + timedelta(days=one["arrives_in_days"]) if "arrives_in_days" in one else None,
            lead_time_days=one.get("lead_time_days"), note=one.get("note", ""), **_cost(one.get("cost")),
        )
        for one in words()["pools"]
    ]  # fmt: skip
    return {row.name: row for row in CapacityPool.objects.bulk_create(rows)}


def _allocations(pools: dict[str, CapacityPool], rich: Placed, crew: Cast, today: date) -> Iterator[Allocation]:
    """The ledger's lines, each on another workload of its kind that is under way, as long as there are any."""
    waiting = {task.value: [pair for pair in rich if pair[0].template.task == task and _live(pair[0])] for task in Task}
    waiting["story"] = [pair for pair in rich if pair[0].name == HERO_NAME]
    waiting["generate"] = [pair for pair in waiting["generate"] if pair[0].name != HERO_NAME]
    turns = dict.fromkeys(waiting, 0)
    for pool in words()["pools"]:
        for what, quantity, state, days in pool.get("holds", ()):
            held = waiting[what]
            if not held:
                continue
            one, pk = held[turns[what] % len(held)]
            turns[what] += 1
            starts = today + timedelta(days=days)
            ends = starts + timedelta(days=540) if what == "train" else None
            yield Allocation(
                pool=pools[pool["name"]], workload_id=pk, initiative_id=one.subject.pk, quantity=quantity, starts_on=starts,
                ends_on=ends, state=AllocationState(state), asked_by_id=one.subject.owner_id or crew.architects[0],
            )  # fmt: skip


def _live(one: DemoWorkload) -> bool:
    return not one.subject.closed and one.subject.stage in LIVE


def _venues(rng: Random, subject: Subject, kinds: dict[str, int], today: date) -> tuple[list[VenueOption], list[VenueComparison]]:
    """Options for inference, for some also training; one in four compared only one, one in eight only public cloud."""
    options, comparisons = [], []
    for function, share in ((Function.INFERENCE, 0.85), (Function.TRAINING, 0.35)):
        if rng.random() > share:
            continue
        places = _places(rng)
        found = [_option(rng, subject, function, place, number, kinds) for number, place in enumerate(places)]
        decided = _decide(rng, found, subject, today)
        options += found
        thin = len(found) < 2 or set(places) == {"public_cloud"}
        reason = rng.choice(words()["reasons"]["short"]) if thin and rng.random() < 0.4 else ""
        if decided or reason:
            row = VenueComparison(initiative_id=subject.pk, function=function, reason=reason, decided_on=decided)
            comparisons.append(row)
    return options, comparisons


def _places(rng: Random) -> list[str]:
    drawn = rng.random()
    if drawn < 0.25:
        return [rng.choice(("public_cloud", "on_premises"))]
    if drawn < 0.37:
        return ["public_cloud", "public_cloud"]
    return rng.sample(("public_cloud", "on_premises", "colocation", "hybrid", "edge"), rng.choice((2, 2, 3)))


def _option(rng: Random, subject: Subject, function: Function, place: str, number: int, kinds: dict[str, int]) -> VenueOption:
    """An offer as the pack words it; who has not asked yet has no cost or no lead time."""
    known: list[dict[str, Any]] = words()["venues"][place]
    one = known[(subject.place + number) % len(known)]
    size = rng.choice((0.5, 1, 1, 1.5))
    asked = rng.random() < 0.8
    return VenueOption(
        initiative_id=subject.pk, function=function, venue=Venue(place), label=one["label"], provider=one.get("provider", ""),
        accelerator_id=kinds[one["accelerator"]], capacity=max(1, round(one["capacity"] * size)) if asked else None,
        lead_time_days=one["lead_time_days"] if rng.random() < 0.8 else None,
        one_off_cost=Decimal(one["one_off"]) if "one_off" in one and asked else None,
        quota_requested=one.get("quota_requested"), quota_granted=one.get("quota_granted") if asked else None,
        price_notice_days=one.get("price_notice_days") if rng.random() < 0.7 else None, backlog_days=one.get("backlog_days"),
        **_cost(round(one["cost"] * size, -2) if asked else None, anyway="one_off" in one and asked),
    )  # fmt: skip


def _decide(rng: Random, found: list[VenueOption], subject: Subject, today: date) -> date | None:
    """Choose one where the initiative came far enough; the others are candidates still, or rejected."""
    likely = {"production": 0.95, "scale-up": 0.8, "pilot": 0.5}.get(subject.stage or "", 0.15)
    if rng.random() > likely:
        return None
    chosen, *others = rng.sample(found, len(found))
    chosen.state, chosen.reason = OptionState.CHOSEN, rng.choice(words()["reasons"]["chosen"])
    for other in others:
        if rng.random() < 0.6:
            other.state, other.reason = OptionState.REJECTED, rng.choice(words()["reasons"]["rejected"])
    return today - timedelta(days=rng.randint(5, 400))


def _cost(amount: float | None, *, anyway: bool = False) -> dict[str, Any]:
    """Cost and currency; `anyway`: another amount of the row needs the currency."""
    currency = CURRENCY if amount is not None or anyway else ""
    return {"cost_per_month": None if amount is None else Decimal(str(amount)), "cost_currency": currency}
