"""Pages of sizing."""

from django.urls import URLPattern, path

from readiness.sizing.views import live, measurements, models, options, overview

app_name = "sizing"
urlpatterns: list[URLPattern] = [
    path("sizing/", overview.overview_page, name="list"),
    path("sizing/order-by/", overview.orders, name="orders"),
    path("sizing/export/<slug:fmt>/", overview.export, name="export"),
    path("workloads/<int:pk>/sizing/", live.workload, name="workload"),
    path("workloads/<int:pk>/sizing/panel/", live.panel, name="panel"),
    path("workloads/<int:pk>/sizing/sentence/", live.sentence, name="sentence"),
    path("workloads/<int:pk>/sizing/save/", live.save, name="save"),
    path("workloads/<int:pk>/models/", models.models, name="models"),
    path("workloads/<int:pk>/models/use/", models.model_use, name="model_use"),
    path("workloads/<int:pk>/options/new/", options.option_new, name="option_new"),
    path("sizing/options/<int:pk>/", options.option_edit, name="option_edit"),
    path("sizing/options/<int:pk>/choose/", options.option_choose, name="option_choose"),
    path("sizing/options/<int:pk>/retire/", options.option_retire, name="option_retire"),
    path("sizing/options/<int:pk>/results/", options.option_results, name="option_results"),
    path("workloads/<int:pk>/sizing/from-evidence/", measurements.measurement_from_evidence, name="from_evidence"),
    path("measurements/", measurements.measurement_list, name="measurements"),
    path("measurements/new/", measurements.measurement_new, name="measurement_new"),
    path("measurements/<int:pk>/", measurements.measurement, name="measurement"),
    path("measurements/<int:pk>/replace/", measurements.measurement_new, name="measurement_replace"),
]
