"""Addresses of the slice's API, below /api/v1/."""

urlpatterns: list[object] = []
