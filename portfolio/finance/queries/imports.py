"""Rows of an import, a page at a time."""

from __future__ import annotations

from portfolio.finance.choices import RowOutcome
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.initiatives.queries.lists import Slice, page_of

_ROW = ("line", "outcome", "raw", "values", "issues", "changes")


def row_page(run: FinanceImport, show: str, number: int) -> Slice:
    """Rows of an outcome, or those that say something: rejected, remarked, changed, in the order of the file."""
    rows = FinanceImportRow.objects.filter(run=run)
    if show in set(RowOutcome):
        rows = rows.filter(outcome=show)
    return page_of(rows.order_by("line", "id").values(*_ROW), number)
