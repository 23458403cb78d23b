"""Pages of what leaves the cockpit."""

from django.urls import URLPattern, path

from readiness.outlets.views import embedded, exports, letters, panels, sheets

app_name = "outlets"
urlpatterns: list[URLPattern] = [
    path("portfolio/one-page/", sheets.pages, name="sheets"),
    path("portfolio/one-page/make/", sheets.make, name="sheet_make"),
    path("portfolio/one-page/<int:pk>/file/", sheets.file, name="sheet_file"),
    path("portfolio/one-page/<int:pk>/again/", sheets.again, name="sheet_again"),
    path("portfolio/panels/", panels.panels, name="panels"),
    path("portfolio/panels/new/", panels.make, name="panel_make"),
    path("portfolio/panels/<int:pk>/revoke/", panels.revoke, name="panel_revoke"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.plan, name="export_plan"),
    path("exports/<int:pk>/pause/", exports.pause, name="export_pause"),
    path("exports/<int:pk>/delete/", exports.delete, name="export_delete"),
    path("exports/<int:pk>/files/<int:file>/", exports.file, name="export_file"),
    path("weekly-letter/", letters.letter, name="letter"),
    path("letter/<str:mark>/", letters.stop, name="letter_stop"),
    path("embed/<str:secret>/", embedded.embedded, name="embedded"),
]
