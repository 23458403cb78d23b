"""Addresses of the slice's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from readiness.workloads.api.catalogue import AcceleratorViewSet, ModelViewSet

router = SimpleRouter()
router.register("accelerators", AcceleratorViewSet, "accelerator")
router.register("models", ModelViewSet, "model")

urlpatterns = [*router.urls]
