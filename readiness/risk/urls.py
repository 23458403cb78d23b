"""Pages about risk and the figures it is compared with."""

from django.urls import path

from readiness.risk.views import statistics

app_name = "risk"
urlpatterns = [
    path("reference-statistics/", statistics.statistics, name="statistics"),
    path("reference-statistics/<slug:key>/line/", statistics.statistic_line, name="statistic_line"),
    path("reference-statistics/<slug:key>/", statistics.edit_statistic, name="statistic"),
]
