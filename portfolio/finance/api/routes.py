"""Addresses of the slice's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from portfolio.finance.api.amounts import CommitmentViewSet, LineViewSet, RateViewSet

router = SimpleRouter()
router.register("budget-lines", LineViewSet, "budget-line")
router.register("commitments", CommitmentViewSet, "commitment")
router.register("rates", RateViewSet, "rate")

urlpatterns = router.urls
