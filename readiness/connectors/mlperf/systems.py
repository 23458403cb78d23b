"""System descriptions: what a result ran on. Numbers come as numbers, as text, and as "N/A"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Kind, Run, Statistic
from readiness.connectors.identity import run_key
from readiness.connectors.redaction import tidy
from readiness.connectors.values import text, whole

TOOL = "mlperf"
_KEPT = (
    "submitter",
    "division",
    "status",
    "system_name",
    "system_type",
    "accelerator_memory_capacity",
    "host_processor_model_name",
)
_COUNTED = ("accelerators_per_node", "number_of_nodes", "accelerator_model_name", "framework")


def environment(
    system: Mapping[str, Any], *, model: str = "", precision: str = "", extra: Mapping[str, Any] | None = None
) -> Environment:
    """`accelerators` of all nodes together; 0 is a machine without, None is not said."""
    nodes, each = whole(system.get("number_of_nodes")), whole(system.get("accelerators_per_node"))
    described = {key: text(system.get(key)) for key in _KEPT if text(system.get(key))}
    return Environment(
        accelerator="" if each == 0 else text(system.get("accelerator_model_name")),
        accelerators=each * (nodes or 1) if each is not None else None,
        nodes=nodes,
        model=model,
        precision=precision,
        software=text(system.get("framework")),
        data_real=False,
        users_real=False,
        extra=tidy({**described, **(extra or {})}),
    )


def inventory(system: Mapping[str, Any]) -> Run:
    """A description that came alone: what there is, nothing measured."""
    about = environment(system)
    collector = Collector()
    collector.add("accelerator_count", about.accelerators, "accelerators", Statistic.POINT, name="accelerators_per_node")
    collector.add("node_count", about.nodes, "nodes", Statistic.POINT, name="number_of_nodes")
    return Run(
        kind=Kind.INVENTORY,
        tool=TOOL,
        format="system",
        place="",
        key=run_key(TOOL, "system", *(text(system.get(key)) for key in (*_KEPT, *_COUNTED))),
        readings=collector.readings,
        name=text(system.get("system_name")),
        environment=about,
        unread=tidy(system, frozenset((*_KEPT, *_COUNTED))),
    )
