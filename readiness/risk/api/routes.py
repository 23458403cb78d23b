"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path

from readiness.risk.api.cohorts import Cohorts
from readiness.risk.api.explained import InitiativeRisk
from readiness.risk.api.model import RiskModel
from readiness.risk.api.statistics import ReferenceStatistics

urlpatterns = [
    path("initiatives/<int:pk>/risk/", InitiativeRisk.as_view(), name="initiative-risk"),
    path("reference-statistics/", ReferenceStatistics.as_view(), name="reference-statistics"),
    path("risk/cohorts/", Cohorts.as_view(), name="api-cohorts"),
    path("risk/model/", RiskModel.as_view(), name="risk-model"),
]
