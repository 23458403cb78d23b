"""Wiring: every address of the product. Higher floors are named by strings only."""

from django.urls import include, path

api = [
    path("", include("portfolio.kit.api.urls")),
    path("", include("portfolio.accounts.api")),
    path("", include("portfolio.activity.api")),
    path("", include("portfolio.initiatives.api.routes")),
    path("", include("portfolio.finance.api.routes")),
    path("", include("portfolio.procurement.api.routes")),
    path("", include("readiness.workloads.api.routes")),
    path("", include("readiness.evidence.api.routes")),
    path("", include("readiness.assessments.api.routes")),
    path("", include("readiness.sizing.api.routes")),
    path("", include("readiness.silos.api.routes")),
    path("", include("readiness.gates.api.routes")),
    path("", include("readiness.meetings.api.routes")),
    path("", include("readiness.risk.api.routes")),
    path("", include("readiness.dashboards.api")),
]

urlpatterns = [
    path("", include("portfolio.kit.urls")),
    path("", include("readiness.dashboards.urls")),
    path("account/", include("portfolio.accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("portfolio.activity.urls")),
    path("", include("portfolio.initiatives.urls")),
    path("finance/", include("portfolio.finance.urls")),
    path("procurement/", include("portfolio.procurement.urls")),
    path("", include("readiness.workloads.urls")),
    path("", include("readiness.evidence.urls")),
    path("", include("readiness.assessments.urls")),
    path("", include("readiness.sizing.urls")),
    path("silos/", include("readiness.silos.urls")),
    path("", include("readiness.gates.urls")),
    path("", include("readiness.meetings.urls")),
    path("", include("readiness.outlets.urls")),
    path("api/v1/", include(api)),
]
