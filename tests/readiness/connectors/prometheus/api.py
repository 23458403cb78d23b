"""A Prometheus of a few lines: a query is the name of a function of time. It keeps what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx

from readiness.connectors.http import Http
from readiness.connectors.live import Batch, Span
from readiness.connectors.prometheus.connector import CONNECTOR

ADDRESS = "http://prometheus.test/base"
Value = float | str | None
Query = Callable[[int], Value | Mapping[str, Value]]


@dataclass
class Api:
    """`queries`: text of a query -> epoch second -> value, or label value -> value; None is no sample."""

    queries: Mapping[str, Query]
    edges: tuple[str, ...] = ("0.5", "1", "+Inf")
    also: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda query, record: record
    requests: list[httpx.Request] = field(default_factory=list)

    @property
    def http(self) -> Http:
        return Http(httpx.Client(transport=httpx.MockTransport(self._answer)))

    def asked(self, path: str) -> list[dict[str, str]]:
        """Parameters of the requests to that end of a path."""
        return [_parameters(one) for one in self.requests if one.url.path.endswith(path)]

    def pull(
        self, ask: Mapping[str, Any], until: int, since: int | None = None, patience_s: float = 20.0, **config: Any
    ) -> list[Batch]:
        begun = None if since is None else datetime.fromtimestamp(since, tz=UTC)
        span = Span(begun, datetime.fromtimestamp(until, tz=UTC), patience_s=patience_s)
        return list(CONNECTOR.pull({"address": ADDRESS, **config}, ask, self.http, span))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        asked = _parameters(request)
        if request.url.path.endswith("/label/le/values"):
            return httpx.Response(200, json={"status": "success", "data": list(self.edges)})
        if asked["query"] == "vector(1)":
            asked["time"] = "1"
        first = int(asked.get("time") or asked["start"])
        moments = range(first, int(asked.get("end", first)) + 1, int(asked.get("step", 1)))
        record = self.also(asked["query"], {"status": "success", "data": self._data(asked["query"], moments, "time" in asked)})
        return httpx.Response(400 if record["status"] == "error" else 200, json=record)

    def _data(self, query: str, moments: range, instant: bool) -> dict[str, Any]:
        series: dict[str, list[list[Any]]] = {}
        for at in moments:
            told = self.queries[query](at) if query != "vector(1)" else 1.0
            for label, value in (told if isinstance(told, Mapping) else {"": told}).items():
                if value is not None:
                    series.setdefault(label, []).append([at, str(value)])
        result = [
            {"metric": {"pod": label} if label else {}, **({"value": found[0]} if instant else {"values": found})}
            for label, found in series.items()
        ]
        return {"resultType": "vector" if instant else "matrix", "result": result}


def _parameters(request: httpx.Request) -> dict[str, str]:
    return {**dict(request.url.params), **dict(parse_qsl(request.content.decode()))}


def query(text: str, **rest: Any) -> dict[str, Any]:
    """An entry of an ask: a gauge, unless `rest` says otherwise."""
    return {"query": text, "metric": "queue_length", "unit": "requests", **rest}
