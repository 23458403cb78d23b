"""The one job of the slice: size again what stands on something that changed."""

from __future__ import annotations

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from portfolio.outbox.services import Claim
from readiness.sizing.services.results import options_of_workloads
from readiness.sizing.services.results import recompute as size_again


def recompute(held: Claim) -> None:
    """After a change of the named workloads; every option after one of the catalogue, and daily, as the engine changes too."""
    with held.finishing(), acting(system("sizing")):
        size_again(options_of_workloads(held.payload.get("workload_ids")), told=True)
