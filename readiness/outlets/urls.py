"""Pages of what leaves the cockpit."""

from django.urls import URLPattern, path

from readiness.outlets.views import embedded, letters, panels, sheets

app_name = "outlets"
urlpatterns: list[URLPattern] = [
    path("portfolio/one-page/", sheets.pages, name="sheets"),
    path("portfolio/one-page/make/", sheets.make, name="sheet_make"),
    path("portfolio/one-page/<int:pk>/file/", sheets.file, name="sheet_file"),
    path("portfolio/one-page/<int:pk>/again/", sheets.again, name="sheet_again"),
    path("portfolio/panels/", panels.panels, name="panels"),
    path("portfolio/panels/new/", panels.make, name="panel_make"),
    path("portfolio/panels/<int:pk>/revoke/", panels.revoke, name="panel_revoke"),
    path("weekly-letter/", letters.letter, name="letter"),
    path("letter/<str:mark>/", letters.stop, name="letter_stop"),
    path("embed/<str:secret>/", embedded.embedded, name="embedded"),
]
