"""Pages of workloads, capacity, venues and the catalogues."""

from django.urls import path

from readiness.workloads.views import answers, catalogue, detail, exports, values, workloads

app_name = "workloads"
urlpatterns = [
    path("initiatives/<int:pk>/workloads/", workloads.initiative, name="initiative"),
    path("initiatives/<int:pk>/workloads/new/", workloads.new, name="new"),
    path("workloads/<int:pk>/", detail.detail, name="detail"),
    path("workloads/<int:pk>/edit/", workloads.edit, name="edit"),
    path("workloads/<int:pk>/retire/", workloads.retire, name="retire"),
    path("workloads/<int:pk>/values/", answers.values, name="values"),
    path("workloads/<int:pk>/values/<slug:name>/", values.value, name="value"),
    path("workloads/export/<slug:fmt>/", exports.export, name="export"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<slug:name>/", catalogue.entries, name="entries"),
    path("catalogue/<slug:name>/new/", catalogue.entry_new, name="entry_new"),
    path("catalogue/<slug:name>/import/", catalogue.entries_import, name="entries_import"),
    path("catalogue/<slug:name>/export/<slug:fmt>/", catalogue.entries_export, name="entries_export"),
    path("catalogue/<slug:name>/<slug:key>/edit/", catalogue.entry_edit, name="entry_edit"),
]
