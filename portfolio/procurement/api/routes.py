"""Addresses of procurement's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from portfolio.procurement.api.billing import BillingImportViewSet, BillingMonthViewSet, BillingRuleViewSet

router = SimpleRouter()
router.register("billing-imports", BillingImportViewSet, "billing-import")
router.register("billing-rules", BillingRuleViewSet, "billing-rule")
router.register("billing-months", BillingMonthViewSet, "billing-month")

urlpatterns = router.urls
