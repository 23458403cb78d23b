"""Pages of assessments and unknowns."""

from django.urls import URLPattern

app_name = "assessments"
urlpatterns: list[URLPattern] = []
