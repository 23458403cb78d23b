"""Pages of silos."""

from django.urls import URLPattern, URLResolver, path

from readiness.silos.views import findings, map, panels, rules, whatif  # noqa: A004  (it is the map)

app_name = "silos"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", map.silo_map, name="map"),
    path("export/<slug:fmt>/", map.export, name="map_export"),
    path("flow/", map.flow, name="flow"),
    path("findings/", findings.findings, name="findings"),
    path("findings/export/<slug:fmt>/", findings.export, name="export"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/owner/", findings.owner, name="owner"),
    path("findings/<int:pk>/<slug:state>/", findings.step, name="step"),
    path("what-if/", whatif.what_if, name="what_if"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<slug:kind>/", rules.rule, name="rule"),
    path("today/", panels.today, name="today"),
    path("initiatives/<int:pk>/", panels.initiative, name="initiative"),
    path("pools/<int:pk>/", panels.pool, name="pool"),
    path("pools/<int:pk>/<int:purchase>/remove/", panels.unlink, name="unlink"),
]
