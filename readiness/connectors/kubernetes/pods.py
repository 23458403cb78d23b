"""What pods ask for. A finished pod holds nothing, though its requests stand; one without a node waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.kubernetes.nodes import MIG, RESOURCES
from readiness.connectors.kubernetes.quantities import pieces
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, within

_SHARED = ".shared"
LIVING = ("Running", "Pending")


@dataclass(frozen=True, slots=True)
class Requests:
    """`by_node`: (node, resource) -> slots. `odd`: pods whose request is no number; `waiting`: pods without a node, and
    `waiting_slots` what they ask for, by resource."""

    by_node: Mapping[tuple[str, str], int]
    waiting: int
    odd: int
    waiting_slots: Mapping[str, int] = field(default_factory=dict)


def asked(pods: Iterable[Mapping[str, Any]], nodes: set[str]) -> Requests:
    """Of pods that run, or start, on one of `nodes`. Each pod once, by its id."""
    held: Counter[tuple[str, str]] = Counter()
    queued: Counter[str] = Counter()
    waiting = odd = 0
    seen: set[str] = set()
    for pod in pods:
        if pod.get("kind") != "Pod" or text(within(pod, "status", "phase")) not in LIVING:
            continue
        name = name_of(pod)
        if name in seen:
            continue
        seen.add(name)
        requests, is_odd = wanted(pod)
        node = node_of(pod)
        odd += is_odd
        if requests and not node:
            waiting += 1
            queued.update(requests)
        if node in nodes:
            held.update({(node, resource): count for resource, count in requests.items()})
    return Requests(held, waiting, odd, queued)


def name_of(pod: Mapping[str, Any]) -> str:
    return text(within(pod, "metadata", "uid")) or f"{within(pod, 'metadata', 'namespace')}/{within(pod, 'metadata', 'name')}"


def node_of(pod: Mapping[str, Any]) -> str:
    """ "" while it waits."""
    return clean(text(within(pod, "spec", "nodeName")))


def wanted(pod: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
    """The containers' sum, or what one initialising container needs if that is more; accelerators only. (requests, odd)"""
    return _requests(table(pod.get("spec")))


def _requests(spec: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
    odd = False
    total: Counter[str] = Counter()
    most: dict[str, int] = {}
    for key, starting in (("containers", False), ("initContainers", True)):
        for container in map(table, rows(spec.get(key))):
            for resource, raw in _wanted(container).items():
                count = pieces(raw)
                odd = odd or count is None
                if starting and container.get("restartPolicy") != "Always":  # else it runs beside the others
                    most[resource] = max(most.get(resource, 0), count or 0)
                else:
                    total[resource] += count or 0
    return {one: max(total[one], most.get(one, 0)) for one in {*total, *most}}, odd


def _wanted(container: Mapping[str, Any]) -> dict[str, Any]:
    """Of a device requests and limits are the same; one of them may be left out."""
    resources = table(container.get("resources"))
    both = {**table(resources.get("limits")), **table(resources.get("requests"))}
    return {str(key): raw for key, raw in both.items() if str(key).removesuffix(_SHARED) in RESOURCES or MIG.fullmatch(str(key))}
