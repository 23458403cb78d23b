"""Addresses of the slice's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from portfolio.finance.api.amounts import CommitmentViewSet, LineViewSet, RateViewSet
from portfolio.finance.api.imports import FinanceImportViewSet

router = SimpleRouter()
router.register("budget-lines", LineViewSet, "budget-line")
router.register("commitments", CommitmentViewSet, "commitment")
router.register("rates", RateViewSet, "rate")
router.register("finance-imports", FinanceImportViewSet, "finance-import")

urlpatterns = router.urls
