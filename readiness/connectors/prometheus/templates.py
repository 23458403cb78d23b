"""The queries that come with the product, one pack for each software: to be copied into a feed and edited there.

An entry is what questions.py reads; one with `percentiles` stands for several, with $quantile in its query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from readiness.connectors.payload import parse_yaml

_FOLDER = Path(__file__).parent / "packs"
_ORDER = ("vllm", "dcgm", "kube_state", "triton", "tgi", "kserve", "http", "istio", "node")


@dataclass(frozen=True, slots=True)
class Pack:
    """`probes` are metrics by which one sees that the software is there."""

    key: str
    name: str
    about: str
    probes: tuple[str, ...]
    queries: tuple[Mapping[str, Any], ...]


@cache
def packs() -> tuple[Pack, ...]:
    return tuple(_pack(key) for key in _ORDER)


def _pack(key: str) -> Pack:
    content = parse_yaml((_FOLDER / f"{key}.yaml").read_bytes())
    queries = tuple(one for entry in content["queries"] for one in _each(entry))
    return Pack(key, content["name"], content["about"], tuple(content["probes"]), queries)


def _each(entry: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    shares = entry.pop("percentiles", None)
    if shares is None:
        yield entry
        return
    for share in shares:
        yield entry | {
            "name": f"{entry['name']} p{share * 100:g}",
            "statistic": "percentile",
            "percentile": share,
            "query": entry["query"].replace("$quantile", str(share)),
        }
