"""The inventory of a cluster, and how much of it its pods ask for.

Accelerators are counted by quantity (capacity is built in, allocatable can be asked for), product and sharing; slices of MIG are
counted as slices under their profile and are no accelerators. A node that is not ready or is cordoned has the label usable=no.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import SkipRecord
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.kubernetes.nodes import Node, nodes
from readiness.connectors.kubernetes.objects import Objects, objects
from readiness.connectors.kubernetes.pods import Requests, asked
from readiness.connectors.redaction import tidy
from readiness.connectors.values import rows, table, text, within

TOOL = "kubernetes"
INVENTORY = "nodes"


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if "kind" in seen.keys:
        is_node = b'"Node"' in sight.head or b'"NodeList"' in sight.head
        return INVENTORY if is_node and any(key.endswith(("status.allocatable", "status.capacity")) for key in seen.keys) else ""
    lines = sight.head.split(b"\n", 5000)
    return INVENTORY if any(one.strip() in (b"kind: Node", b"kind: NodeList", b"- kind: Node") for one in lines) else ""


def read(document: Document, form: str) -> Iterator[Run]:
    """An uploaded file: the inventory, and the allocation if pods are in it too."""
    found = objects(document.read())
    if not any(one.get("kind") == "Node" for one in found.items):
        raise SkipRecord("no nodes in this file: pods alone tell no share", document.base)
    yield inventory(found)
    if any(one.get("kind") == "Pod" for one in found.items):
        yield allocation(found, found)


def inventory(found: Objects, *, source: str = "", at: datetime | None = None) -> Run:
    """`at`: when the API was asked; of a file the latest heartbeat is taken. `source` tells clusters apart in the key."""
    known = tuple(nodes(list(found.items)))
    collector = Collector()
    _add_nodes(collector, known)
    for quantity in ("capacity", "allocatable"):
        _add_accelerators(collector, known, quantity)
    seen_at = at or _heartbeat(found)
    return Run(
        kind=Kind.INVENTORY,
        tool=TOOL,
        format=INVENTORY,
        place="nodes",
        key=run_key(TOOL, INVENTORY, source, seen_at.isoformat() if seen_at else "", *sorted(map(_told, known))),
        readings=collector.readings,
        started_at=seen_at,
        ended_at=seen_at,
        environment=environment(known),
        flaws=validity.flaws(*_flaws(found, known), *collector.flaws),
        unread=tidy({"refused": collector.refused}) if collector.refused else {},
    )


def allocation(found: Objects, pods: Objects, *, source: str = "", namespace: str = "", at: datetime | None = None) -> Run:
    """The share of allocatable accelerators that scheduled, unfinished pods ask for, by product, sharing and slice; and how many
    those ask for that wait. `namespace`: whose pods these are, "" for everybody's."""
    known = tuple(nodes(list(found.items)))
    requests = asked(pods.items, {one.name for one in known})
    offered: Counter[tuple[tuple[str, str], ...]] = Counter()
    taken: Counter[tuple[tuple[str, str], ...]] = Counter()
    for one in known:
        for offer in one.offers:
            labels = tuple(labels_of(one, offer.sharing, offer.slice).items())
            offered[labels] += offer.allocatable
            taken[labels] += requests.by_node.get((one.name, offer.resource), 0)
    collector = Collector(labels={"namespace": namespace} if namespace else {})
    _add_waiting(collector, known, requests)
    for labels, slots in offered.items():
        if slots:
            share = taken[labels] / slots
            collector.add(
                "accelerator_allocated", share, "share", Statistic.POINT, name="requests / allocatable", labels=dict(labels)
            )
    seen_at = at or _heartbeat(found)
    told = [f"{dict(labels)} {taken[labels]} of {slots}" for labels, slots in offered.items()]
    told += [f"waiting {count} {resource}" for resource, count in requests.waiting_slots.items()]
    return Run(
        kind=Kind.INVENTORY,
        tool=TOOL,
        format="pods",
        place="pods",
        key=run_key(TOOL, "pods", source, namespace, seen_at.isoformat() if seen_at else "", *sorted(told)),
        readings=collector.readings,
        started_at=seen_at,
        ended_at=seen_at,
        environment=environment(known),
        flaws=validity.flaws(*_flaws(found, known), *_pod_flaws(pods, requests.odd), *collector.flaws),
        unread=tidy({"pods that wait": requests.waiting, "refused": collector.refused}),
    )


def _add_nodes(collector: Collector, known: Sequence[Node]) -> None:
    collector.add("node_count", len(known), "nodes", Statistic.POINT, name="nodes")
    for usable, count in Counter(one.usable for one in known).items():
        if usable is not None:
            labels = {"usable": "yes" if usable else "no"}
            collector.add("node_count", count, "nodes", Statistic.POINT, name=f"nodes usable {usable}", labels=labels)


