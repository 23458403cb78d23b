"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.risk.api.cohorts import Cohorts
from readiness.risk.api.explained import InitiativeRisk
from readiness.risk.api.model import RiskModel
from readiness.risk.api.scenarios import ScenarioViewSet, WhatIf
from readiness.risk.api.spending import SpendingView
from readiness.risk.api.statistics import ReferenceStatistics

router = SimpleRouter()
router.register("scenarios", ScenarioViewSet, "scenario")

urlpatterns = [
    path("initiatives/<int:pk>/what-if/", WhatIf.as_view(), name="initiative-what-if"),
    path("initiatives/<int:pk>/risk/", InitiativeRisk.as_view(), name="initiative-risk"),
    path("reference-statistics/", ReferenceStatistics.as_view(), name="reference-statistics"),
    path("risk/cohorts/", Cohorts.as_view(), name="api-cohorts"),
    path("risk/spending/", SpendingView.as_view(), name="risk-spending"),
    path("risk/model/", RiskModel.as_view(), name="risk-model"),
    *router.urls,
]
