"""Vendors, the IT plan, purchases, requests, and how they come in."""

from portfolio.procurement.models.billing import (
    BillingAssignment,
    BillingChunk,
    BillingImport,
    BillingItem,
    BillingMonth,
    BillingPeriod,
    BillingReject,
    BillingRow,
    BillingRule,
)
from portfolio.procurement.models.catalogue import Capability, PriceTier, Product, Vendor, VendorAlias
from portfolio.procurement.models.imports import RegisterImport, RegisterImportRow
from portfolio.procurement.models.plan import PlanItem
from portfolio.procurement.models.purchase import Purchase, PurchaseShare
from portfolio.procurement.models.request import PurchaseRequest, PurchaseRequestStep

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
    "Capability",
    "PlanItem",
    "PriceTier",
    "Product",
    "Purchase",
    "PurchaseRequest",
    "PurchaseRequestStep",
    "PurchaseShare",
    "RegisterImport",
    "RegisterImportRow",
    "Vendor",
    "VendorAlias",
]
