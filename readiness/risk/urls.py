"""Pages about risk and the figures it is compared with."""

from django.urls import path

from readiness.risk.views import cohorts, explained, model, statistics

app_name = "risk"
urlpatterns = [
    path("initiatives/<int:pk>/risk/", explained.initiative, name="initiative"),
    path("initiatives/<int:pk>/risk/panel/", explained.panel, name="panel"),
    path("initiatives/<int:pk>/risk/replay/", explained.again, name="replay"),
    path("initiatives/<int:pk>/risk/compute/", explained.compute_now, name="compute"),
    path("initiatives/<int:pk>/risk/compute/<int:job>/", explained.computing, name="computing"),
    path("risk/cohorts/", cohorts.page, name="cohorts"),
    path("risk/cohorts/export/<slug:fmt>/", cohorts.export, name="cohorts_export"),
    path("risk/model/", model.page, name="model"),
    path("risk/model/jobs/<slug:name>/", model.job, name="model_job"),
    path("risk/model/<slug:name>/", model.work, name="model_work"),
    path("risk/reference-class/", statistics.reference_class, name="reference_class"),
    path("reference-statistics/", statistics.statistics, name="statistics"),
    path("reference-statistics/<slug:key>/line/", statistics.statistic_line, name="statistic_line"),
    path("reference-statistics/<slug:key>/", statistics.edit_statistic, name="statistic"),
]
