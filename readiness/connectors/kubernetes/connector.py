"""A Kubernetes cluster as a source: what it has, what of it is asked for, and how one workload runs in it.

Each pull looks at the cluster as it is: there is nothing older to be read, and the watermark is the time of the look. Nodes and
pods are two lists of two moments close together. The account needs to get and list nodes, and for the rest pods, or in one
namespace pods, deployments, statefulsets and daemonsets; it needs no more, and should have no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from readiness.connectors.access import ADDRESS, CA, SIGN_IN, check_access, check_values, signed_in, text_of
from readiness.connectors.contract import Run
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.kubernetes import client
from readiness.connectors.kubernetes.nodes import PRODUCTS
from readiness.connectors.kubernetes.objects import Objects
from readiness.connectors.kubernetes.parse import allocation, inventory
from readiness.connectors.kubernetes.workloads import workload
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, FieldKind, Payload, Span, Tested
from readiness.connectors.redaction import clean
from readiness.connectors.values import table, text, within

INVENTORY, ALLOCATION, WORKLOAD = "nodes", "allocation", "workload"
UNFINISHED = "status.phase!=Succeeded,status.phase!=Failed"
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

FIELDS = (
    ADDRESS,
    ConfigField("cluster", "Name of the cluster", help="Tells clusters apart where one server has several."),
    *SIGN_IN,
    CA,
)
ASK_FIELDS = (
    ConfigField(
        "read",
        "What",
        FieldKind.CHOICE,
        help="An inventory is evidence of a pool; how it runs, of a workload.",
        default=INVENTORY,
        choices=(
            (INVENTORY, "nodes and accelerators"),
            (ALLOCATION, "nodes, accelerators and what of them is asked for"),
            (WORKLOAD, "how a workload runs"),
        ),
    ),
    ConfigField("node_selector", "Labels of the nodes", help="Such as pool=inference. Empty: all nodes."),
    ConfigField("namespace", "Namespace", help="Of the workload; for what is asked for, empty means everybody's."),
    ConfigField("selector", "Labels of its pods and controllers", help="Such as app=llama. Empty: all of the namespace."),
)


def check(config: Config) -> None:
    check_values(FIELDS, config)
    check_access(config)


def check_ask(ask: Ask) -> None:
    check_values(ASK_FIELDS, ask)
    namespace = text_of(ask, "namespace")
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise BadConfig("a namespace has small letters, digits and hyphens", "namespace")
    if text_of(ask, "read") == WORKLOAD and not namespace:
        raise BadConfig("a workload runs in a namespace", "namespace")


def test(config: Config, http: Http) -> Tested:
    check(config)
    signed = signed_in(http, config)
    version = client.version(signed)
    facts = [f"{client.counted(signed, client.NODES)} nodes"]
    try:
        facts.append(f"{client.counted(signed, client.PODS)} pods")
    except BadConfig:
        return Tested(version, tuple(facts), ("this account may not list the pods of all namespaces",))
    return Tested(version, tuple(facts))


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    """What a look at this moment says."""
    found = tuple(run for batch in pull(config, ask, http, Span(None, now)) for run in batch.runs)
    facts = tuple(f"{run.environment.nodes or 0} nodes, {len(run.readings)} values in {run.place}" for run in found)
    return Tested(facts=facts, remarks=tuple(why for run in found for _, why in run.flaws), runs=found)


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    check(config)
    check_ask(ask)
    signed, cluster = signed_in(http, config), text_of(config, "cluster")
    if text_of(ask, "read") == WORKLOAD:
        yield _workload(signed, ask, span, cluster)
        return
    known = client.listed(signed, client.NODES, client.node, labels=text_of(ask, "node_selector"))
    yield _batch(inventory(known, source=cluster, at=span.until), "NodeList", known, span)
    if text_of(ask, "read") == ALLOCATION:
        namespace = text_of(ask, "namespace")
        path = client.pods_of(namespace) if namespace else client.PODS
        pods = client.listed(signed, path, client.pod, labels=text_of(ask, "selector"), fields=UNFINISHED)
        run = allocation(known, pods, source=cluster, namespace=namespace, at=span.until)
        yield _batch(run, "PodList", pods, span)


def _workload(signed: Http, ask: Ask, span: Span, cluster: str) -> Batch:
    namespace, selector = text_of(ask, "namespace"), text_of(ask, "selector")
    pods = client.listed(signed, client.pods_of(namespace), client.pod, labels=selector, fields=UNFINISHED)
    controllers: list[client.Record] = []
    for kind in client.CONTROLLERS:
        controllers += client.listed(signed, client.controllers_of(namespace, kind), client.controller, labels=selector).items
    run = workload(pods, controllers, _nodes(signed), namespace=namespace, at=span.until, source=cluster)
    return _batch(run, "List", Objects((*controllers, *pods.items)), span)


def _nodes(signed: Http) -> Objects | None:
    """None where the account may see its namespace only."""
    try:
        return client.listed(signed, client.NODES, client.node)
    except BadConfig:
        return None


def _batch(run: Run, kind: str, found: Objects, span: Span) -> Batch:
    """The payload is what was kept of each object (client.py), in the form of a list of the API."""
    body = json.dumps({"apiVersion": "v1", "kind": kind, "items": found.items}).encode()
    return Batch((run,), Payload(f"{kind} of {len(found.items)} at {span.until:%Y-%m-%d %H:%M:%S}", body), span.until)


def _namespaces(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    check(config)
    found = client.listed(signed_in(http, config), client.NAMESPACES, client.named)
    names = sorted(clean(text(within(one, "metadata", "name"))) for one in found.items)
    return tuple((name, name) for name in names)


def _products(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    """The labels that tell products of accelerators, with how many nodes have each."""
    check(config)
    found: dict[str, int] = {}
    for one in client.listed(signed_in(http, config), client.NODES, client.named).items:
        labels: Any = table(within(one, "metadata", "labels"))
        for name in PRODUCTS:
            if value := clean(text(labels.get(name))):
                found[f"{name}={value}"] = found.get(f"{name}={value}", 0) + 1
    return tuple((label, f"{label} ({count} nodes)") for label, count in sorted(found.items()))


CONNECTOR = Connector(
    kind="kubernetes",
    label="Kubernetes",
    about="Nodes and accelerators, with time slicing and MIG told apart; what of them is asked for; how a workload runs.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    test_ask=test_ask,
    pull=pull,
    discover={"namespace": _namespaces, "node_selector": _products},
)
