"""What would decide a verdict, who could supply it, and the page where it is done: words for the codes of rules/missing.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import NARROW
from readiness.evidence.rules.missing import Who
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import Text, metric_label
from readiness.evidence.tables.reasons import amount, fact_words, statistic_words
from readiness.evidence.tables.values import duration_text
from readiness.workloads.choices import PoolKind
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown

Facts = Mapping[str, Any]

TITLES: dict[str, Text] = {
    "state_target": gettext_lazy("Say what it must reach"),
    "state_level": gettext_lazy("Say at which latency it must be carried"),
    "find_demand": gettext_lazy("Find out the load that production will bring"),
    "run_benchmark": gettext_lazy("Run a load test"),
    "connect_telemetry": gettext_lazy("Watch it in production"),
    "measure_for_real": gettext_lazy("Measure it as in production"),
    "measure_statistic": gettext_lazy("Measure the percentile that is asked for"),
    "measure_level": gettext_lazy("Measure the latency along with the throughput"),
    "measure_longer": gettext_lazy("Measure for longer"),
    "more_samples": gettext_lazy("Measure more requests"),
    "say_environment": gettext_lazy("Say on what it was measured"),
    "ask_capacity": gettext_lazy("Ask for capacity that is free"),
    "find_capacity": gettext_lazy("Find capacity"),
    "state_pool": gettext_lazy("Say what the pool holds"),
    "confirm_pool": gettext_lazy("Confirm what the pool holds"),
    "refresh": gettext_lazy("Measure it again: the evidence is too old"),
    "settle": gettext_lazy("Settle which of two values holds"),
}
WHO: dict[str, Text] = {
    Who.WORKLOAD_UNIT: gettext_lazy("Architects of the unit"),
    Who.SOURCE_UNIT: gettext_lazy("Whoever runs the source"),
    Who.INITIATIVE_OWNER: gettext_lazy("The initiative's owner"),
    Who.POOL_OWNER: gettext_lazy("Whoever looks after the pool"),
    Who.UNKNOWN: gettext_lazy("Nobody knows who"),
}
ACTIONS: dict[str, Text] = {
    "state": gettext_lazy("Say it"),
    "bring": gettext_lazy("Bring it in"),
    "watch": gettext_lazy("Connect it"),
    "source": gettext_lazy("Open the source"),
    "run": gettext_lazy("Open the run"),
    "ask": gettext_lazy("Ask for it"),
    "pools": gettext_lazy("Look at the pools"),
    "pool": gettext_lazy("Open the pool"),
}
_POOL_UNITS = {PoolKind.ACCELERATORS.value: "", PoolKind.STORAGE.value: "TB", PoolKind.NETWORK.value: "Gbit/s"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands; `sources` (with their names), `runs` and `pools` are those that the reader may open."""

    workload: int
    requirement: int
    sources: Mapping[int, str] = field(default_factory=dict)
    runs: frozenset[int] = frozenset()
    pools: frozenset[int] = frozenset()
    derived_from: str = ""
    unit: str = ""
    owner: str = ""


def supply(entry: Facts, place: Place) -> dict[str, Any]:
    """Title, detail, who, and the address one click from being done with its label; "" where the reader has none."""
    code, entry = str(entry.get("code", "")), without_hidden_pool(entry, place.pools)
    action, url = _ACTIONS.get(code, _nowhere)(entry, place)
    return {
        "code": code,
        "title": str(TITLES.get(code, code)),
        "detail": detail(entry),
        "who": who(entry, place),
        "action": str(ACTIONS[action]) if url else "",
        "url": url,
    }


def without_hidden_pool(entry: Facts, pools: frozenset[int]) -> Facts:
    """A pool that the reader may not see has no name."""
    return entry if entry.get("pool_id") in pools else {**entry, "pool": ""}


def who(entry: Facts, place: Place) -> str:
    """The person, unit or thing by name where the reader may know it, else the kind of person."""
    kind = entry.get("who", "")
    source, pool = place.sources.get(entry.get("source_id") or 0, ""), str(entry.get("pool") or "")
    if kind == Who.INITIATIVE_OWNER:
        return place.owner or _("An owner: nobody is named")
    if kind == Who.WORKLOAD_UNIT and place.unit:
        return _("Architects of %s") % place.unit
    if kind == Who.SOURCE_UNIT and source:
        return _("Whoever runs %s") % source
    if kind == Who.POOL_OWNER and pool and entry.get("pool_id") in place.pools:
        return _("Whoever looks after %s") % pool
    return str(WHO.get(kind, WHO[Who.UNKNOWN]))


def detail(entry: Facts) -> str:
    """What exactly, with the figures; "" where the title says it all."""
    say = _DETAILS.get(str(entry.get("code", "")))
    return say(entry) if say else ""


def _benchmark(entry: Facts) -> str:
    """`Time to first token, p95, with 25 in flight, on 2 x h100-sxm, for 5 minutes`."""
    parts = [statistic_words(entry["metric"], entry.get("percentile"))]
    if entry.get("at_least") is not None:
        parts.append(_("at least %s") % amount(entry["metric"], entry["at_least"]))
    if entry.get("concurrency"):
        parts.append(_("with %s in flight") % shown(entry["concurrency"]))
    if entry.get("rate"):
        parts.append(_("at %s requests per second") % shown(entry["rate"]))
    if entry.get("accelerator"):
        count = entry.get("accelerators")
        parts.append(_("on %s") % (f"{shown(count)} × {entry['accelerator']}" if count else entry["accelerator"]))  # noqa: RUF001
    if entry.get("duration_s"):
        parts.append(_("for %s") % duration_text(entry["duration_s"]))
    return ", ".join(parts)


