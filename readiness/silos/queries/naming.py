"""What the page's findings are about by name: pools and purchases that their identity names, in one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.procurement.models import Purchase
from readiness.silos.choices import FindingKind
from readiness.silos.queries.findings import unit_names
from readiness.workloads.models import CapacityPool


def things(rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """`{finding: name of its pool, purchase or parent unit}` of rows that are whole to the reader."""
    pools: dict[int, int] = {}
    purchases: dict[int, int] = {}
    parents: dict[int, str] = {}
    for row in rows:
        if row["whole"] and row["kind"] == FindingKind.IDLE_COMMITMENT:
            pools[row["id"]] = int(row["identity"][1])
        elif row["whole"] and row["kind"] == FindingKind.RENEWAL_DUE:
            purchases[row["id"]] = int(row["identity"][1])
        elif row["whole"] and row["kind"] == FindingKind.DUPLICATE_CAPABILITY:
            parents[row["id"]] = row["identity"][3]
    units = dict(BusinessUnit.objects.filter(path__in=parents.values()).values_list("path", "name"))
    names = dict(CapacityPool.objects.filter(pk__in=pools.values()).values_list("id", "name"))
    titles = dict(Purchase.objects.filter(pk__in=purchases.values()).values_list("id", "title"))
    told = {pk: names.get(pool, "") for pk, pool in pools.items()} | {pk: units.get(path, "") for pk, path in parents.items()}
    return told | {pk: titles.get(one, "") for pk, one in purchases.items()}


def names_of(actor: Actor, rows: list[dict[str, Any]]) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Unit names and things of these rows: four statements at most."""
    return unit_names(actor, [row["id"] for row in rows]), things(rows)
