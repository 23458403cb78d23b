"""The standing of every workload: what is needed, what is free for it, and by when the rest must be ordered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from readiness.core.sizing.answer import Constraint, Count
from readiness.sizing.choices import Headroom
from readiness.sizing.queries.options import visible_options
from readiness.sizing.queries.setting import start_of
from readiness.sizing.rules.headroom import STANDING_ORDER, Standing, standing
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool, Workload
from readiness.workloads.queries.profiles import counted, visible_workloads
from readiness.workloads.rules import capacity as ledger

_WORKLOAD = {
    "initiative_key": F("initiative__key"),
    "initiative_name": F("initiative__name"),
    "unit_name": F("initiative__unit__name"),
}
_OPTION = {
    "option_id": F("id"),
    "accelerator_name": F("accelerator__name"),
    "venue_lead_time": F("venue_option__lead_time_days"),
    "grade": F("result__grade"),
    "constraint": F("result__constraint"),
    "computed_at": F("result__computed_at"),
    "notes": F("result__answer__notes"),
    "unbounded": F("result__answer__unbounded"),
    **{
        f"{name}_{part}": F(f"result__{name}_{part}")
        for name in ("replicas", "accelerators")
        for part in ("low", "likely", "high")
    },
}
SORTS = ("workload", "initiative", "need", "order_by", "verdict", "unknowns")
_VERDICT_ORDER = {"not_met": 0, "warning": 1, "unknown": 2, "met": 3}


@dataclass(frozen=True, slots=True)
class StoredNeed:
    """A stored result as `rules.headroom` reads it."""

    accelerators: Count | None
    replicas: Count | None
    constraint: Constraint
    notes: tuple[str, ...]
    unbounded: bool


def chosen_workloads(
    actor: Actor, *, text: str = "", unit: int | None = None, initiative: int | None = None
) -> QuerySet[Workload]:
    """Visible workloads in use of initiatives that run (of one that is asked for: also closed), narrowed as the filters ask."""
    rows = visible_workloads(actor)
    if initiative is None:
        rows = rows.exclude(initiative__status=Status.CLOSED)
    if text:
        rows = (
            rows.filter(name__icontains=text)
            | rows.filter(initiative__name__icontains=text)
            | rows.filter(initiative__key__iexact=text)
        )
    if unit is not None:
        path = BusinessUnit.objects.filter(pk=unit).values("path")[:1]
        rows = rows.filter(initiative__unit__in=BusinessUnit.objects.filter(path__startswith=path))
    return rows if initiative is None else rows.filter(initiative=initiative)


def overview(actor: Actor, rows: QuerySet[Workload], today: date) -> list[dict[str, Any]]:
    """One dict per workload with its standing option, verdict, free part and order-by date; six statements for any number.

    The option is the chosen one, else the one that stands best, as on the page of the sizing. Without a stored answer
    `option_id` or `grade` is None and the verdict unknown.
    """
    found = list(
        rows.order_by("-id")
        .annotate(**_WORKLOAD)
        .values("id", "name", "task", "workload_class", "needed_on", "initiative_id", *_WORKLOAD)
    )
    options = _options(actor, rows)
    pools = {pool.pk: pool for pool in CapacityPool.objects.visible_to(actor).filter(kind=PoolKind.ACCELERATORS)}
    free = _Ledger(pools, today)
    for row in counted(found):
        stood: list[dict[str, Any]] = [
            one | _standing(row | one, free, pools.get(one["pool_id"] or 0), today) for one in options.get(row["id"], [_NOTHING])
        ]
        best = min(stood, key=_rank)
        row.update(best)
    return found


def ordered(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Sorted by one of SORTS, `-` in front for descending, unknown last; otherwise what is worst first."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        return sorted(rows, key=lambda row: (_VERDICT_ORDER[row["verdict"]], row["order_by"] or date.max, -row["id"]))
    keys = {
        "workload": "name", "initiative": "initiative_name", "need": "accelerators_likely", "order_by": "order_by",
        "unknowns": "unknown_count",
    }  # fmt: skip
    if name == "verdict":
        return sorted(rows, key=lambda row: _VERDICT_ORDER[row["verdict"]], reverse=sort.startswith("-"))
    key = keys[name]
    known = [row for row in rows if row[key] is not None]
    known.sort(key=lambda row: row[key].casefold() if isinstance(row[key], str) else row[key], reverse=sort.startswith("-"))
    return known + [row for row in rows if row[key] is None]


def _options(actor: Actor, rows: QuerySet[Workload]) -> dict[int, list[dict[str, Any]]]:
    """By workload: the chosen option alone, else all of them in their order."""
    found: dict[int, list[dict[str, Any]]] = {}
    options = (
        visible_options(actor)
        .filter(workload__in=rows.order_by().values("pk"))
        .order_by("workload_id", "-chosen", "id")
        .annotate(**_OPTION)
        .values("workload_id", "label", "approach", "pool_id", "chosen", *_OPTION)
    )
    for row in options:
        held = found.setdefault(row.pop("workload_id"), [])
        if not (held and held[0]["chosen"]):
            held.append(row)
    return found


def _rank(row: Mapping[str, Any]) -> tuple[bool, bool, int, float]:
    """As `rules.live.best` ranks what it sized."""
    count = row["accelerators_likely"]
    return (
        row["grade"] is None, row["replicas_low"] is None, STANDING_ORDER[Headroom(row["verdict"])],
        float("inf") if count is None else count,
    )  # fmt: skip


_NOTHING: dict[str, Any] = dict.fromkeys((*_OPTION, "label", "approach", "pool_id"), None) | {"chosen": False}


class _Ledger:
    """What is free for a workload from a day on, its own grants left out of what is held; each is worked out once."""

    def __init__(self, pools: Mapping[int, CapacityPool], today: date) -> None:
        self._pools, self._today = pools, today
        self._held = _granted(pools) if pools else {}
        self._owners = {(pool, whose) for pool, held in self._held.items() for whose, _span in held}
        self._known: dict[tuple[int, date, int | None], float | None] = {}

    def free(self, pool_id: int, workload_id: int, needed_on: date | None) -> float | None:
        start, held = start_of(needed_on, self._today), self._held.get(pool_id, [])
        own = workload_id if (pool_id, workload_id) in self._owners else None
        key = pool_id, start, own
        if key not in self._known:
            spans = [span for whose, span in held if whose != own]
            self._known[key] = ledger.tightest(self._pools[pool_id], spans, start).free
        return self._known[key]


def _granted(pools: Iterable[int]) -> dict[int, list[tuple[int, ledger.Span]]]:
    """`{pool: [(workload, span)]}`."""
    made: dict[int, list[tuple[int, ledger.Span]]] = {}
    rows = Allocation.objects.filter(pool__in=list(pools), state=AllocationState.GRANTED).order_by("id")
    for pool, workload, quantity, first, last in rows.values_list("pool_id", "workload_id", "quantity", "starts_on", "ends_on"):
        made.setdefault(pool, []).append((workload, ledger.Span(quantity, first, last)))
    return made


def _standing(row: Mapping[str, Any], free: _Ledger, pool: CapacityPool | None, today: date) -> dict[str, Any]:
    have = free.free(pool.pk, row["id"], row["needed_on"]) if pool is not None else None
    found = standing(_need(row), have)
    lead = pool.lead_time_days if pool is not None else row["venue_lead_time"]
    order = ledger.order_by(row["needed_on"], lead, today) if row["needed_on"] and _short(found) else None
    return {
        "verdict": found.verdict.value,
        "free": have,
        "pool_name": pool.name if pool is not None else None,
        "short_low": found.short_low,
        "short_high": found.short_high,
        "order_by": order.order_by if order else None,
        "late_days": order.late_days if order else 0,
    }


def _short(found: Standing) -> bool:
    return found.need is not None and (found.free is None or found.short_high > 0)


def _need(row: Mapping[str, Any]) -> StoredNeed | None:
    if row["grade"] is None:
        return None
    return StoredNeed(
        _count(row, "accelerators"), _count(row, "replicas"), Constraint(row["constraint"]), tuple(row["notes"] or ()),
        bool(row["unbounded"]),
    )  # fmt: skip


def _count(row: Mapping[str, Any], name: str) -> Count | None:
    low, likely, high = (row[f"{name}_{part}"] for part in ("low", "likely", "high"))
    return None if low is None else Count(low, likely, high)
