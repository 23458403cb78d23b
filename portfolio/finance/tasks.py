"""Jobs of finance: each claims its row, does its work, and marks it done in the transaction of its effect."""

from __future__ import annotations

from portfolio.accounts.rules import system
from portfolio.finance.choices import ImportState
from portfolio.finance.models import FinanceImport
from portfolio.finance.services.imports import runs
from portfolio.finance.services.imports.housekeeping import clean_up
from portfolio.formats.errors import FormatError
from portfolio.kit import clock
from portfolio.outbox.services import Claim, LeaseLost, renew


def stage_import(held: Claim) -> None:
    """Read the file into staged rows; one that cannot be used says why and waits for another mapping."""
    run = FinanceImport.objects.select_related("unit").get(pk=held.payload["import_id"])
    if run.state != ImportState.READING:
        return
    by = runs.importer(run)

    def fence() -> None:
        if not renew(held):
            raise LeaseLost(f"job {held.job_id} attempt {held.attempt}")

    try:
        runs.stage(run=run, fence=fence)
    except FormatError as error:
        with held.finishing():
            runs.fail(by=by, run=run, error=error)
        return
    with held.finishing():
        runs.finish_staging(by=by, run=run)


def publish_import(held: Claim) -> None:
    """Publish it in the one transaction that also marks the job as done."""
    run = FinanceImport.objects.get(pk=held.payload["import_id"])
    with held.finishing():
        runs.publish(by=runs.importer(run), run=run)


def housekeeping(held: Claim) -> None:
    """Forget what no import of amounts needs any more."""
    with held.finishing():
        clean_up(by=system("housekeeping"), now=clock.now())
