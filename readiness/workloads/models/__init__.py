"""Workloads, requirements, venues, capacity and the catalogues they name."""

from readiness.workloads.models.capacity import Allocation, CapacityPool
from readiness.workloads.models.catalogue import Accelerator, CatalogueModel
from readiness.workloads.models.trace import TraceUpload
from readiness.workloads.models.venues import VenueComparison, VenueOption
from readiness.workloads.models.workload import ProfileValue, ProfileVersion, Requirement, Workload

__all__ = [
    "Accelerator",
    "Allocation",
    "CapacityPool",
    "CatalogueModel",
    "ProfileValue",
    "ProfileVersion",
    "Requirement",
    "TraceUpload",
    "VenueComparison",
    "VenueOption",
    "Workload",
]
