"""Pages about risk and the figures it is compared with."""

from django.urls import path

from readiness.risk.views import cohorts, explained, model, reviews, spending, statistics, whatif

app_name = "risk"
urlpatterns = [
    path("initiatives/<int:pk>/risk/", explained.initiative, name="initiative"),
    path("initiatives/<int:pk>/risk/panel/", explained.panel, name="panel"),
    path("initiatives/<int:pk>/risk/replay/", explained.again, name="replay"),
    path("initiatives/<int:pk>/risk/compute/", explained.compute_now, name="compute"),
    path("initiatives/<int:pk>/risk/compute/<int:job>/", explained.computing, name="computing"),
    path("initiatives/<int:pk>/what-if/", whatif.page, name="what_if"),
    path("initiatives/<int:pk>/what-if/compare/", whatif.compare, name="what_if_compare"),
    path("initiatives/<int:pk>/what-if/keep/", whatif.keep, name="what_if_keep"),
    path("scenarios/<int:pk>/copy/", whatif.copy, name="scenario_copy"),
    path("scenarios/<int:pk>/delete/", whatif.delete, name="scenario_delete"),
    path("initiatives/<int:pk>/risk/review/", reviews.review_panel, name="review_panel"),
    path("risk/spend/", spending.page, name="spending"),
    path("risk/spend/only/", spending.funding, name="funding"),
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
