"""Jobs of bills."""

from __future__ import annotations

from portfolio.accounts.rules import Actor, system
from portfolio.formats.errors import FormatError
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.models import Job
from portfolio.outbox.services import Claim, emit, enqueue
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.billing.assigning import assign
from portfolio.procurement.services.billing.publishing import publish
from portfolio.procurement.services.billing.reading import ended, fail, read_bill
from portfolio.procurement.services.billing.tidying import tidy

BUDGET_S = 300.0  # then others have their turn, and the next job goes on


def _importer(row: BillingImport) -> Actor:
    return system(row.started_label or "bills")


def read(held: Claim) -> None:
    """Read a bill's file into the tables, where nothing of it counts yet."""
    row = BillingImport.objects.get(pk=held.payload["billing_import_id"])
    try:
        whole = read_bill(row, fence=held.fence, now=clock.now(), budget_s=BUDGET_S)
        with held.finishing():
            if not whole:
                enqueue("procurement.read_bill", dict(held.payload))
                return
            staged = ended(row, now=clock.now())
            if staged.state == BillingState.STAGED and (staged.publish_refused or not staged.refused):
                enqueue("procurement.publish_bill", dict(held.payload))
    except FormatError as error:
        with held.finishing(), acting(_importer(row)):
            fail(row, error, now=clock.now())


def publish_staged(held: Claim) -> None:
    """Let a staged bill count."""
    row = BillingImport.objects.get(pk=held.payload["billing_import_id"])
    with held.finishing():
        if row.state == BillingState.STAGED:
            publish(by=_importer(row), billing_import=row, now=clock.now())


def assign_all(held: Claim) -> None:
    """Rules or purchases changed: ask the rules again for everything. Where a later such job waits already, that one does it."""
    with held.finishing():
        waiting = Job.objects.filter(handler=held.handler, pk__gt=held.job_id, done_at=None, dead_at=None, attempt=0)
        if not waiting.exists() and (changed := assign()):
            emit("billing.assigned", {"items": changed})


def tidy_bills(held: Claim) -> None:
    """Rows and files that nothing needs any more."""
    with held.finishing():
        tidy(now=clock.now())
