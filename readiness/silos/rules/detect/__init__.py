"""One file per kind of finding. `detect` runs them all; each is `found(world, settings of its kind) -> list[Found]`."""

from __future__ import annotations

from readiness.silos.rules.detect import (
    duplicate_capability,
    idle_commitment,
    outside_plan,
    price_tier,
    renewal_due,
    shadow_spend,
    term_overlap,
)
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.world import Found, World


def detect(world: World, settings: Settings) -> list[Found]:
    """Everything that the rules find, by kind in the order of FindingKind; no two with the same kind and identity."""
    return [
        *outside_plan.found(world, settings.outside_plan),
        *duplicate_capability.found(world, settings.duplicate_capability),
        *idle_commitment.found(world, settings.idle_commitment),
        *price_tier.found(world, settings.price_tier),
        *shadow_spend.found(world, settings.shadow_spend),
        *term_overlap.found(world, settings.term_overlap),
        *renewal_due.found(world, settings.renewal_due),
    ]