def _add_accelerators(collector: Collector, known: Sequence[Node], quantity: str) -> None:
    counted: defaultdict[tuple[tuple[str, str], ...], float] = defaultdict(float)
    for one in known:
        for offer in one.offers:
            slots = offer.capacity if quantity == "capacity" else offer.allocatable
            count = slots if offer.slice else offer.accelerators(slots)
            if count is None:
                collector.doubt(f"{one.name} {offer.resource}", "shared accelerators, by how many is not told")
            else:
                counted[tuple({"quantity": quantity, **labels_of(one, offer.sharing, offer.slice)}.items())] += count
    for labels, total in counted.items():
        name = f"{quantity} of accelerators"
        collector.add("accelerator_count", total, "accelerators", Statistic.POINT, name=name, labels=dict(labels))


def _add_waiting(collector: Collector, known: Sequence[Node], requests: Requests) -> None:
    """Of resources that are not shared or cut anywhere here: of the others a slot is no accelerator."""
    offers = [offer for one in known for offer in one.offers]
    shared = {offer.resource for offer in offers if offer.sharing}
    for resource in sorted({offer.resource for offer in offers} - shared):
        labels = {"quantity": "waiting", "resource": resource}
        count = requests.waiting_slots.get(resource, 0)
        name = "requests of pods without a node"
        collector.add("accelerator_count", count, "accelerators", Statistic.POINT, name=name, labels=labels)


def labels_of(one: Node, sharing: str, profile: str) -> dict[str, str]:
    """Only what is told: an exclusive accelerator of a usable node has its product alone."""
    labels = {"accelerator": one.product, "sharing": sharing, "slice": profile, "usable": "no" if one.usable is False else ""}
    return {key: value for key, value in labels.items() if value}


def environment(known: Sequence[Node]) -> Environment:
    products = sorted({one.product for one in known if one.offers and one.product})
    extra = {
        "containerised": True,
        "orchestrator": "Kubernetes",
        "runtimes": sorted({one.runtime for one in known if one.runtime}),
        "kubelets": sorted({one.kubelet for one in known if one.kubelet}),
        "cores": sum(one.cores or 0 for one in known),
        "memory_bytes": sum(one.memory_bytes or 0 for one in known),
        "accelerator_memory_bytes": _memories(known),
    }
    kubelets = extra["kubelets"]
    return Environment(
        accelerator=products[0] if len(products) == 1 else "",
        nodes=len(known),
        software="Kubernetes",
        software_version=", ".join(kubelets) if isinstance(kubelets, list) else "",
        extra=tidy({key: value for key, value in extra.items() if value}),
    )


def _memories(known: Sequence[Node]) -> dict[str, float]:
    return {one.product: one.memory_per_accelerator_bytes for one in known if one.product and one.memory_per_accelerator_bytes}


def _flaws(found: Objects, known: Sequence[Node]) -> Iterator[validity.Found]:
    if not known:
        yield Flaw.INCOMPLETE, "there is no node"
    if found.more:
        yield Flaw.INCOMPLETE, "the list of nodes has further pages"
    blind = [one.name for one in known if one.cores is None]
    if blind:
        yield Flaw.INCOMPLETE, f"{len(blind)} nodes do not say what they can allocate ({blind[0]})"
    odd = [f"{one.name} {resource}" for one in known for resource in one.odd]
    if odd:
        yield Flaw.UNIT_UNCERTAIN, f"no number of accelerators: {odd[0]} and {len(odd) - 1} more"


def _pod_flaws(pods: Objects, odd: int) -> Iterator[validity.Found]:
    if pods.more:
        yield Flaw.INCOMPLETE, "the list of pods has further pages"
    if odd:
        yield Flaw.UNIT_UNCERTAIN, f"{odd} pods ask for something that is no number of accelerators"


def _told(one: Node) -> str:
    offers = [f"{offer.resource} {offer.capacity} {offer.allocatable} {offer.replicas}" for offer in one.offers]
    return f"{one.name} {one.product} {one.usable} {one.cores} {one.memory_bytes} {sorted(offers)}"


def _heartbeat(found: Objects) -> datetime | None:
    """The latest heartbeat of any node."""
    latest: datetime | None = None
    for record in found.items:
        for condition in map(table, rows(within(record, "status", "conditions"))):
            beat = _moment(condition.get("lastHeartbeatTime"))
            latest = beat if beat and (latest is None or beat > latest) else latest
    return latest


def _moment(raw: Any) -> datetime | None:
    if isinstance(raw, datetime):
        return raw if raw.tzinfo else None
    try:
        read = datetime.fromisoformat(text(raw))
    except ValueError:
        return None
    return read if read.tzinfo else None


IMPORTER = Importer(
    tool=TOOL,
    label="Kubernetes nodes",
    looks_for="`kubectl get nodes -o json` or -o yaml, or a stream of Node documents",
    recognise=recognise,
    read=read,
)
