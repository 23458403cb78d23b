"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.sizing.api.options import MeasurementViewSet, OptionViewSet
from readiness.sizing.api.sizing import CalculateView, LiveView, OverviewView

router = SimpleRouter()
router.register("sizing-options", OptionViewSet, "sizing-option")
router.register("measurements", MeasurementViewSet, "measurement")

urlpatterns = [
    path("workloads/<int:workload>/sizing/", LiveView.as_view(), name="workload-sizing"),
    path("sizing/", OverviewView.as_view(), name="sizing"),
    path("sizing/calculate/", CalculateView.as_view(), name="sizing-calculate"),
    *router.urls,
]
