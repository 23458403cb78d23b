"""What holds for every run that any importer yields, whatever it was fed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable

import orjson

from readiness.connectors.collector import MAY_BE_NEGATIVE, NEVER_ZERO
from readiness.connectors.contract import Bound, Flaw, Reading, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import ConnectorError
from readiness.connectors.importer import Importer, sight
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import canonical
from readiness.connectors.values import number

SECRET = "sk-0123456789abcdefSECRET"


def read_as(importer: Importer, name: str = "result") -> Callable[[bytes], list[Run]]:
    """Reads as the drop zone does: only in a format that the importer recognises."""

    def read(content: bytes) -> list[Run]:
        form = importer.recognise(sight(name, content[: 256 * 1024]))
        return list(importer.read(Document(name, data=content), form)) if form else []

    return read


def survived(read: Callable[[bytes], Iterable[Run]], content: bytes) -> list[Run]:
    """The sound runs of a payload; none where it was refused by one of the four errors."""
    refused = None
    try:
        runs = list(read(content))
    except ConnectorError as known:
        runs, refused = [], known
    if refused is not None:
        assert refused.text
        assert SECRET not in refused.text
    for run in runs:
        assert_sound(run)
    return runs


def assert_sound(run: Run) -> None:
    """A canonical unit for each reading, no impossible value, nothing secret, everything storable as JSON."""
    assert run.key
    assert all(isinstance(flaw, Flaw) and why for flaw, why in run.flaws)
    for reading in run.readings:
        assert_canonical(reading)
    places = [(one.metric, one.statistic, one.percentile, tuple(sorted(one.labels.items())), one.at) for one in run.readings]
    assert len(places) == len(set(places))
    kept = orjson.dumps(dataclasses.asdict(run))
    assert SECRET.encode() not in kept
    assert b"\\u0000" not in kept.replace(b"\\\\", b"")  # which no text column takes


def assert_canonical(reading: Reading) -> None:
    metric = METRICS[reading.metric]
    assert math.isfinite(reading.value)
    assert reading.raw_unit
    assert (reading.percentile is not None) == (reading.statistic is Statistic.PERCENTILE)
    assert reading.percentile is None or (0 < reading.percentile < 1 and metric.percentiles)
    if reading.metric not in MAY_BE_NEGATIVE:
        assert reading.value >= 0
    if reading.metric in NEVER_ZERO:
        assert reading.value > 0
    if metric.unit == "share":
        assert reading.value <= 1 + 1e-9
    raw = number(reading.raw_value)
    if raw is not None and reading.bound is Bound.EXACT:
        assert math.isclose(reading.value, canonical(reading.metric, raw, reading.raw_unit), rel_tol=1e-6, abs_tol=1e-300)