def _telemetry(entry: Facts) -> str:
    metrics = ", ".join(statistic_words(one, entry.get("percentile")) for one in entry.get("metrics", ()))
    return (
        _("%(metrics)s over %(length)s") % {"metrics": metrics, "length": duration_text(entry["window_s"])}
        if entry.get("window_s")
        else metrics
    )


def _capacity(entry: Facts) -> str:
    """`4 x h100-sxm from Hall 2`, `12 TB`."""
    unit = _POOL_UNITS.get(str(entry.get("unit") or entry.get("kind") or ""), unit_of(str(entry.get("unit") or "")))
    much = f"{shown(entry['amount'])}{NARROW}{unit}".strip() if entry.get("amount") else ""
    thing = "" if unit else str(entry.get("accelerator") or _("accelerators"))
    what = f"{much} × {thing}" if much and entry.get("accelerator") and not unit else " ".join(filter(None, (much, thing)))  # noqa: RUF001
    return " ".join(filter(None, (what, _("from %s") % entry["pool"] if entry.get("pool") else "")))


def _longer(entry: Facts) -> str:
    if not entry.get("wanted_s"):
        return ""
    looked = entry.get("looked_s")
    wanted = duration_text(entry["wanted_s"])
    return _("%(wanted)s instead of %(looked)s") % {"wanted": wanted, "looked": duration_text(looked)} if looked else wanted


def _samples(entry: Facts) -> str:
    count = int(entry["samples"])
    return ngettext("at least %s request", "at least %s requests", count) % shown(count)


_DETAILS: dict[str, Callable[[Facts], str]] = {
    "state_target": lambda entry: metric_label(entry["metric"]),
    "state_level": lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    "run_benchmark": _benchmark,
    "connect_telemetry": _telemetry,
    "measure_for_real": lambda entry: fact_words(entry.get("facts", ())),
    "measure_statistic": lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    "measure_level": lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    "measure_longer": _longer,
    "more_samples": _samples,
    "say_environment": lambda entry: fact_words(entry.get("facts", ())),
    "ask_capacity": _capacity,
    "find_capacity": _capacity,
    "state_pool": lambda entry: str(entry.get("pool") or ""),
}


def _state(_entry: Facts, place: Place) -> tuple[str, str]:
    """Where the number stands: in the profile that the requirement follows, else at the requirement."""
    if place.derived_from:
        return "state", reverse("workloads:detail", args=[place.workload]) + f"#row-{place.derived_from}"
    return "state", reverse("workloads:requirements", args=[place.workload])


def _profile(_entry: Facts, place: Place) -> tuple[str, str]:
    return "state", reverse("workloads:detail", args=[place.workload]) + "#row-arrival_per_s"


def _bring(_entry: Facts, place: Place) -> tuple[str, str]:
    url = route("evidence:upload")
    return "bring", f"{url}?{urlencode({'workload': place.workload})}" if url else ""


def _watch(entry: Facts, place: Place) -> tuple[str, str]:
    """A feed of the source that is there already, else the sources."""
    source = entry.get("source_id")
    if source in place.sources:
        return "watch", route("evidence:feed_new", source)
    return "watch", route("evidence:sources")


def _source(entry: Facts, place: Place) -> tuple[str, str]:
    source = entry.get("source_id")
    return ("source", route("evidence:source", source)) if source in place.sources else _bring(entry, place)


def _run(entry: Facts, place: Place) -> tuple[str, str]:
    run = entry.get("run_id")
    return ("run", reverse("evidence:run", args=[run])) if run in place.runs else _bring(entry, place)


def _ask(entry: Facts, place: Place) -> tuple[str, str]:
    asked = {"workload": place.workload} | ({"pool": entry["pool_id"]} if entry.get("pool_id") in place.pools else {})
    return "ask", f"{reverse('workloads:capacity_request')}?{urlencode(asked)}"


def _pools(_entry: Facts, _place: Place) -> tuple[str, str]:
    return "pools", reverse("workloads:capacity")


def _pool(entry: Facts, place: Place) -> tuple[str, str]:
    pool = entry.get("pool_id")
    return ("pool", reverse("workloads:pool", args=[pool])) if pool in place.pools else ("pool", "")


def _nowhere(_entry: Facts, _place: Place) -> tuple[str, str]:
    return "state", ""


_ACTIONS: dict[str, Callable[[Facts, Place], tuple[str, str]]] = {
    "state_target": _state,
    "state_level": _state,
    "find_demand": _profile,
    "run_benchmark": _bring,
    "connect_telemetry": _watch,
    "measure_for_real": _bring,
    "measure_statistic": _source,
    "measure_level": _bring,
    "measure_longer": _source,
    "more_samples": _bring,
    "say_environment": _run,
    "ask_capacity": _ask,
    "find_capacity": _pools,
    "state_pool": _pool,
    "confirm_pool": _pool,
    "refresh": _source,
    "settle": _run,
}
