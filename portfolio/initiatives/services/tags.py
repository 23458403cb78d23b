"""Tags on many initiatives at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, Tag
from portfolio.initiatives.services.initiatives import can_edit
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit

MAX_NAME = 60


def bulk_tag(
    *, by: Actor, initiatives: Sequence[Initiative], add: Iterable[str] = (), remove: Iterable[str] = ()
) -> tuple[int, list[str]]:
    """Add and take away tags by name, case ignored; returns (changed, keys that the actor may not edit)."""
    with acting(by):
        locked = Initiative.objects.select_for_update(of=("self",)).select_related("unit").order_by("pk")
        rows = list(locked.filter(pk__in=[row.pk for row in initiatives]))
        allowed = [row for row in rows if can_edit(by, row, {"tags"})]
        links = Initiative.tags.through.objects
        ids = [row.pk for row in allowed]
        links.filter(
            initiative__in=ids, tag__in=[tag.pk for name in remove for tag in Tag.objects.filter(name__iexact=name)]
        ).delete()
        added = [_tag(name) for name in add]
        pairs = [Initiative.tags.through(initiative_id=pk, tag_id=tag.pk) for pk in ids for tag in added]
        links.bulk_create(pairs, ignore_conflicts=True, batch_size=5000)
        changed = Initiative.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=clock.now())
        emit("initiative.changed", {"initiative_ids": ids})
    return changed, [str(row.key) for row in rows if row not in allowed]


def _tag(name: str) -> Tag:
    known = Tag.objects.filter(name__iexact=name[:MAX_NAME]).first()
    return known or Tag.objects.create(name=name[:MAX_NAME])
