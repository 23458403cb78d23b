"""How one workload runs: under which controllers, in which images, on which nodes, holding what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Run, Statistic
from readiness.connectors.identity import run_key
from readiness.connectors.kubernetes.nodes import Node, nodes
from readiness.connectors.kubernetes.objects import Objects
from readiness.connectors.kubernetes.parse import TOOL, environment, labels_of
from readiness.connectors.kubernetes.pods import LIVING, name_of, node_of, wanted
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.values import rows, table, text, within

FORMAT = "workload"
MOST_IMAGES = 20
Record = Mapping[str, Any]
Labels = tuple[tuple[str, str], ...]


def workload(
    pods: Objects, controllers: Sequence[Record], known: Objects | None, *, namespace: str, at: datetime, source: str = ""
) -> Run:
    """The facts of a namespace, or of what a selector leaves of it. `known`: the cluster's nodes, None where they may not be
    read: then nobody knows how many accelerators a shared slot is, and which container runtime it runs on."""
    living = {name_of(one): one for one in pods.items if text(within(one, "status", "phase")) in LIVING}
    by_name = {one.name: one for one in nodes(list(known.items))} if known else {}
    placed = sorted({node_of(one) for one in living.values()} - {""})
    used = [by_name[name] for name in placed if name in by_name]
    collector = Collector(labels={"namespace": namespace})
    if placed:
        collector.add("node_count", len(placed), "nodes", Statistic.POINT, name="nodes used", labels={"quantity": "used"})
    held, odd = _held(living.values(), by_name)
    for labels, count in held.items():
        told = {"quantity": "held", **dict(labels)}
        collector.add("accelerator_count", count, "accelerators", Statistic.POINT, name="requests of its pods", labels=told)
    facts = _facts(list(living.values()), controllers)
    return Run(
        kind=Kind.INVENTORY,
        tool=TOOL,
        format=FORMAT,
        place=f"namespace {namespace}",
        key=run_key(TOOL, FORMAT, source, namespace, at.isoformat(), *placed, *sorted(map(str, held.items())), str(facts)),
        readings=collector.readings,
        name=namespace,
        started_at=at,
        ended_at=at,
        environment=_environment(used, placed, held, facts | {"namespace": namespace}),
        flaws=validity.flaws(*_flaws(living, controllers, odd), *collector.flaws),
        unread=tidy({"refused": collector.refused}) if collector.refused else {},
    )


def _held(pods: Iterable[Record], by_name: Mapping[str, Node]) -> tuple[dict[Labels, float], int]:
    """Labels -> accelerators (slices as slices) of the pods that have a node, and how many pods ask for what is no number."""
    held: defaultdict[Labels, float] = defaultdict(float)
    odd = 0
    for pod in pods:
        requests, is_odd = wanted(pod)
        odd += is_odd
        node = by_name.get(node_of(pod))
        for offer in node.offers if node else ():
            slots = requests.get(offer.resource, 0)
            count = slots if offer.slice else offer.accelerators(slots)
            if slots and node and count is not None:
                labels = labels_of(node, offer.sharing, offer.slice)
                held[tuple((key, value) for key, value in labels.items() if key != "usable")] += count
    return held, odd


def _facts(living: list[Record], controllers: Sequence[Record]) -> dict[str, Any]:
    images = {clean(text(table(one).get("image"))) for pod in living for one in rows(within(pod, "spec", "containers"))}
    return {
        "controllers": [_told(one) for one in controllers],
        "images": sorted(images - {""})[:MOST_IMAGES],
        "pods": len(living),
        "pods waiting": sum(not node_of(one) for one in living),
    }


def _told(controller: Record) -> str:
    """ "Deployment llama: 2 of 3 ready"."""
    name, wanted_, ready = within(controller, "metadata", "name"), controller.get("wanted"), controller.get("ready")
    return clean(f"{text(controller.get('kind'))} {text(name)}: {text(ready) or 0} of {text(wanted_) or '?'} ready")


def _environment(used: list[Node], placed: list[str], held: Mapping[Labels, float], facts: dict[str, Any]) -> Environment:
    """That of the nodes it runs on, and what it holds of them."""
    of_nodes = environment(tuple(used))
    whole = [count for labels, count in held.items() if "slice" not in dict(labels)]
    count = sum(whole)
    return replace(
        of_nodes,
        nodes=len(placed) or None,
        accelerators=int(count) if whole and count == int(count) else None,
        extra=tidy(
            {"containerised": True, "orchestrator": "Kubernetes", "runtimes": of_nodes.extra.get("runtimes", []), **facts}
        ),
    )


def _flaws(living: Mapping[str, Record], controllers: Sequence[Record], odd: int) -> Iterator[validity.Found]:
    if not living and not controllers:
        yield Flaw.INCOMPLETE, "nothing in this namespace matches"
    elif not living:
        yield Flaw.INCOMPLETE, "no pod of it runs"
    if odd:
        yield Flaw.UNIT_UNCERTAIN, f"{odd} pods ask for something that is no number of accelerators"
