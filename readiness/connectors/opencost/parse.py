"""Answers of /allocation: one run per allocation and window, with what it cost in the currency that the caller names.

The payload has no currency: without one there is no money. `totalCost` includes its adjustments and all its parts; of the parts
only the accelerators' is told apart. A cost is an allocation (the greater of request and use, priced), not an invoice: the label
`basis` says so. `__idle__`, `__unallocated__` and `__unmounted__` are what nobody asked for; they bear their own names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Run, Statistic
from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.identity import run_key
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.values import number, positive, table, text, whole

TOOL = "opencost"
ALLOCATION = "allocation"
NOBODYS = frozenset({"__idle__", "__unallocated__", "__unmounted__"})
DISAGREE = 0.01
CURRENCY = re.compile(r"[A-Z]{3}")
_PARTS = ("cpu", "gpu", "ram", "pv", "network", "loadBalancer")
_WHOLE = ("sharedCost", "externalCost")
_READ = frozenset(
    {
        "name",
        "window",
        "start",
        "end",
        "minutes",
        "totalCost",
        "gpuCost",
        "gpuCostAdjustment",
        "gpuCount",
        "gpuHours",
        "properties",
    }
)


def allocations(body: bytes, *, currency: str, basis: str = "allocation", source: str = "") -> Iterator[Run]:
    """Every allocation of every step. `currency`: ISO 4217, "" for unknown; `source` tells clusters apart in the keys."""
    if currency and not CURRENCY.fullmatch(currency):
        raise BadConfig("a currency is three letters, such as EUR", "currency")
    warning = clean(text(_record(body).get("warning")))
    for step, content in enumerate(answered(body)):
        for name, entry in content.items():
            if isinstance(entry, Mapping):
                run = _run(str(name), entry, f"data[{step}].{clean(str(name))}", currency, basis, source)
                warned = (Flaw.INCOMPLETE, f"OpenCost warns: {warning}") if warning else None
                yield replace(run, flaws=validity.flaws(*run.flaws, warned))


def _record(body: bytes) -> Mapping[str, Any]:
    if body.lstrip()[:1] == b"<":
        raise Fatal("the answer is a web page, not JSON: a proxy or a sign-in page stands before the server")
    return table(parse_json(body))


def answered(body: bytes) -> list[Mapping[str, Any]]:
    """The maps of the steps, or the error the answer says; a step without data is null."""
    record = _record(body)
    code, said = whole(record.get("code")), clean(text(record.get("message")))
    if code is not None and code >= 500:
        raise Retryable(f"OpenCost: {code} {said}".strip())
    if code in (401, 403):
        raise BadConfig(f"OpenCost refuses the access: {said or code}", "token")
    if code is not None and code >= 400:
        raise BadConfig(f"OpenCost refuses the request: {said or code}", "filter")
    data = record.get("data")
    if not isinstance(data, list):
        raise Fatal("this is no list of allocations")
    return [table(one) for one in data]


def _run(name: str, entry: Mapping[str, Any], place: str, currency: str, basis: str, source: str) -> Run:
    minutes = positive(entry.get("minutes"))
    collector = Collector(labels={"allocation": clean(name)})
    _add_money(collector, entry, minutes, {"basis": basis, "currency": currency})
    _add_accelerators(collector, entry, minutes)
    window = table(entry.get("window"))
    started, ended = _moment(window.get("start") or entry.get("start")), _moment(window.get("end") or entry.get("end"))
    properties = table(entry.get("properties"))
    return Run(
        kind=Kind.COST,
        tool=TOOL,
        format=ALLOCATION,
        place=place,
        key=run_key(TOOL, source, name, currency, basis, text(window.get("start")), text(window.get("end")), *_figures(entry)),
        readings=collector.readings,
        name=clean(name),
        started_at=started,
        ended_at=ended,
        duration_s=minutes * 60 if minutes is not None else None,
        environment=Environment(venue=clean(text(properties.get("cluster"))), extra=tidy(properties)),
        flaws=validity.flaws(*_flaws(entry, minutes, collector), *collector.flaws),
        unread=tidy(entry, _READ) | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


def _add_money(collector: Collector, entry: Mapping[str, Any], minutes: float | None, labels: Mapping[str, str]) -> None:
    total = number(entry.get("totalCost"))
    if total is None:
        return
    if not labels["currency"]:
        collector.doubt("totalCost", "the currency is not in the answer and was not given")
        return
    collector.add("cost_total", total, "money", Statistic.TOTAL, name="totalCost", labels=labels)
    if minutes is not None:
        collector.add("cost_per_hour", total / (minutes / 60), "money/h", Statistic.MEAN, name="totalCost / hours", labels=labels)
    accelerators = _with_adjustment(entry, "gpu")
    if accelerators is not None and (accelerators or positive(entry.get("gpuHours"))):
        part = {**labels, "component": "accelerators"}
        collector.add("cost_total", accelerators, "money", Statistic.TOTAL, name="gpuCost + gpuCostAdjustment", labels=part)


def _with_adjustment(entry: Mapping[str, Any], part: str) -> float | None:
    cost = number(entry.get(f"{part}Cost"))
    return None if cost is None else cost + (number(entry.get(f"{part}CostAdjustment")) or 0.0)


def _add_accelerators(collector: Collector, entry: Mapping[str, Any], minutes: float | None) -> None:
    """Accelerator-hours over hours are what was held on average; `gpuCount` is the same where a version has it."""
    hours = positive(entry.get("gpuHours"))
    if hours is not None and minutes is not None:
        held = hours / (minutes / 60)
        collector.add(
            "accelerator_count", held, "accelerators", Statistic.MEAN, name="gpuHours / hours", labels={"quantity": "held"}
        )


def _flaws(entry: Mapping[str, Any], minutes: float | None, collector: Collector) -> Iterator[validity.Found]:
    if number(entry.get("totalCost")) is None:
        yield Flaw.INCOMPLETE, "totalCost is missing"
    elif "totalCost" in collector.refused and not collector.flaws:
        yield Flaw.INCOMPLETE, f"totalCost: {collector.refused['totalCost']}"
    if minutes is None:
        yield Flaw.INCOMPLETE, "the minutes of the allocation are missing"
    yield _sum(entry)


def _sum(entry: Mapping[str, Any]) -> validity.Found:
    """The parts give the total, if any part is told. Said without amounts: a flaw is read by those who may not see any."""
    parts = [_with_adjustment(entry, one) for one in _PARTS] + [number(entry.get(one)) for one in _WHOLE]
    known, total = [one for one in parts if one is not None], number(entry.get("totalCost"))
    if total is None or len(known) < len(_PARTS):
        return None
    if abs(sum(known) - total) <= 0.005 + DISAGREE * abs(total):
        return None
    share = f"{sum(known) / total:.1%} of the total" if total else "more than the total, which is zero"
    return Flaw.INCOMPLETE, f"the parts give {share}"


def _figures(entry: Mapping[str, Any]) -> list[object]:
    return [number(entry.get(key)) for key in ("minutes", "totalCost", "gpuCost", "gpuHours", "cpuCost", "ramCost")]


def _moment(raw: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(text(raw))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
