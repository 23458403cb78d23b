"""Jobs of the register: each claims its row, does its work, and marks it done in the transaction of its effect."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ValidationError

from portfolio.accounts.rules import system
from portfolio.formats.errors import FormatError
from portfolio.initiatives.choices import RunState
from portfolio.initiatives.models import ImportRun
from portfolio.initiatives.services.imports.housekeeping import clean_up
from portfolio.initiatives.services.imports.indexing import index_initiatives, index_register
from portfolio.initiatives.services.imports.link_search import SearchOvertaken, finish_search, search_links
from portfolio.initiatives.services.imports.publishing import importer, publish_rows
from portfolio.initiatives.services.imports.runs import fail_run, finish_staging
from portfolio.initiatives.services.imports.staging import RunCancelled, stage_rows
from portfolio.kit import clock
from portfolio.outbox.services import Claim, LeaseLost, renew


def stage_import(held: Claim) -> None:
    """Read the run's file into the staging table; a file that cannot be used ends the run with its reason."""
    run = ImportRun.objects.get(pk=held.payload["import_id"])
    if run.state != RunState.STAGING:
        return
    by = importer(run)

    def fence() -> None:
        if not renew(held):
            raise LeaseLost(f"job {held.job_id} attempt {held.attempt}")

    try:
        staged = stage_rows(run=run, path=Path(run.file.path), fence=fence)
    except RunCancelled:
        return
    except FormatError as error:
        with held.finishing():
            fail_run(by=by, run=run, error=error)
        return
    with held.finishing():
        finish_staging(by=by, run=run, staged=staged)


def publish_import(held: Claim) -> None:
    """Publish the run in the one transaction that also marks the job as done."""
    run = ImportRun.objects.get(pk=held.payload["import_id"])
    by = importer(run)
    try:
        with held.finishing():
            publish_rows(by=by, run=run)
    except ValidationError as error:
        with held.finishing():
            fail_run(by=by, run=run, error=error)


def propose_links(held: Claim) -> None:
    """Look for rows that look like initiatives of the register; a run that was decided meanwhile needs none."""
    run = ImportRun.objects.get(pk=held.payload["import_id"])
    generation = held.payload["generation"]
    if run.state == RunState.PREVIEW:
        try:
            search_links(run=run, generation=generation, fence=held.fence)
        except SearchOvertaken:
            return
    with held.finishing():
        finish_search(run=run, generation=generation)


def index_search(held: Claim) -> None:
    """Refresh the search words of the initiatives that an event names, or of a whole register."""
    with held.finishing():
        if register_id := held.payload.get("register_id"):
            index_register(register_id)
        ids = held.payload.get("initiative_ids") or [held.payload.get("initiative_id")]
        index_initiatives([number for number in ids if number])


def housekeeping(held: Claim) -> None:
    """Forget what no import needs any more."""
    with held.finishing():
        clean_up(by=system("housekeeping"), now=clock.now())
