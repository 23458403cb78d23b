"""Pages of money, below /finance/."""

from django.urls import path, re_path

from portfolio.finance.views import imports, pages, writing

app_name = "finance"
urlpatterns = [
    path("", pages.home, name="home"),
    path("units/<int:pk>/", pages.unit, name="unit"),
    path("initiatives/<int:pk>/", pages.initiative, name="initiative"),
    path("initiatives/<int:pk>/panel/", pages.panel, name="panel"),
    path("export/<str:fmt>/", pages.export, name="export"),
    re_path(r"^(?P<of>units|initiatives)/(?P<pk>[0-9]{1,18})/lines/new/$", writing.line_new, name="line_new"),
    path("lines/<int:pk>/", writing.line_edit, name="line"),
    path("lines/<int:pk>/remove/", writing.line_remove, name="line_remove"),
    re_path(r"^(?P<of>units|initiatives)/(?P<pk>[0-9]{1,18})/commitments/new/$", writing.commitment_new, name="commitment_new"),
    path("commitments/<int:pk>/", writing.commitment_edit, name="commitment"),
    path("commitments/<int:pk>/remove/", writing.commitment_remove, name="commitment_remove"),
    path("rates/", writing.rate_list, name="rates"),
    path("rates/new/", writing.rate_new, name="rate_new"),
    path("rates/<int:pk>/", writing.rate_edit, name="rate"),
    path("rates/<int:pk>/remove/", writing.rate_remove, name="rate_remove"),
    path("settings/", writing.settings_edit, name="settings"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_run, name="import"),
    path("imports/<int:pk>/mapping/", imports.import_mapping, name="import_mapping"),
    path("imports/<int:pk>/publish/", imports.import_publish, name="import_publish"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
]
