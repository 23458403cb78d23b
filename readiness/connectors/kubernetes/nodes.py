"""A node's accelerators, as its device plugin and its labels tell them. Slots are what can be asked for, not what is built in.

With time slicing (or MPS) each accelerator is offered `replicas` times: slots / replicas are accelerators. With MIG a slot is a
slice: how many accelerators were cut into slices is not told, so slices are counted as slices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.kubernetes.quantities import pieces, quantity
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, whole, within

RESOURCES = (
    "nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe", "habana.ai/gaudi", "google.com/tpu",
    "aws.amazon.com/neuron", "aws.amazon.com/neurondevice", "huawei.com/Ascend910", "alibabacloud.com/gpu-count",
)  # fmt: skip
PRODUCTS = (
    "nvidia.com/gpu.product", "amd.com/gpu.product-name", "gpu.intel.com/product", "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-tpu-accelerator", "k8s.amazonaws.com/accelerator", "karpenter.k8s.aws/instance-gpu-name",
    "alibabacloud.com/gpu-card-model",
)  # fmt: skip
MIG = re.compile(r"nvidia\.com/mig-([0-9a-z.+-]{1,40}?)(\.shared)?")
_SHARED = ".shared"
TIME_SLICING, MPS, SLICES = "time-slicing", "mps", "mig"


@dataclass(frozen=True, slots=True)
class Offer:
    """One resource of a node. `accelerators` is None for slices and where the number of sharers is not told."""

    resource: str
    sharing: str
    slice: str
    replicas: int | None
    capacity: int
    allocatable: int

    def accelerators(self, slots: int) -> float | None:
        if self.sharing == SLICES or self.replicas is None:
            return None
        return slots / self.replicas


@dataclass(frozen=True, slots=True)
class Node:
    """`ready` is None where there are no conditions. `odd`: accelerator resources whose number is none."""

    name: str
    ready: bool | None
    schedulable: bool
    product: str
    offers: tuple[Offer, ...]
    memory_per_accelerator_bytes: float | None
    cores: float | None
    memory_bytes: float | None
    runtime: str
    kubelet: str
    odd: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool | None:
        """Ready and not cordoned; None where readiness is not told."""
        return False if not self.schedulable else self.ready


def node(record: Mapping[str, Any]) -> Node:
    status, labels = table(record.get("status")), _labels(record)
    allocatable, capacity = table(status.get("allocatable")), table(status.get("capacity"))
    info = table(status.get("nodeInfo"))
    offers, odd = [], []
    for resource, raw in (capacity or allocatable).items():
        if _is_accelerator(str(resource)):
            built, offered = pieces(raw), pieces(allocatable.get(resource))
            if built is None or offered is None:
                odd.append(clean(str(resource)))
            elif built or offered:
                offers.append(_offer(str(resource), built, offered, labels))
    memory = quantity(labels.get("nvidia.com/gpu.memory"))
    return Node(
        name=clean(text(within(record, "metadata", "name"))),
        ready=_ready(status),
        schedulable=within(record, "spec", "unschedulable") in (None, False),
        product=_product(labels),
        offers=tuple(offers),
        memory_per_accelerator_bytes=memory * 2**20 if memory else None,  # the label counts MiB
        cores=quantity(allocatable.get("cpu")),
        memory_bytes=quantity(allocatable.get("memory")),
        runtime=clean(text(info.get("containerRuntimeVersion"))),
        kubelet=clean(text(info.get("kubeletVersion"))),
        odd=tuple(odd),
        labels=labels,
    )


def _labels(record: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): text(value) for key, value in list(table(within(record, "metadata", "labels")).items())[:500]}


def _is_accelerator(resource: str) -> bool:
    return resource.removesuffix(_SHARED) in RESOURCES or MIG.fullmatch(resource) is not None


def _product(labels: Mapping[str, str]) -> str:
    written = next((labels[one] for one in PRODUCTS if labels.get(one)), "")
    return clean(written.removesuffix("-SHARED").split("-MIG-")[0])


def _offer(resource: str, capacity: int, allocatable: int, labels: Mapping[str, str]) -> Offer:
    slice_name, product = _slice(resource, labels), labels.get("nvidia.com/gpu.product", "")
    shared = resource.endswith(_SHARED) or product.endswith("-SHARED")
    replicas = whole(labels.get("nvidia.com/gpu.replicas")) or None
    if slice_name:
        return Offer(resource, SLICES, slice_name, replicas, capacity, allocatable)
    if not shared and (replicas or 1) == 1:
        return Offer(resource, "", "", 1, capacity, allocatable)
    sharing = MPS if labels.get("nvidia.com/gpu.sharing-strategy") == MPS else TIME_SLICING
    return Offer(resource, sharing, "", replicas or _sharers(capacity, labels), capacity, allocatable)


def _sharers(capacity: int, labels: Mapping[str, str]) -> int | None:
    """From the number of accelerators built in, if a label tells it and it divides the slots."""
    built = whole(labels.get("nvidia.com/gpu.count"))
    return capacity // built if built and capacity % built == 0 else None


def _slice(resource: str, labels: Mapping[str, str]) -> str:
    """The profile: in the resource's name (mixed strategy) or in the product's (single strategy)."""
    found = MIG.fullmatch(resource)
    if found:
        return found[1]
    product = labels.get("nvidia.com/gpu.product", "").removesuffix("-SHARED")
    return clean(product.split("-MIG-", 1)[1]) if "-MIG-" in product and resource.startswith("nvidia.com/gpu") else ""


def _ready(status: Mapping[str, Any]) -> bool | None:
    for condition in map(table, rows(status.get("conditions"))):
        if condition.get("type") == "Ready":
            return condition.get("status") == "True"
    return None


def nodes(objects: list[Mapping[str, Any]]) -> Iterator[Node]:
    """Each node once, by name."""
    seen: set[str] = set()
    for record in objects:
        if record.get("kind") == "Node":
            one = node(record)
            if one.name not in seen:
                seen.add(one.name)
                yield one
