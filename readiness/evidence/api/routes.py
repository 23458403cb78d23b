"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.evidence.api.deliveries import AttestationView, DeliveryViewSet, InspectView, PayloadFileView
from readiness.evidence.api.feeds import FeedViewSet
from readiness.evidence.api.push import PushView
from readiness.evidence.api.runs import EvidenceRunViewSet
from readiness.evidence.api.sources import SourceKindView, SourceViewSet, TrialView
from readiness.evidence.api.templates import QueryTemplateViewSet
from readiness.evidence.api.values import LatestViewSet, MetricViewSet, ObservationViewSet, SeriesViewSet
from readiness.evidence.api.verdicts import MissingView, VerdictViewSet

router = SimpleRouter()
router.register("evidence/metrics", MetricViewSet, "evidence-metric")
router.register("evidence/sources", SourceViewSet, "evidence-source")
router.register(r"evidence/sources/(?P<source>\d+)/feeds", FeedViewSet, "evidence-feed")
router.register("evidence/query-templates", QueryTemplateViewSet, "query-template")
router.register("evidence/deliveries", DeliveryViewSet, "evidence-delivery")
router.register("evidence/runs", EvidenceRunViewSet, "evidence-run")
router.register("evidence/series", SeriesViewSet, "evidence-series")
router.register("evidence/latest", LatestViewSet, "evidence-latest")
router.register("evidence/observations", ObservationViewSet, "evidence-observation")
router.register("evidence/verdicts", VerdictViewSet, "evidence-verdict")
router.register("evidence/missing", MissingView, "evidence-missing")

urlpatterns = [
    path("evidence/", PushView.as_view(), name="evidence-push"),
    path("evidence/inspect/", InspectView.as_view(), name="evidence-inspect"),
    path("evidence/attestations/", AttestationView.as_view(), name="evidence-attestation"),
    path("evidence/payloads/<int:pk>/file/", PayloadFileView.as_view(), name="evidence-payload-file"),
    path("evidence/source-kinds/", SourceKindView.as_view(), name="evidence-source-kinds"),
    path("evidence/trials/<int:pk>/", TrialView.as_view(), name="evidence-trial"),
    path(
        "evidence/observations/export/csv/",
        ObservationViewSet.as_view({"get": "export"}),
        name="evidence-observation-export",
    ),
    *router.urls,
]
