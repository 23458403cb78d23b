"""Rows of an import, a page at a time."""

from __future__ import annotations

from django.db.models import QuerySet

from portfolio.finance.choices import RowOutcome
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.initiatives.queries.lists import Slice, page_of

_ROW = ("line", "outcome", "raw", "values", "issues", "changes")


def row_page(run: FinanceImport, show: str, number: int) -> Slice:
    """Rows of an outcome, or those that say something: rejected, remarked, changed, in the order of the file."""
    return page_of(rows_of(run, show if show in set(RowOutcome) else "").order_by("line", "id").values(*_ROW), number)


def rows_of(run: FinanceImport, outcome: str = "") -> QuerySet[FinanceImportRow]:
    """Its staged rows, of one outcome or all."""
    rows = FinanceImportRow.objects.filter(run=run)
    return rows.filter(outcome=outcome) if outcome else rows
