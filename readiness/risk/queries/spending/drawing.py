"""Outcomes of given initiatives under the figures of a generation: the draws of its model, and amounts beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from readiness.core.risk.shared import probabilities
from readiness.risk.models import Generation
from readiness.risk.queries.scores import stored, weighed_of
from readiness.risk.rules.spending import Array, Item, Kept, base_of, drawn, draws_for, kept_from, kept_of, nothing

IntArray = NDArray[np.int64]
KEPT_FOR_S = 24 * 3600
SEED = 20


@dataclass(frozen=True, slots=True)
class Together:
    """The whole, and every group by its name."""

    whole: Kept
    groups: Mapping[str, Kept]


def together(generation: Generation, items: Sequence[Item], groups: Mapping[str, Sequence[int]]) -> Together:
    """Abandoned spend of `items` and of groups of them (ids; they may overlap), from the same outcomes. One statement.

    Raises rules.packing.OtherEngine.
    """
    counted = [item for item in items if item.counts]
    by_id = {item.id: item for item in items}
    members = {name: [by_id[pk] for pk in ids if pk in by_id] for name, ids in groups.items()}
    kept, places = _probabilities(generation, counted)
    counted = [item for item, place in zip(counted, places, strict=True) if place >= 0]
    if not counted:
        return Together(nothing(items), {name: nothing(rows) for name, rows in members.items()})
    parts, signs = _parts(counted, {name: set(ids) for name, ids in groups.items()})
    spent, bound = (np.array([getattr(item, name) or 0.0 for item in counted]) for name in ("spent", "bound"))
    found = drawn(kept, np.maximum(spent, 0.0), bound, parts)
    whole = kept_of(items, found.shared.sum(axis=1), found.apart.sum(axis=1))
    made = {
        name: kept_of(rows, found.shared @ signs[name], found.apart @ signs[name]) if signs[name].any() else nothing(rows)
        for name, rows in members.items()
    }
    return Together(whole, made)


def _probabilities(generation: Generation, counted: Sequence[Item]) -> tuple[Array, list[int]]:
    """(draws, those found), and of each item whether it is in the generation."""
    scores = stored(generation)
    at = {int(pk): place for place, pk in enumerate(scores.initiative_id)}
    places = [at.get(item.id, -1) for item in counted]
    chosen = np.array([place for place in places if place >= 0], dtype=np.int64)
    if not len(chosen):
        return np.empty((0, 0)), places
    months = generation.version.horizon_months
    found = probabilities(weighed_of(generation.version), scores.rows.take(chosen), months, draws_for(len(chosen)), SEED)
    return np.asarray(found), places


def _parts(counted: Sequence[Item], groups: Mapping[str, set[int]]) -> tuple[IntArray, dict[str, Array]]:
    """Codes of the smallest parts that every group is a sum of, and of each group which parts it has (0 or 1)."""
    names = list(groups)
    kinds = [tuple(name for name in names if item.id in groups[name]) for item in counted]
    codes = {kind: code for code, kind in enumerate(dict.fromkeys(kinds))}
    parts = np.array([codes[kind] for kind in kinds], dtype=np.int64)
    return parts, {name: np.array([float(name in kind) for kind in codes]) for name in names}


def drawn_once(generation: Generation, items: Sequence[Item], groups: Mapping[str, Sequence[int]]) -> Together:
    """As `together`, kept for the same figures and amounts of the same initiatives: its name holds all that goes in, so nobody
    gets what was computed from rows that he does not see."""
    name = f"spending-{generation.pk}-{_digest(items, groups)}"
    held = cache.get(name)
    if held is None:
        found = together(generation, items, groups)
        held = {"whole": found.whole.row(), "groups": {key: one.row() for key, one in found.groups.items()}}
        cache.set(name, held, KEPT_FOR_S)
    by_id = {item.id: item for item in items}
    whole = _based(kept_from(held["whole"]), items)
    rows = {key: [by_id[pk] for pk in ids if pk in by_id] for key, ids in groups.items()}
    return Together(whole, {key: _based(kept_from(one), rows[key]) for key, one in held["groups"].items()})


def _based(kept: Kept, items: Sequence[Item]) -> Kept:
    """With the base of these items: what is hidden or unknown is in no digest."""
    return replace(kept, base=base_of(items))


def _digest(items: Sequence[Item], groups: Mapping[str, Sequence[int]]) -> str:
    counted = [(item.id, item.spent, item.bound, item.value) for item in items if item.counts]
    return hashlib.sha256(repr((counted, sorted((name, sorted(ids)) for name, ids in groups.items()))).encode()).hexdigest()
