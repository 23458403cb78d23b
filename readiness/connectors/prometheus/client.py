"""The HTTP API: instants, ranges in pieces that a server takes, label values, and the version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from readiness.connectors.errors import BadConfig, Fatal
from readiness.connectors.http import Http
from readiness.connectors.prometheus import answers
from readiness.connectors.prometheus.answers import Answer

MOST_POINTS = 11_000  # a server refuses more per series
LONGEST_URL = 1_500  # of the parameters; longer ones are posted as a form
SERVER_TIMEOUT = "9s"  # a little less than the door waits for the next byte
_FORM = "application/x-www-form-urlencoded"

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer and the bytes that it was read from."""

    answer: Answer
    body: bytes


@dataclass(frozen=True, slots=True)
class Client:
    """`http` is signed in; `extra` goes with every query (dedup of Thanos). Times are whole epoch seconds.

    All methods raise ConnectorError; BadConfig has the field "query" where the server refuses one.
    """

    http: Http
    extra: Mapping[str, str] = field(default_factory=dict)

    def at(self, query: str, moment: int) -> Told:
        pairs = [("query", query), ("time", str(moment)), ("timeout", SERVER_TIMEOUT), *self.extra.items()]
        return self._told(self._asked("/api/v1/query", pairs))

    def now(self, query: str) -> Told:
        """At the server's own time."""
        return self._told(self._asked("/api/v1/query", [("query", query), ("timeout", SERVER_TIMEOUT), *self.extra.items()]))

    def over(self, query: str, first: int, last: int, step_s: int) -> Told:
        """From `first` to `last`, both included, at most MOST_POINTS of them."""
        if (last - first) // step_s >= MOST_POINTS:
            raise ValueError("more points than a server takes")
        pairs = [("query", query), ("start", str(first)), ("end", str(last)), ("step", str(step_s))]
        return self._told(self._asked("/api/v1/query_range", [*pairs, ("timeout", SERVER_TIMEOUT), *self.extra.items()]))

    def label_values(self, label: str, selector: str = "", first: int | None = None, last: int | None = None) -> tuple[str, ...]:
        """Of the series that `selector` matches in that time."""
        body = self.http.get(f"/api/v1/label/{label}/values", params=_scope(selector, first, last), explain=answers.label_values)
        return answers.label_values(body)

    def version(self) -> str:
        """ "" where the server does not say: not every one of its kind has the address."""
        try:
            return answers.version(self.http.get("/api/v1/status/buildinfo", explain=answers.version))
        except Fatal:
            return ""
        except BadConfig as refused:
            if refused.field == "address":
                return ""
            raise

    def ping(self) -> None:
        """Raises where nobody answers questions."""
        self.now("vector(1)")

    def _asked(self, path: str, pairs: Pairs) -> bytes:
        form = urlencode(pairs)
        if len(form) <= LONGEST_URL:
            return self.http.get(path, params=pairs, explain=answers.answer)
        return self.http.post(path, form.encode(), media_type=_FORM, explain=answers.answer)

    def _told(self, body: bytes) -> Told:
        return Told(answers.answer(body), body)


def _scope(selector: str, first: int | None = None, last: int | None = None) -> Pairs:
    bounds = (("match[]", selector), ("start", first), ("end", last))
    return [(name, str(value)) for name, value in bounds if value not in (None, "")]
