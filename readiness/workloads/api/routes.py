"""Addresses of the slice's API, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from readiness.workloads.api.capacity import AllocationViewSet, PoolViewSet
from readiness.workloads.api.catalogue import AcceleratorViewSet, ModelViewSet
from readiness.workloads.api.profiles import FieldViewSet, TemplateViewSet, VersionViewSet, WorkloadViewSet
from readiness.workloads.api.requirements import RequirementViewSet
from readiness.workloads.api.traces import TraceViewSet
from readiness.workloads.api.venues import SequenceView, VenueComparisonViewSet, VenueOptionViewSet

router = SimpleRouter()
router.register("accelerators", AcceleratorViewSet, "accelerator")
router.register("models", ModelViewSet, "model")
router.register("workloads", WorkloadViewSet, "workload")
of_workload = r"workloads/(?P<workload>\d+)/"
router.register(of_workload + "versions", VersionViewSet, "profile-version")
router.register(of_workload + "requirements", RequirementViewSet, "requirement")
router.register(of_workload + "traces", TraceViewSet, "trace")
router.register("workload-templates", TemplateViewSet, "workload-template")
router.register("profile-fields", FieldViewSet, "profile-field")
router.register("capacity-pools", PoolViewSet, "capacity-pool")
router.register(r"capacity-pools/(?P<pool>\d+)/allocations", AllocationViewSet, "allocation")
of_initiative = r"initiatives/(?P<initiative>\d+)/"
router.register(of_initiative + "venue-options", VenueOptionViewSet, "venue-option")
router.register(of_initiative + "venue-comparisons", VenueComparisonViewSet, "venue-comparison")

urlpatterns = [
    *router.urls,
    path("initiatives/<int:initiative>/sequence/", SequenceView.as_view(), name="sequence"),
]
