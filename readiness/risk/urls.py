"""Pages about risk and the figures it is compared with."""

from django.urls import path

from readiness.risk import views

app_name = "risk"
urlpatterns = [
    path("reference-statistics/", views.statistics, name="statistics"),
    path("reference-statistics/<slug:key>/line/", views.statistic_line, name="statistic_line"),
    path("reference-statistics/<slug:key>/", views.edit_statistic, name="statistic"),
]
