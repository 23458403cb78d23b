"""One pull: every query of a feed at every moment that is due, the oldest first, and up to where it was read completely.

What is due may be a month after an outage. So that each pull ends in time and gets further than the one before, it stops after
some seconds or samples at a moment up to which all queries were answered; the next one goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from readiness.connectors.errors import BadConfig
from readiness.connectors.live import Batch, Payload, Span
from readiness.connectors.prometheus import buckets, reading
from readiness.connectors.prometheus.client import MOST_POINTS, Client, Told
from readiness.connectors.prometheus.questions import Asked, Plan
from readiness.connectors.prometheus.windows import due, moment, of_query

FIRST_PIECE, SAMPLES_A_PIECE, SAMPLES_A_PULL = 8, 50_000, 500_000
# How long, and how many steps, an answer that is partial or that the server warns of is asked for again.
HOLD_S, HOLD_STEPS = 86_400, 1_000
LOOKBACK_S = 300  # a server takes a sample of that age for one of the moment
_LONGEST_NAME = 400


@dataclass(slots=True)
class Pull:
    """`source` tells servers apart in the keys of runs; `clock` tells seconds."""

    client: Client
    plan: Plan
    source: str
    clock: Callable[[], float] = time.monotonic
    _edges: dict[tuple[str, int], tuple[float, ...]] = field(default_factory=dict, init=False)
    _samples: int = field(default=0, init=False)
    _most_series: int = field(default=1, init=False)
    _doubtful: int | None = field(default=None, init=False)  # the first moment whose answer was partial

    def batches(self, span: Span) -> Iterator[Batch]:
        """Raises ConnectorError. `read_to` stands on the last batch of each piece of time that all queries have answered for."""
        moments, begun = due(span, self.plan.pace), self.clock()
        if not any(of_query(moments, asked.every_s) for asked in self.plan.asked):
            self.client.ping()
            return
        done, size = 0, FIRST_PIECE
        while done < len(moments):
            piece = moments[done : done + size]
            last: Batch | None = None
            for batch in self._piece(piece, moments):
                if last is not None:
                    yield last
                last = batch
            if last is not None:
                yield replace(last, read_to=moment(self._read_to(piece)))
            done += len(piece)
            if self.clock() - begun > span.patience_s or self._samples > SAMPLES_A_PULL:
                return
            size = max(1, min(SAMPLES_A_PIECE // self._most_series, MOST_POINTS))

    def _piece(self, piece: range, pull: range) -> Iterator[Batch]:
        for number, asked in enumerate(self.plan.asked, 1):
            if times := of_query(piece, asked.every_s):
                try:
                    yield from self._asked(asked, times, pull)
                except BadConfig as refused:
                    if refused.field in ("address", "ca", self.client.http.credential):
                        raise
                    raise BadConfig(f"query {number} ({asked.name}): {refused.text}", "queries") from refused

    def _asked(self, asked: Asked, times: range, pull: range) -> Iterator[Batch]:
        told = self._told(asked.question.query, times)
        covered = None
        if asked.coverage is not None:
            covered = self._told(asked.coverage.query, times)
            yield Batch((), Payload(_name(asked, "coverage", asked.coverage.query), covered.body))
        edges = tuple(self._edges_of(one, asked, pull) for one in asked.buckets)
        found = reading.runs(
            asked,
            told.answer,
            covered.answer if covered else None,
            map(moment, times),
            edges=tuple(one for one in edges if one),
            source=self.source,
        )
        yield Batch(tuple(found), Payload(_name(asked, "query", asked.question.query), told.body))

    def _told(self, query: str, times: range) -> Told:
        told = self.client.at(query, times[0]) if len(times) == 1 else self.client.over(query, times[0], times[-1], times.step)
        self._samples += sum(len(one.samples) for one in told.answer.series)
        self._most_series = max(self._most_series, len(told.answer.series))
        if self._doubtful is None and (told.answer.partial or told.answer.warnings):
            self._doubtful = times[0]
        return told

    def _edges_of(self, selector: str, asked: Asked, pull: range) -> tuple[float, ...]:
        """Upper edges of a histogram, asked for once a pull."""
        place = (selector, max(asked.window_s, LOOKBACK_S))
        if place not in self._edges:
            self._edges[place] = buckets.edges(self.client.label_values("le", selector, pull[0] - place[1], pull[-1]))
        return self._edges[place]

    def _read_to(self, piece: range) -> int:
        """Not beyond a moment whose answer may still become whole, for a while."""
        if self._doubtful is None:
            return piece[-1]
        return max(self._doubtful - piece.step, piece[-1] - min(HOLD_S, HOLD_STEPS * piece.step))


def _name(asked: Asked, what: str, query: str) -> str:
    return f"{asked.name}, {what}: {query}"[:_LONGEST_NAME]
