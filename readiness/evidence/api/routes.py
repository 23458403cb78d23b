"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.evidence.api.deliveries import AttestationView, DeliveryViewSet, InspectView, PayloadFileView
from readiness.evidence.api.push import PushView

router = SimpleRouter()
router.register("evidence/deliveries", DeliveryViewSet, "evidence-delivery")

urlpatterns = [
    path("evidence/", PushView.as_view(), name="evidence-push"),
    path("evidence/inspect/", InspectView.as_view(), name="evidence-inspect"),
    path("evidence/attestations/", AttestationView.as_view(), name="evidence-attestation"),
    path("evidence/payloads/<int:pk>/file/", PayloadFileView.as_view(), name="evidence-payload-file"),
    *router.urls,
]
