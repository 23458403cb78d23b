"""Pages of evidence."""

from django.urls import URLPattern, path

from readiness.evidence.views import catalogue, exports, home, observations, runs, series, templates

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("evidence/templates/", templates.templates, name="templates"),
    path("evidence/templates/new/", templates.template_new, name="template_new"),
    path("evidence/templates/shipped/<slug:key>/", templates.template_shipped, name="template_shipped"),
    path("evidence/templates/<int:pk>/", templates.template, name="template"),
    path("evidence/templates/<int:pk>/delete/", templates.template_delete, name="template_delete"),
]
# What people read.
urlpatterns += [
    path("evidence/", home.home, name="home"),
    path("evidence/observations/", observations.observations, name="observations"),
    path("evidence/observations/export/<slug:fmt>/", exports.observations, name="observations_export"),
    path("evidence/series/<int:pk>/", series.series, name="series"),
    path("evidence/series/<int:pk>/export/<slug:fmt>/", series.series_export, name="series_export"),
    path("evidence/runs/<int:pk>/", runs.run, name="run"),
    path("evidence/payloads/<int:pk>/", runs.payload, name="payload"),
    path("evidence/metrics/", catalogue.catalogue, name="catalogue"),
]
