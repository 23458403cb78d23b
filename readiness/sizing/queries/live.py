"""The live sizing of one workload for a reader: read the setting, size it."""

from __future__ import annotations

from collections.abc import Mapping

from readiness.sizing.queries.setting import Setting
from readiness.sizing.rules.asked import Offered
from readiness.sizing.rules.live import Live, Stored, live


def stored_of(seen: Setting) -> Stored:
    """The setting as the rules take it."""
    offered = Offered(seen.accelerators, seen.models, seen.pools)
    return Stored(seen.task, seen.workload_class, seen.values, seen.drafts, offered, seen.money)


def live_of(seen: Setting, given: Mapping[str, str]) -> Live:
    """Everything sized as the address asks; never raises for what it says."""
    return live(stored_of(seen), given)
