"""What of visible evidence may be named: amounts to those with money, names of other units to nobody else."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import EVERYTHING, within
from readiness.evidence.choices import BROUGHT, MONEY_METRICS
from readiness.workloads.models import CapacityPool

_MONEY = sorted(MONEY_METRICS)


def without_hidden_amounts(actor: Actor, prefix: str = "") -> Q:
    """Rows of series (at `prefix`) but for amounts that are not the actor's to see: money is held for the unit of the source or
    of the initiative, or the initiative is the actor's own."""
    paths = actor.paths(Action.MONEY)
    if EVERYTHING in paths:
        return Q()
    may = within(f"{prefix}unit__path", paths) | within(f"{prefix}initiative__unit__path", paths)
    if actor.scopes is None and actor.user_id is not None:
        own = Q(**{f"{prefix}initiative__owner": actor.user_id}) | Q(**{f"{prefix}initiative__sponsor": actor.user_id})
        may |= own
    return ~Q(**{f"{prefix}metric__in": _MONEY}) | may


def names(actor: Actor) -> dict[str, Any]:
    """Annotations of a row with source, initiative, workload and pool: their names, and ids that may be linked to.

    Evidence is seen by two sides; each sees the other's name only if it sees the other. What is hidden is None.
    """
    paths = actor.paths(Action.VIEW)
    source, initiative = within("unit__path", paths), within("initiative__unit__path", paths)
    pools = Exists(CapacityPool.objects.visible_to(actor).filter(pk=OuterRef("pool")))
    shown: dict[str, Any] = {"source_pk": _if(source, F("source_id")), "source_name": _if(source, full_name("source__"))}
    shown |= {name: _if(initiative, F(path)) for name, path in _OF_INITIATIVE.items()}
    pool_seen = Case(When(pools, then=Value(True)), default=Value(False), output_field=BooleanField())
    return shown | {"source_kind": F("source__kind"), "pool_seen": pool_seen, "pool_name": F("pool__name")}


_OF_INITIATIVE = {
    "initiative_pk": "initiative_id",
    "initiative_key": "initiative__key",
    "initiative_name": "initiative__name",
    "workload_pk": "workload_id",
    "workload_name": "workload__name",
}
NAMES = ("source_pk", "source_name", "source_kind", *_OF_INITIATIVE, "pool_id", "pool_name", "pool_seen")


def masked(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `names` without a pool that the reader may not see."""
    return row if row["pool_seen"] else row | {"pool_id": None, "pool_name": None}


def full_name(prefix: str = "") -> Case:
    """A source's name; what people and tools bring has one source a unit, which are told apart by that: `Uploads of Retail`."""
    brought = When(**{f"{prefix}kind__in": sorted(BROUGHT)}, then=Concat(f"{prefix}name", Value(" of "), f"{prefix}unit__name"))
    return Case(brought, default=F(f"{prefix}name"))


def _if(seen: Q, column: Any) -> Any:
    """The column where `seen` holds, else None; an empty condition holds always."""
    return Case(When(seen, then=column), default=None) if seen else column
