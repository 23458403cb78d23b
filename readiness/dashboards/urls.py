"""The pages that one starts from."""

from django.urls import include, path

from readiness.dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("today/", views.today, name="today"),
    path("awaiting/", views.awaiting, name="awaiting"),
    path("portfolio/", views.portfolio, name="portfolio"),
    path("", include("readiness.risk.urls")),
]
