"""Addresses of the slice's API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from readiness.workloads.api.catalogue import AcceleratorViewSet, ModelViewSet
from readiness.workloads.api.profiles import FieldViewSet, TemplateViewSet, VersionViewSet, WorkloadViewSet
from readiness.workloads.api.requirements import RequirementViewSet
from readiness.workloads.api.traces import TraceViewSet

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

urlpatterns = [*router.urls]
