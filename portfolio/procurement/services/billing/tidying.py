"""Forgetting rows of imports that failed or were withdrawn, and files that are read or that nobody names."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import connection

from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.billing.uploads import FOLDER

KEEP_ROWS = timedelta(days=30)
KEEP_FILES = timedelta(days=7)
ORPHAN_AFTER = timedelta(days=1)
_AT_ONCE = 500_000
_FORGET = """
DELETE FROM procurement_billingrow WHERE (billing_import_id, row) IN
    (SELECT billing_import_id, row FROM procurement_billingrow WHERE billing_import_id = ANY(%s) LIMIT %s)
"""


def tidy(*, now: datetime) -> int:
    """How many rows went; what is more waits for the next time. In the caller's transaction."""
    ended = BillingImport.objects.filter(state__in=(BillingState.FAILED, BillingState.WITHDRAWN))
    old = list(ended.filter(ended_at__lt=now - KEEP_ROWS).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [old, _AT_ONCE])
        gone = int(cursor.rowcount)
    _forget_files(now)
    return gone


def _forget_files(now: datetime) -> None:
    """The rows of a published file stand in the tables; the file's digest stays."""
    done = BillingImport.objects.exclude(stored_as="").filter(published_at__lt=now - KEEP_FILES)
    gone = BillingImport.objects.exclude(stored_as="").filter(ended_at__lt=now - KEEP_FILES)
    for row in [*done, *gone]:
        default_storage.delete(row.stored_as)
        BillingImport.objects.filter(pk=row.pk).update(stored_as="")
    _folders, names = default_storage.listdir(FOLDER) if default_storage.exists(FOLDER) else ([], [])
    named = set(BillingImport.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for name in {f"{FOLDER}/{name}" for name in names} - named:
        if _made_before(name, now - ORPHAN_AFTER):
            default_storage.delete(name)


def _made_before(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:
        return False
