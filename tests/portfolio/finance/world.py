"""What the tests of finance share: who may write, a few lines, an upload, and the jobs of an import."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import import_string

from portfolio.finance.choices import ImportKind
from portfolio.finance.models import BudgetLine, FinanceImport
from portfolio.finance.services.imports import runs
from portfolio.finance.services.lines import add_line
from portfolio.initiatives.models import Initiative
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run
from tests.people import SYSTEM, Organisation

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 7, 1)


def line(initiative: Initiative, category: str, planned: Any = None, actual: Any = None, **more: Any) -> BudgetLine:
    """A line of the year 2026 in USD."""
    values: dict[str, Any] = {"period_start": YEAR[0], "period_end": YEAR[1], "currency": "USD"} | more
    return add_line(
        by=SYSTEM, initiative=initiative, category=category, planned=_money(planned), actual=_money(actual), **values
    )  # fmt: skip


def _money(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


def upload(text: str, name: str = "budget.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def received(organisation: Organisation, text: str, kind: ImportKind = ImportKind.BUDGET, unit: str = "Retail") -> FinanceImport:
    """A file that was taken in, not mapped yet."""
    return runs.receive(by=SYSTEM, kind=kind, unit=organisation.units[unit], file=upload(text))


def read(import_run: FinanceImport, **changes: Any) -> FinanceImport:
    """Mapped as suggested (with `changes`), and read by the job."""
    runs.choose_mapping(by=SYSTEM, run=import_run, mapping={**import_run.mapping, **changes})
    work_off("finance.stage_import")
    import_run.refresh_from_db()
    return import_run


def published(import_run: FinanceImport) -> FinanceImport:
    runs.request_publish(by=SYSTEM, run=import_run)
    work_off("finance.publish_import")
    import_run.refresh_from_db()
    return import_run


def work_off(handler: str) -> int:
    """Run the waiting jobs of a handler as a worker does; how many there were."""
    jobs = list(Job.objects.filter(handler=handler, done_at=None, dead_at=None).order_by("id"))
    for job in jobs:
        held = claim(job.pk)
        assert held is not None
        run(held, import_string(HANDLERS[handler].path))
    return len(jobs)
