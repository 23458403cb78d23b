"""What pods ask for. A finished pod holds nothing, though its requests stand; one without a node waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.connectors.kubernetes.nodes import MIG, RESOURCES
from readiness.connectors.kubernetes.quantities import pieces
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, within

_SHARED = ".shared"
_LIVING = ("Running", "Pending")


@dataclass(frozen=True, slots=True)
class Requests:
    """`by_node`: (node, resource) -> slots. `odd`: pods whose request is no number; `waiting`: pods without a node."""

    by_node: Mapping[tuple[str, str], int]
    waiting: int
    odd: int


def asked(pods: Iterable[Mapping[str, Any]], nodes: set[str]) -> Requests:
    """Of pods that run, or start, on one of `nodes`. Each pod once, by its id."""
    held: Counter[tuple[str, str]] = Counter()
    waiting = odd = 0
    seen: set[str] = set()
    for pod in pods:
        if pod.get("kind") != "Pod" or text(within(pod, "status", "phase")) not in _LIVING:
            continue
        name = text(within(pod, "metadata", "uid")) or f"{within(pod, 'metadata', 'namespace')}/{within(pod, 'metadata', 'name')}"
        if name in seen:
            continue
        seen.add(name)
        requests, is_odd = _requests(table(pod.get("spec")))
        node = clean(text(within(pod, "spec", "nodeName")))
        odd += is_odd
        waiting += bool(requests) and not node
        if node in nodes:
            held.update({(node, resource): count for resource, count in requests.items()})
    return Requests(held, waiting, odd)


def _requests(spec: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
    """The containers' sum, or what one initialising container needs if that is more; accelerators only. (requests, odd)"""
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
