"""The Kubernetes API: lists in pages, as of one moment. Of each object only what is read of it is kept.

A pod's containers may have secrets in their variables and arguments, and the lists of a large cluster are hundreds of megabytes,
so the rest is dropped page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from readiness.connectors.errors import Fatal, Retryable
from readiness.connectors.http import Http
from readiness.connectors.kubernetes.objects import MOST_OBJECTS, Objects, objects
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, whole, within

PAGE, MOST_PAGES = 250, 2_000
NODES, PODS, NAMESPACES = "/api/v1/nodes", "/api/v1/pods", "/api/v1/namespaces"
CONTROLLERS = ("deployments", "statefulsets", "daemonsets")
_GONE, _MOST_KEYS, _NO_SCALAR = 410, 500, "[no scalar]"
Record = Mapping[str, Any]


class _Expired(Exception):
    """The snapshot that the pages are of is no longer kept: the list begins anew."""


def version(http: Http) -> str:
    """As the API names itself. Raises ConnectorError."""
    return clean(text(table(parse_json(http.get("/version", explain=objects))).get("gitVersion")))


def listed(http: Http, path: str, kept: Callable[[Record], Record], *, labels: str = "", fields: str = "") -> Objects:
    """The whole list. Begins anew once where its snapshot expires on the way. Raises ConnectorError."""
    asked = {"limit": str(PAGE)} | ({"labelSelector": labels} if labels else {}) | ({"fieldSelector": fields} if fields else {})
    for _ in range(2):
        try:
            return _all_pages(http, path, asked, kept)
        except _Expired:
            continue
    raise Retryable("Kubernetes gave up the list twice while it was read: it changes faster than it can be read")


def counted(http: Http, path: str) -> int:
    """How many objects there are, from one of them. Raises ConnectorError."""
    body = http.get(path, params={"limit": "1"}, explain=objects)
    remaining = _remaining({"metadata": _of_list(body)})
    return len(objects(body).items) + (remaining or 0)


def pods_of(namespace: str) -> str:
    return f"{NAMESPACES}/{namespace}/pods"


def controllers_of(namespace: str, kind: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/{kind}"


def node(record: Record) -> Record:
    """What nodes.py reads of it."""
    status = table(record.get("status"))
    return {
        "kind": "Node",
        "metadata": named(record)["metadata"],
        "spec": _of(record.get("spec"), "unschedulable"),
        "status": {
            "capacity": _of(status.get("capacity")),
            "allocatable": _of(status.get("allocatable")),
            "conditions": [
                _of(one, "type", "status", "lastHeartbeatTime") for one in rows(status.get("conditions"))[:_MOST_KEYS]
            ],
            "nodeInfo": _of(status.get("nodeInfo"), "containerRuntimeVersion", "kubeletVersion"),
        },
    }


def pod(record: Record) -> Record:
    """What pods.py and workloads.py read of it: nothing that a container is told."""
    spec = table(record.get("spec"))
    containers = {key: [_container(table(one)) for one in rows(spec.get(key))] for key in ("containers", "initContainers")}
    return {
        "kind": "Pod",
        "metadata": _of(record.get("metadata"), "uid", "namespace", "name"),
        "spec": _of(spec, "nodeName") | containers,
        "status": _of(record.get("status"), "phase"),
    }


def controller(record: Record) -> Record:
    status = _of(record.get("status"), "desiredNumberScheduled", "readyReplicas", "numberReady")
    return {
        "kind": text(record.get("kind")),
        "metadata": _of(record.get("metadata"), "name"),
        "wanted": status.get("desiredNumberScheduled", _of(record.get("spec"), "replicas").get("replicas")),
        "ready": status.get("readyReplicas", status.get("numberReady", 0)),
    }


def named(record: Record) -> Record:
    about = table(record.get("metadata"))
    return {"metadata": {**_of(about, "name"), "labels": _of(about.get("labels"))}}


def _container(record: Record) -> Record:
    resources = table(record.get("resources"))
    return {
        **_of(record, "image", "restartPolicy"),
        "resources": {key: _of(resources.get(key)) for key in ("requests", "limits") if key in resources},
    }


def _of(raw: object, *names: str) -> dict[str, Any]:
    """The scalars under these names, or all; what is no scalar stays visible as something that is no value."""
    pairs = [(str(key), one) for key, one in list(table(raw).items())[:_MOST_KEYS] if not names or key in names]
    return {key: one if one is None or isinstance(one, str | int | float) else _NO_SCALAR for key, one in pairs}


def _all_pages(http: Http, path: str, asked: Mapping[str, str], kept: Callable[[Record], Record]) -> Objects:
    items: list[Record] = []
    token, tokens, expected, snapshot = "", set[str](), 0, ""
    for _ in range(MOST_PAGES):
        body = http.get(path, params={**asked, **({"continue": token} if token else {})}, explain=_explained)
        about = _of_list(body)
        page = objects(body)
        taken = text(about.get("resourceVersion"))
        if token and taken != snapshot:
            raise Retryable("the pages of the list are not of one moment")
        items += [kept(one) for one in page.items]
        snapshot, expected = taken, max(expected, len(items) + (_remaining({"metadata": about}) or 0))
        if not page.more:
            if len(items) < expected:
                raise Retryable(f"the list ends after {len(items)} of {expected} objects")
            return Objects(tuple(items))
        if page.more in tokens or len(items) > MOST_OBJECTS:
            raise Retryable("the pages of the list do not end")
        token = page.more
        tokens.add(token)
    raise Retryable("the pages of the list do not end")


def _of_list(body: bytes) -> Record:
    """The metadata of a page. An answer that is no list is not an empty one: Fatal, or the error that it says."""
    record = table(parse_json(body))
    kind = text(record.get("kind"))
    if not kind.endswith("List") or not isinstance(record.get("items", []), list | None):
        objects(body)
        raise Fatal("the answer is no list of the Kubernetes API")
    return table(record.get("metadata"))


def _explained(body: bytes) -> None:
    """Of a refusal: that the snapshot is gone, or what objects() says of it."""
    if whole(table(parse_json(body)).get("code")) == _GONE:
        raise _Expired
    objects(body)


def _remaining(record: Record) -> int | None:
    return whole(within(record, "metadata", "remainingItemCount"))
