"""The pages that one starts from."""

from django.urls import path

from readiness.dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("portfolio/", views.portfolio, name="portfolio"),
]
