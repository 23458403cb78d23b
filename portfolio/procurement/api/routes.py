"""Addresses of procurement's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from portfolio.procurement.api import register
from portfolio.procurement.api.billing import BillingImportViewSet, BillingMonthViewSet, BillingRuleViewSet
from portfolio.procurement.api.imports import ProcurementImportViewSet

router = SimpleRouter()
router.register("purchases", register.PurchaseViewSet, "purchase")
router.register("purchase-requests", register.PurchaseRequestViewSet, "purchase-request")
router.register("plan-items", register.PlanItemViewSet, "plan-item")
router.register("vendors", register.VendorViewSet, "vendor")
router.register("price-tiers", register.PriceTierViewSet, "price-tier")
router.register("products", register.ProductViewSet, "product")
router.register("capabilities", register.CapabilityViewSet, "capability")
router.register("procurement-imports", ProcurementImportViewSet, "procurement-import")
router.register("billing-imports", BillingImportViewSet, "billing-import")
router.register("billing-rules", BillingRuleViewSet, "billing-rule")
router.register("billing-months", BillingMonthViewSet, "billing-month")

urlpatterns = router.urls
