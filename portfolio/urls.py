"""Wiring: every address of the product. Higher floors are named by strings only."""

from django.urls import include, path

urlpatterns = [
    path("", include("readiness.dashboards.urls")),
    path("", include("portfolio.kit.urls")),
    path("account/", include("portfolio.accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("portfolio.activity.urls")),
    path("", include("portfolio.initiatives.urls")),
]
