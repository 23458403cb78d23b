"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path

from readiness.risk.api.statistics import ReferenceStatistics

urlpatterns = [path("reference-statistics/", ReferenceStatistics.as_view(), name="reference-statistics")]
