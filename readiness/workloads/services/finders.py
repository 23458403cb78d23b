"""Telling people that they are to find something out; whoever is above subscribes to the event and writes the notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from portfolio.accounts.rules import Actor
from portfolio.outbox.services import emit


def tell_finders(
    *, by: Actor, initiative_id: int, before: Mapping[str, int | None], after: Mapping[str, int | None]
) -> None:  # fmt: skip
    """Emit `unknown.assigned` for each person who is named in `after` and was not `before`; both say who finds out what, by the
    ref of the unknown. Inside the caller's transaction.
    """
    named: dict[int, list[str]] = defaultdict(list)
    for ref, person in after.items():
        if person is not None and before.get(ref) != person:
            named[person].append(ref)
    for person, refs in sorted(named.items()):
        emit("unknown.assigned", {"initiative_id": initiative_id, "owner_id": person, "refs": refs, "by": by.user_id})
