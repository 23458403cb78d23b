"""Pages of workloads, capacity, venues and the catalogues."""

from django.urls import URLPattern

app_name = "workloads"
urlpatterns: list[URLPattern] = []
