"""Jobs of imports: each claims its row, does its work, and marks it done in the transaction of its effect."""

from __future__ import annotations

from portfolio.accounts.rules import system
from portfolio.formats.errors import FormatError
from portfolio.kit import clock
from portfolio.outbox.services import Claim
from portfolio.procurement.models import RegisterImport
from portfolio.procurement.services.imports.housekeeping import clean_up
from portfolio.procurement.services.imports.publishing import importer, publish_import
from portfolio.procurement.services.imports.reading import read_import
from portfolio.procurement.services.imports.runs import fail


def read(held: Claim) -> None:
    """Read the file; one that cannot be used ends the import with its reason."""
    run = RegisterImport.objects.select_related("started_by", "unit").get(pk=held.payload["import_id"])
    by = importer(run)
    try:
        with held.finishing():
            read_import(by=by, run=run)
    except FormatError as error:
        with held.finishing():
            fail(by=by, run=run, error=str(error))


def publish(held: Claim) -> None:
    """Publish it in the one transaction that also marks the job as done."""
    run = RegisterImport.objects.select_related("started_by", "unit").get(pk=held.payload["import_id"])
    with held.finishing():
        publish_import(by=importer(run), run=run)


def housekeeping(held: Claim) -> None:
    """Forget what no import of a list needs any more."""
    with held.finishing():
        clean_up(by=system("housekeeping"), now=clock.now())
