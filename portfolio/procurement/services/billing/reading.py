"""What a worker does with a bill's file: reads it chunk by chunk, each committed by itself, and goes on where a dead one was."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from portfolio.formats.billing.charge import Block, Limits, Position
from portfolio.formats.billing.reading import LIMITS, Bill, opened
from portfolio.formats.errors import EmptyFile, FormatError
from portfolio.procurement.choices import UNDERWAY, BillingState
from portfolio.procurement.models import BillingChunk, BillingImport, BillingReject
from portfolio.procurement.services.billing.landing import Landing

MOST_REJECTS = 1_000
Fence = Callable[[], None]


def read_bill(
    billing_import: BillingImport, *, fence: Fence, now: datetime, budget_s: float = float("inf"), limits: Limits = LIMITS
) -> bool:  # fmt: skip
    """Read on from the last chunk that stands; whether the file's end was reached within `budget_s`.

    `fence` is called first in each chunk's transaction and raises where another worker took over. Raises FormatError.
    """
    rows = BillingImport.objects.filter(pk=billing_import.pk, state__in=UNDERWAY)
    if not rows.update(state=BillingState.READING, began_at=billing_import.began_at or now):
        return True
    until = time.monotonic() + budget_s
    path = Path(default_storage.path(billing_import.stored_as))
    with opened(path, currency=billing_import.currency, limits=limits) as bill:
        number, at = _reached(billing_import)
        landing = Landing(billing_import)
        for block in _ahead(bill.blocks(at)):
            number += 1
            with ExitStack() as undo:  # whatever ends the transaction, what landed with it is forgotten
                undo.callback(landing.rolled_back)
                with transaction.atomic():
                    fence()
                    landing.write(block)
                    _note(billing_import, bill, block, number)
                undo.pop_all()
            landing.committed()
            if time.monotonic() > until:
                return False
        rows.update(notes=bill.notes() + _repaired(bill), progress=1.0)
    return True


def ended(billing_import: BillingImport, *, now: datetime) -> BillingImport:
    """The file is read to its end. Raises EmptyFile where not one charge was found. In the caller's transaction."""
    row = BillingImport.objects.select_for_update().get(pk=billing_import.pk)
    if row.state in UNDERWAY:
        if not row.kept:
            raise EmptyFile("no row of the file is a charge that could be kept", advice="See why rows were refused")
        row.state, row.read_at = BillingState.STAGED, now
        row.save(update_fields=["state", "read_at"])
    return row


def fail(billing_import: BillingImport, error: FormatError, *, now: datetime) -> None:
    """Say why nothing of it counts. In the caller's transaction."""
    rows = BillingImport.objects.filter(pk=billing_import.pk, state__in=(*UNDERWAY, BillingState.STAGED))
    rows.update(state=BillingState.FAILED, error=str(error), ended_at=now, version=F("version") + 1)


def _reached(billing_import: BillingImport) -> tuple[int, Position | None]:
    last = BillingChunk.objects.filter(billing_import=billing_import).order_by("-number").first()
    return (last.number, Position(last.offset, last.lines, last.rows)) if last else (0, None)


def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The next block is made in a thread while PostgreSQL takes this one in; arrow and numpy let go of the interpreter."""
    with ThreadPoolExecutor(1, thread_name_prefix="bill") as other:
        coming = other.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = other.submit(next, blocks, None)
            yield block


def _note(billing_import: BillingImport, bill: Bill, block: Block, number: int) -> None:
    """The chunk's mark and what the import has come to, in the transaction of its rows."""
    after, kept = block.after, len(block.row)
    BillingChunk.objects.create(
        billing_import=billing_import, number=number, offset=after.offset, lines=after.lines, rows=after.rows
    )
    row = BillingImport.objects.select_for_update().get(pk=billing_import.pk)
    refused = block.rows - kept
    row.rows, row.kept, row.refused = row.rows + block.rows, row.kept + kept, row.refused + refused
    row.progress = bill.progress(after, row.size_bytes)
    changed = ["rows", "kept", "refused", "progress"]
    if refused:
        _refuse(row, bill, block)
        changed += ["refusals", "refused_billed", "refused_unread"]
    row.save(update_fields=changed)


def _refuse(row: BillingImport, bill: Bill, block: Block) -> None:
    """Counts by reason, the first rows themselves, and what they billed."""
    counts = Counter({(one["field"], one["fault"]): one["rows"] for one in row.refusals})
    for (name, fault), rows in block.refused.items():
        counts[name, str(fault)] += rows
    headers = {name: bill.headers[place] for name, place in bill.layout.wanted.items()}
    row.refusals = [
        {"field": name, "column": headers.get(name, "")[:200], "fault": fault, "rows": rows}
        for (name, fault), rows in sorted(counts.items())
    ]
    sums = Counter({currency: Decimal(text) for currency, text in row.refused_billed.items()})
    for currency, amount in block.refused_billed.items():
        sums[currency] += amount
    row.refused_billed = {currency: f"{amount:f}" for currency, amount in sums.items()}
    row.refused_unread += block.refused_unread
    room = MOST_REJECTS - BillingReject.objects.filter(billing_import=row).count()
    BillingReject.objects.bulk_create(
        BillingReject(
            billing_import=row, line=one.line, row=one.row, field=one.field, column=one.column[:200], fault=str(one.fault),
            value=one.value[:200].replace("\0", ""),
        )
        for one in block.rejects[: max(0, room)]
    )  # fmt: skip


def _repaired(bill: Bill) -> list[str]:
    if not bill.source.repaired:
        return []
    return ["Some texts were no UTF-8: what could not be read of them stands as \ufffd."]
