"""The tables of money, a file per topic."""

from portfolio.finance.models.budget import BudgetLine, Commitment
from portfolio.finance.models.imports import FinanceImport, FinanceImportRow
from portfolio.finance.models.settings import FinanceSettings, Rate

__all__ = ["BudgetLine", "Commitment", "FinanceImport", "FinanceImportRow", "FinanceSettings", "Rate"]
