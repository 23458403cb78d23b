"""Addresses of the slice's API, below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from portfolio.initiatives.api.catalogue import LifecycleViewSet, ProgrammeViewSet, TagViewSet
from portfolio.initiatives.api.initiatives import InitiativeViewSet
from portfolio.initiatives.api.parts import DependencyViewSet, MilestoneViewSet
from portfolio.initiatives.api.requests import RequestViewSet
from portfolio.initiatives.api.together import BulkView, SavedViewViewSet

router = SimpleRouter()
router.register("initiatives", InitiativeViewSet, "initiative")
parts = r"initiatives/(?P<initiative>\d+)/"
router.register(parts + "milestones", MilestoneViewSet, "milestone")
router.register(parts + "dependencies", DependencyViewSet, "dependency")
router.register("saved-views", SavedViewViewSet, "saved-view")
router.register("requests", RequestViewSet, "request")
router.register("lifecycles", LifecycleViewSet, "lifecycle")
router.register("programmes", ProgrammeViewSet, "programme")
router.register("tags", TagViewSet, "tag")

urlpatterns = [
    path("initiatives/bulk/", BulkView.as_view(), name="initiative-bulk"),
    path("", include(router.urls)),
    path("", include("portfolio.initiatives.api.imports")),
    path("", include("portfolio.initiatives.api.links")),
]
