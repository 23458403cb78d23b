"""Pages of workloads, capacity, venues and the catalogues."""

from django.urls import path

from readiness.workloads.views import catalogue

app_name = "workloads"
urlpatterns = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<slug:name>/", catalogue.entries, name="entries"),
    path("catalogue/<slug:name>/new/", catalogue.entry_new, name="entry_new"),
    path("catalogue/<slug:name>/import/", catalogue.entries_import, name="entries_import"),
    path("catalogue/<slug:name>/export/<slug:fmt>/", catalogue.entries_export, name="entries_export"),
    path("catalogue/<slug:name>/<slug:key>/edit/", catalogue.entry_edit, name="entry_edit"),
]
