"""Files that were brought in (portfolio.kit.keeping): how they go when nothing stands on them any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.core.files.storage import default_storage

from readiness.evidence.models import Delivery, Payload

FOLDER = "evidence"
ORPHAN_AFTER = timedelta(days=1)
_AT_ONCE = 500


def forget(stored_as: str) -> None:
    """Take a file away; a name that is empty or gone is nothing to take."""
    if stored_as:
        default_storage.delete(stored_as)


def forget_orphans(now: datetime) -> int:
    """Take away files that no row names, of somebody who died between the file and its row; the answer is how many."""
    _folders, names = default_storage.listdir(FOLDER) if default_storage.exists(FOLDER) else ([], [])
    gone, waiting = 0, iter(names)
    while some := [f"{FOLDER}/{name}" for name in islice(waiting, _AT_ONCE)]:
        named = set(Delivery.objects.filter(stored_as__in=some).values_list("stored_as", flat=True))
        named |= set(Payload.objects.filter(stored_as__in=some).values_list("stored_as", flat=True))
        for name in set(some) - named:
            if _made_before(name, now - ORPHAN_AFTER):
                default_storage.delete(name)
                gone += 1
    return gone


def _made_before(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:
        return False
