"""What a run says of itself beside its measurements: which of its params, tags and metrics hold the environment and the load.

MLflow has no words for either, so a mapping says where they stand: `accelerator` -> `params.gpu`, `concurrency` ->
`params.max_concurrency`, `failed` -> `metrics.failed_requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from readiness.connectors import validity
from readiness.connectors.contract import Load
from readiness.connectors.errors import BadConfig
from readiness.connectors.redaction import clean
from readiness.connectors.values import positive, text, whole

_PLACES = ("params.", "tags.", "metrics.")
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


def _text(raw: object) -> str | None:
    return clean(text(raw)) or None


def _yes(raw: object) -> bool | None:
    word = text(raw).lower()
    return True if word in _TRUE else False if word in _FALSE else None


ENVIRONMENT: Mapping[str, Callable[[object], Any]] = {
    "venue": _text,
    "accelerator": _text,
    "accelerators": whole,
    "nodes": whole,
    "model": _text,
    "precision": _text,
    "software": _text,
    "software_version": _text,
    "data_real": _yes,
    "users_real": _yes,
}
LOAD: Mapping[str, Callable[[object], Any]] = {
    "concurrency": positive,
    "requested_per_s": positive,
    "achieved_per_s": positive,
    "started": whole,
    "completed": whole,
    "failed": whole,
    "input_tokens": positive,
    "output_tokens": positive,
}


def check(about: Mapping[str, str]) -> None:
    """BadConfig for a name that nobody has or a place that cannot be."""
    for name, place in about.items():
        if name not in ENVIRONMENT and name not in LOAD:
            raise BadConfig(f"{clean(name)}: one of {', '.join((*ENVIRONMENT, *LOAD))} is expected", "about")
        if not place.startswith(_PLACES) or place.endswith("."):
            raise BadConfig(f"{name}: params.<name>, tags.<name> or metrics.<name> is expected", "about")


def environment(about: Mapping[str, str], told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is told of contract.Environment, by its names. `told`: "params", "tags" and "metrics" by name."""
    return _of(ENVIRONMENT, about, told)


def load(about: Mapping[str, str], told: Mapping[str, Mapping[str, Any]]) -> Load:
    return Load(**_of(LOAD, about, told))


def flaws(load: Load) -> Iterator[validity.Found]:
    """What the load shows to be unsound, as far as it is told."""
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.generator_saturated(load.requested_per_s, load.achieved_per_s)


def _of(
    known: Mapping[str, Callable[[object], Any]], about: Mapping[str, str], told: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    found = {}
    for name, place in about.items():
        where, _, key = place.partition(".")
        if name in known and (value := known[name](told.get(where, {}).get(key))) is not None:
            found[name] = value
    return found
