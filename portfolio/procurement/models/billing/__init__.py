"""Bills: the files, what was charged, what rules make of it."""

from portfolio.procurement.models.billing.charges import BillingItem, BillingMonth, BillingPeriod, BillingRow
from portfolio.procurement.models.billing.files import BillingChunk, BillingImport, BillingReject
from portfolio.procurement.models.billing.mapping import BillingAssignment, BillingRule

__all__ = [
    "BillingAssignment",
    "BillingChunk",
    "BillingImport",
    "BillingItem",
    "BillingMonth",
    "BillingPeriod",
    "BillingReject",
    "BillingRow",
    "BillingRule",
]
