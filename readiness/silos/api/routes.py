"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.silos.api.findings import FindingViewSet
from readiness.silos.api.map import SiloMapView

router = SimpleRouter()
router.register("findings", FindingViewSet, "finding")

urlpatterns = [*router.urls, path("silo-map/", SiloMapView.as_view(), name="silo-map")]
