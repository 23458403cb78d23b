"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.gates.api.decisions import GateDecisionViewSet
from readiness.gates.api.reviews import GateReviewViewSet
from readiness.gates.api.templates import GatekeeperViewSet, GateTemplateViewSet
from readiness.gates.api.verdict import GateBadgeView, GateVerdictView
from readiness.gates.api.waivers import ConditionViewSet, WaiverViewSet

router = SimpleRouter()
router.register("gates/reviews", GateReviewViewSet, "gate-review")
router.register("gates/decisions", GateDecisionViewSet, "gate-decision")
router.register("gates/waivers", WaiverViewSet, "gate-waiver")
router.register("gates/conditions", ConditionViewSet, "gate-condition")
router.register("gates/templates", GateTemplateViewSet, "gate-template")
router.register("gates/gatekeepers", GatekeeperViewSet, "gatekeeper")

urlpatterns = [
    path("initiatives/<slug:key>/gates/<slug:gate>/verdict/", GateVerdictView.as_view(), name="gate-verdict"),
    path("initiatives/<slug:key>/gates/<slug:gate>/badge.svg", GateBadgeView.as_view(), name="gate-badge"),
    *router.urls,
]
