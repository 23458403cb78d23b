"""Pages of evidence."""

from django.urls import URLPattern, path

from readiness.evidence.views import templates

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("evidence/templates/", templates.templates, name="templates"),
    path("evidence/templates/new/", templates.template_new, name="template_new"),
    path("evidence/templates/shipped/<slug:key>/", templates.template_shipped, name="template_shipped"),
    path("evidence/templates/<int:pk>/", templates.template, name="template"),
    path("evidence/templates/<int:pk>/delete/", templates.template_delete, name="template_delete"),
]
