"""Hostile payloads: files with one thing spoiled, and whole files made of the vendor's own words in the wrong places."""

from __future__ import annotations

import copy
import gzip
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.connectors.contract import Run
from tests.readiness.connectors.soundness import survived
from tests.sampling import FULL

MUTATED, GENERATED = (500, 500) if FULL else (75, 25)  # per importer
WRONG: tuple[Any, ...] = (
    None, True, False, "", "NaN", "inf", "-Infinity", "N/A", -1, -0.0, 0, 1e308, -1e308, 10**30, 2**63, 1.7976931348623157e308,
    9223372036854775794, "1e400", "12,5", "0x1F", [], {}, [[]], {"avg": "x"}, "\x00", "\u202e", "x" * 5000, "9" * 400, 3.5,
    "100%", [None], {"unit": "furlongs", "avg": 1}, "-1", 101, "<script>", "../../etc", {"p99": float("nan")}, "\ud7ff",
)  # fmt: skip
Reader = Callable[[bytes], Iterable[Run]]


def hostile(read: Reader, samples: list[bytes], seed: str) -> None:
    """Nothing but sound runs or a ConnectorError, for every payload."""
    told = sum(bool(survived(read, payload)) for payload in mutations(samples, seed, MUTATED))
    assert told >= MUTATED // 5, "hardly any payload came as far as a run: this tests the door alone"
    generated(read, samples)


def mutations(samples: list[bytes], seed: str, times: int) -> Iterator[bytes]:
    for turn in range(times):
        luck = random.Random(f"{seed}:{turn}")  # the same payloads on every machine
        sample = luck.choice(samples)
        yield _spoiled(sample, luck)


def _spoiled(sample: bytes, luck: random.Random) -> bytes:
    record = _json(sample)
    if record is not None and luck.random() < 0.75:
        for _ in range(luck.choice((1, 1, 2, 5))):
            record = _spoil(record, luck)
        return _written(record)
    return luck.choice(_BYTES)(sample, luck)


def each_spoiled(sample: bytes) -> Iterator[tuple[str, bytes]]:
    """Every place of a JSON file, each with every wrong value and once without its key."""
    wrong = WRONG if FULL else (None, "", "NaN", -1, 0, 1e308, {}, 101, True)
    record = orjson.loads(sample)
    for path in list(_paths(record)):
        for value in (*wrong, _GONE):
            yield "/".join(map(str, path)), _written(_put(record, path, value))


_GONE = object()


def _json(sample: bytes) -> Any:
    try:
        return orjson.loads(sample)
    except orjson.JSONDecodeError:
        return None


def _written(record: Any) -> bytes:
    import json

    return json.dumps(record).encode("utf-8", "surrogatepass")  # NaN and very large integers as Python's tools write them


def _paths(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _spoil(record: Any, luck: random.Random) -> Any:
    paths = list(_paths(record))
    if not paths:
        return luck.choice(WRONG)
    return _put(record, luck.choice(paths), luck.choice((*WRONG, _GONE)))


def _put(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(record)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if value is _GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def _cell(sample: bytes, luck: random.Random) -> bytes:
    """One field of a text file replaced."""
    lines = sample.split(b"\n")
    at = luck.randrange(len(lines))
    separator = b"," if b"," in lines[at] else b" "
    cells = lines[at].split(separator)
    cells[luck.randrange(len(cells))] = str(luck.choice(WRONG)).encode("utf-8", "replace")
    lines[at] = separator.join(cells)
    return b"\n".join(lines)


def _cut(sample: bytes, luck: random.Random) -> bytes:
    return sample[: luck.randrange(len(sample) + 1)]


def _flipped(sample: bytes, luck: random.Random) -> bytes:
    changed = bytearray(sample or b"x")
    for _ in range(luck.choice((1, 10, 100))):
        changed[luck.randrange(len(changed))] = luck.randrange(256)
    return bytes(changed)


def _doubled(sample: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(sample) + 1)
    return sample[:at] + sample[max(0, at - 400) :]


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cell,
    _cell,
    _cell,
    _cut,
    _flipped,
    _doubled,
    lambda sample, luck: sample.decode("utf-8", "replace").encode("utf-16"),
    lambda sample, luck: gzip.compress(sample)[: luck.randrange(20, 400)],
    lambda sample, luck: b"[" * 5000 + sample,
)


def generated(read: Reader, samples: list[bytes]) -> None:
    """Documents of the samples' own keys and words, nested at random."""
    keys = sorted({str(key) for sample in samples for path in _paths(_json(sample)) for key in path})[:300] or ["x"]
    words = sorted({one for sample in samples for one in _words(_json(sample))})[:200] or ["x"]
    leaves = st.one_of(
        st.sampled_from(words), st.integers(-5, 10**12), st.floats(), st.text(max_size=12), st.booleans(), st.none()
    )
    documents = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(keys), inner, max_size=8)),
        max_leaves=25,
    )

    @settings(max_examples=GENERATED, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(keys), documents, min_size=1, max_size=10), st.sampled_from(samples))
    def holds(document: dict[str, Any], sample: bytes) -> None:
        survived(read, _written(document))
        base = _json(sample)
        if isinstance(base, dict):  # so that the reader recognises it
            survived(read, _written(base | document))

    holds()


def _words(record: Any) -> Iterator[str]:
    for path in _paths(record):
        value = record
        for key in path:
            value = value[key]
        if isinstance(value, str) and len(value) < 60:
            yield value
