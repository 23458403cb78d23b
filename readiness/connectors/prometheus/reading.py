"""From the answers to one query to its runs: one for each moment that it was evaluated at, so that what is told of a moment
does not depend on which others were asked for with it. Moments without a value are one run as long as nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from readiness.connectors import validity
from readiness.connectors.contract import Flaw, Reading, Run
from readiness.connectors.identity import run_key
from readiness.connectors.prometheus import parse
from readiness.connectors.prometheus.answers import Answer, at_each
from readiness.connectors.prometheus.questions import Asked

Edges = tuple[tuple[float, ...], ...]  # of each histogram that the query reads


def runs(
    asked: Asked, told: Answer, covered: Answer | None, moments: Iterable[datetime], *, edges: Edges, source: str
) -> Iterator[Run]:
    """`covered` answers the coverage of `asked`, where it has one. Raises BadConfig."""
    moments = list(moments)
    question = replace(asked.question, edges=edges)
    coverage = dict(at_each(covered, moments)) if covered is not None and asked.coverage is not None else {}
    found = []
    for moment, part in at_each(told, moments):
        started = moment - timedelta(seconds=asked.window_s)
        run = parse.run(part, question, source=source, started_at=started, ended_at=moment)
        if asked.buckets and run.readings and not any(edges):
            run = _flawed(run, f"the edges of {asked.buckets[0][:100]} cannot be read: whether a value is one is not known")
        if asked.coverage is not None:
            share = parse.run(coverage[moment], asked.coverage, source=source, started_at=started, ended_at=moment)
            run = _covered(run, share, asked.least_coverage)
        found.append(replace(run, name=asked.name, place=f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
    yield from _together(found, asked, source)


def _covered(run: Run, share: Run, least: float) -> Run:
    """Both in one run, which decides nothing where too little of the window, or nobody knows how much, was looked at."""
    shares = {_series(one): one.value for one in share.readings}
    known = [shares.get(_series(one)) for one in run.readings]
    if None in known:
        run = _flawed(run, "how much of the window was looked at is not known")
    elif (low := min((one for one in known if one is not None), default=1.0)) < least:
        run = _flawed(run, f"only {low:.1%} of the window was looked at, at least {least:.0%} is expected")
    flaws = tuple(dict.fromkeys((*run.flaws, *share.flaws)))
    key = run_key(parse.TOOL, run.key, share.key)
    return replace(run, key=key, readings=(*run.readings, *share.readings), flaws=flaws)


def _series(reading: Reading) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(reading.labels.items()))


def _flawed(run: Run, why: str) -> Run:
    return replace(run, flaws=validity.flaws(*run.flaws, (Flaw.INCOMPLETE, why)))


def _together(found: list[Run], asked: Asked, source: str) -> Iterator[Run]:
    last: Run | None = None
    for run in found:
        if last is not None and not last.readings and not run.readings and last.flaws == run.flaws:
            key = run_key(parse.TOOL, source, asked.question.query, last.started_at, run.ended_at, *run.flaws)
            last = replace(last, ended_at=run.ended_at, key=key)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last
