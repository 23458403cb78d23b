"""What a workload can count on: what pools have granted to it, and what more is free there for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from readiness.evidence.rules.verdicts.reasons import Reason
from readiness.workloads.choices import PoolKind

_DUST = 1e-9
GB_PER_TB = 1000.0


@dataclass(frozen=True, slots=True)
class Holding:
    """A pool within the workload's reach: `granted` to it, and `free` beside (None: nobody knows its size), in the pool's unit.

    `accelerator` is a key of the catalogue, None where the pool does not say which. `shared`: others hold parts of it too.
    """

    pool: int
    kind: PoolKind
    granted: float = 0.0
    free: float | None = 0.0
    accelerator: str | None = None
    venue: str = ""
    name: str = ""
    shared: bool = False
    asked: float = 0.0
    updated_at: datetime | None = None

    @property
    def reachable(self) -> float | None:
        return None if self.free is None else self.granted + max(0.0, self.free)

    def plain(self) -> dict[str, Any]:
        return {"pool_id": self.pool, "name": self.name, "granted": self.granted, "free": self.free, "asked": self.asked}


@dataclass(frozen=True, slots=True)
class Groups:
    """How many groups of `size` accelerators there are: granted, and with what is free (None: not known)."""

    accelerator: str
    size: int
    granted: int
    reachable: int | None
    pools: tuple[Holding, ...]
    elsewhere: bool = False  # accelerators of other kinds are granted: what those carry, this does not tell

    def plain(self, needed: int | None = None) -> dict[str, Any]:
        """As RequirementVerdict.capacity keeps it."""
        return {
            "accelerator": self.accelerator, "group": self.size, "groups": self.granted, "groups_with_free": self.reachable,
            "groups_needed": needed, "pools": [one.plain() for one in self.pools],
        }  # fmt: skip


def groups_of(holdings: Iterable[Holding], accelerator: str | None, size: int | None, venue: str = "") -> Groups | Reason:
    """Groups of a benchmark's size of an accelerator (a key of the catalogue) at a venue ("": any); each lies in one pool.

    A Reason where they cannot be counted.
    """
    if not size:
        return Reason.ACCELERATORS_UNKNOWN
    if accelerator is None:
        return Reason.ACCELERATOR_UNKNOWN
    of_kind = [one for one in holdings if one.kind is PoolKind.ACCELERATORS]
    pools = tuple(one for one in of_kind if one.accelerator == accelerator and venue in ("", one.venue))
    elsewhere = any(one.granted > 0 for one in of_kind if one not in pools)
    if not pools:
        return Reason.CAPACITY_UNKNOWN
    granted = sum(_whole(one.granted, size) for one in pools)
    reach = [one.reachable for one in pools]
    reachable = None if None in reach else sum(_whole(one, size) for one in reach if one is not None)
    return Groups(accelerator, size, granted, reachable, pools, elsewhere)


def amounts(holdings: Iterable[Holding], kind: PoolKind, venue: str = "") -> tuple[float, float | None, Sequence[Holding]]:
    """(granted, granted and free together or None where that is not known, the pools) of storage in GB or network in Gbit/s."""
    factor = GB_PER_TB if kind is PoolKind.STORAGE else 1.0
    pools = [one for one in holdings if one.kind is kind and venue in ("", one.venue)]
    reach = [one.reachable for one in pools]
    reachable = None if None in reach else sum(one for one in reach if one is not None) * factor
    return sum(one.granted for one in pools) * factor, reachable, pools


def _whole(amount: float, size: int) -> int:
    return max(0, floor(amount / size + _DUST))
