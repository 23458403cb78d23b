"""Pages of silos."""

app_name = "silos"
urlpatterns: list[object] = []
