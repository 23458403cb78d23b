"""What would decide a verdict, who could supply it, and the page where it is done: words for the codes of rules/missing.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import NARROW
from readiness.evidence.rules.missing import Missing, Who
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import Text, metric_label
from readiness.evidence.tables.reasons import amount, fact_words, statistic_words
from readiness.evidence.tables.values import duration_text
from readiness.workloads.choices import PoolKind
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown

Facts = Mapping[str, Any]

TITLES: dict[str, Text] = {
    Missing.STATE_TARGET: gettext_lazy("Say what it must reach"),
    Missing.STATE_LEVEL: gettext_lazy("Say at which latency it must be carried"),
    Missing.FIND_DEMAND: gettext_lazy("Find out the load that production will bring"),
    Missing.RUN_BENCHMARK: gettext_lazy("Run a load test"),
    Missing.CONNECT_TELEMETRY: gettext_lazy("Watch it in production"),
    Missing.MEASURE_FOR_REAL: gettext_lazy("Measure it as in production"),
    Missing.MEASURE_STATISTIC: gettext_lazy("Measure the percentile that is asked for"),
    Missing.MEASURE_LEVEL: gettext_lazy("Measure the latency along with the throughput"),
    Missing.MEASURE_LONGER: gettext_lazy("Measure for longer"),
    Missing.MORE_SAMPLES: gettext_lazy("Measure more requests"),
    Missing.SAY_ENVIRONMENT: gettext_lazy("Say on what it was measured"),
    Missing.ASK_CAPACITY: gettext_lazy("Ask for capacity that is free"),
    Missing.FIND_CAPACITY: gettext_lazy("Find capacity"),
    Missing.STATE_POOL: gettext_lazy("Say what the pool holds"),
    Missing.CONFIRM_POOL: gettext_lazy("Confirm what the pool holds"),
    Missing.REFRESH: gettext_lazy("Measure it again: the evidence is too old"),
    Missing.SETTLE: gettext_lazy("Settle which of two values holds"),
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
    """Where an entry stands: what is linked to; `sources` and `runs` are those that the reader may open."""

    workload: int
    requirement: int
    sources: frozenset[int] = frozenset()
    runs: frozenset[int] = frozenset()
    pools: frozenset[int] = frozenset()


def supply(entry: Facts, place: Place) -> dict[str, Any]:
    """Title, detail, who, and the address one click from being done with its label; "" where the reader has none."""
    code = str(entry.get("code", ""))
    action, url = _ACTIONS.get(code, _nowhere)(entry, place)
    return {
        "code": code,
        "title": str(TITLES.get(code, code)),
        "detail": detail(entry),
        "who": who(entry),
        "action": str(ACTIONS[action]) if url else "",
        "url": url,
    }


def who(entry: Facts) -> str:
    """The name that was found for it, else the kind of person."""
    named = entry.get("who_name")
    return str(named) if named else str(WHO.get(entry.get("who", ""), WHO[Who.UNKNOWN]))


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
    unit = _POOL_UNITS.get(str(entry.get("unit") or entry.get("kind") or ""), unit_of(str(entry.get("unit") or "")))
    thing = entry.get("accelerator") or _("accelerators") if not unit else ""
    much = f"{shown(entry['amount'])}{NARROW}{unit}".strip() if entry.get("amount") else ""
    of_pool = _("from %s") % entry["pool"] if entry.get("pool") else ""
    return " ".join(filter(None, (much, str(thing), of_pool)))


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
    Missing.STATE_TARGET: lambda entry: metric_label(entry["metric"]),
    Missing.STATE_LEVEL: lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    Missing.RUN_BENCHMARK: _benchmark,
    Missing.CONNECT_TELEMETRY: _telemetry,
    Missing.MEASURE_FOR_REAL: lambda entry: fact_words(entry.get("facts", ())),
    Missing.MEASURE_STATISTIC: lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    Missing.MEASURE_LEVEL: lambda entry: statistic_words(entry["metric"], entry.get("percentile")),
    Missing.MEASURE_LONGER: _longer,
    Missing.MORE_SAMPLES: _samples,
    Missing.SAY_ENVIRONMENT: lambda entry: fact_words(entry.get("facts", ())),
    Missing.ASK_CAPACITY: _capacity,
    Missing.FIND_CAPACITY: _capacity,
    Missing.STATE_POOL: lambda entry: str(entry.get("pool") or ""),
}


def _state(_entry: Facts, place: Place) -> tuple[str, str]:
    return "state", reverse("workloads:requirement", args=[place.workload, place.requirement])


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
    Missing.STATE_TARGET: _state,
    Missing.STATE_LEVEL: _state,
    Missing.FIND_DEMAND: _profile,
    Missing.RUN_BENCHMARK: _bring,
    Missing.CONNECT_TELEMETRY: _watch,
    Missing.MEASURE_FOR_REAL: _bring,
    Missing.MEASURE_STATISTIC: _source,
    Missing.MEASURE_LEVEL: _bring,
    Missing.MEASURE_LONGER: _source,
    Missing.MORE_SAMPLES: _bring,
    Missing.SAY_ENVIRONMENT: _run,
    Missing.ASK_CAPACITY: _ask,
    Missing.FIND_CAPACITY: _pools,
    Missing.STATE_POOL: _pool,
    Missing.CONFIRM_POOL: _pool,
    Missing.REFRESH: _source,
    Missing.SETTLE: _run,
}
