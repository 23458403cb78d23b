"""Objects from whatever they come in: a list of the API, `kubectl get -o json`, a stream of YAML documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.payload import parse_json, parse_yaml_documents
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text, whole

MOST_OBJECTS = 200_000


@dataclass(frozen=True, slots=True)
class Objects:
    """`more`: the token of the next page of a list that goes on."""

    items: tuple[Mapping[str, Any], ...]
    more: str = ""


def objects(content: bytes) -> Objects:
    """Every Node, Pod and so on; a list's entries bear its kind. The API's own errors are raised."""
    start = content.lstrip()[:1]
    if start == b"<":
        raise Fatal("the answer is a web page, not of the Kubernetes API")
    documents = [parse_json(content)] if start in (b"{", b"[") else parse_yaml_documents(content)
    items: list[Mapping[str, Any]] = []
    more = ""
    for document in map(table, documents):
        kind = text(document.get("kind"))
        if kind == "Status":
            _raise(document)
        if kind.endswith("List"):
            own = kind.removesuffix("List")
            items += [{"kind": own, **table(one)} if own else table(one) for one in rows(document.get("items"))]
            more = text(table(document.get("metadata")).get("continue"), 5000) or more
        elif kind:
            items.append(document)
    if len(items) > MOST_OBJECTS:
        raise Fatal(f"more than {MOST_OBJECTS} objects")
    return Objects(tuple(items), more)


def _raise(status: Mapping[str, Any]) -> None:
    code, said = whole(status.get("code")), clean(text(status.get("message")))
    if code in (401, 403):
        raise BadConfig(f"Kubernetes refuses the access: {said or code}", "token")
    if code in (408, 409, 410, 429) or (code or 0) >= 500:
        raise Retryable(f"Kubernetes: {code} {said}".strip())
    raise Fatal(f"Kubernetes: {code or 'no code'} {said}".strip())
