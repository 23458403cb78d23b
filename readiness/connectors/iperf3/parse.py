"""iperf3's --json and --json-stream. Bandwidth is what arrived, in bits per second, whatever was sent; round trips are in us.

`jitter_ms` and loss exist for UDP alone. A test of both directions has two sums; `to_server` is what the client sent. A round
trip of zero was not measured. One thread can be the bottleneck: where it was, client or server was measured and not the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import json_records, parse_json
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.values import number, positive, rows, table, text, whole, within

TOOL = "iperf3"
JSON, STREAM = "json", "json_stream"
BUSY = 95.0  # per cent of one core: the thread could not do more
_THREADED = (3, 16)  # since then each stream has a thread of its own
_VERSION = re.compile(r"iperf (\d+)\.(\d+)")
_LATEST_S = 4e9
_SHOWN = ("protocol", "num_streams", "blksize", "duration", "omit", "reverse", "bidir", "tos", "target_bitrate")


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if seen.lines and seen.has("event", "data"):
        return STREAM
    is_own = seen.has("start.version", "start.connected") and b'"iperf' in sight.head
    return JSON if is_own and ("intervals" in seen.keys or "error" in seen.keys) else ""


def read(document: Document, form: str) -> Iterator[Run]:
    record = _assembled(document.read()) if form == STREAM else parse_json(document.read())
    if not isinstance(record, Mapping):
        raise Fatal("the JSON of iperf3 is an object")
    yield _run(record, form)


def _assembled(content: bytes) -> dict[str, Any]:
    """Start, end and error of a stream of events."""
    events = {text(table(one).get("event")): table(one).get("data") for _, one in json_records(content)}
    return {key: events[key] for key in ("start", "end", "error") if key in events}


def _run(record: Mapping[str, Any], form: str) -> Run:
    start, end = table(record.get("start")), table(record.get("end"))
    test = table(start.get("test_start"))
    collector = Collector()
    for direction, received in _received(end, test):
        _add(collector, direction, received)
    _add_round_trips(collector, end)
    seconds = positive(within(end, "sum_received", "seconds")) or positive(within(end, "sum", "seconds"))
    began = positive(within(start, "timestamp", "timesecs"))
    started = datetime.fromtimestamp(began, tz=UTC) if began and began < _LATEST_S else None
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place="",
        key=_key(start, end, record),
        readings=collector.readings,
        tool_version=text(start.get("version")).removeprefix("iperf "),
        name=clean(f"{text(test.get('protocol'))} to {text(within(start, 'connecting_to', 'host'))}".strip()),
        started_at=started,
        ended_at=started + timedelta(seconds=min(seconds, _LATEST_S / 2)) if started and seconds else None,
        duration_s=seconds,
        environment=Environment(extra=tidy({key: test[key] for key in _SHOWN if test.get(key)})),
        flaws=validity.flaws(*_checks(record, start, end, collector), *collector.flaws),
        unread=_unread(record, end, collector),
    )


def _received(end: Mapping[str, Any], test: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What arrived, by direction. Old UDP results have one sum, of what was sent: it counts only where nothing was lost."""
    backwards = test.get("reverse") not in (None, 0, False)
    forward, reverse = ("to_client", "to_server") if backwards else ("to_server", "to_client")
    total = table(end.get("sum"))
    if table(end.get("sum_received")):
        yield forward, {**_udp_only(total), **table(end.get("sum_received"))}
    elif total and number(total.get("lost_percent")) == 0:
        yield forward, total
    if table(end.get("sum_received_bidir_reverse")):
        yield reverse, table(end.get("sum_received_bidir_reverse"))


def _udp_only(total: Mapping[str, Any]) -> dict[str, Any]:
    return {key: total[key] for key in ("jitter_ms", "lost_percent", "packets") if key in total}


def _add(collector: Collector, direction: str, received: Mapping[str, Any]) -> None:
    labels = {"direction": direction}
    rate = received.get("bits_per_second")
    if positive(rate) is not None:  # nothing arrived: not measured
        collector.add("network_bandwidth", rate, "bit/s", Statistic.MEAN, name=f"{direction}.bits_per_second", labels=labels)
    packets = whole(received.get("packets"))
    if packets:
        name = f"{direction}.jitter_ms"
        collector.add("network_jitter", received.get("jitter_ms"), "ms", Statistic.MEAN, name=name, labels=labels)
        name = f"{direction}.lost_percent"
        collector.add("packet_loss", received.get("lost_percent"), "%", Statistic.MEAN, name=name, samples=packets, labels=labels)


def _add_round_trips(collector: Collector, end: Mapping[str, Any]) -> None:
    """As the sending kernel saw them under this load; only the side that sent knows."""
    streams = [table(table(one).get("sender")) for one in rows(end.get("streams"))]
    for position, sender in enumerate(streams):
        labels = {"stream": str(position)} if len(streams) > 1 else {}
        for key, statistic in (("mean_rtt", Statistic.MEAN), ("min_rtt", Statistic.MIN), ("max_rtt", Statistic.MAX)):
            if positive(sender.get(key)) is not None:
                name = f"streams[{position}].{key}"
                collector.add("network_latency", sender[key], "us", statistic, name=name, labels=labels | {"under": "load"})


def _checks(
    record: Mapping[str, Any], start: Mapping[str, Any], end: Mapping[str, Any], collector: Collector
) -> Iterator[validity.Found]:
    if record.get("error") is not None:
        yield Flaw.INCOMPLETE, f"iperf3: {clean(text(record['error'])) or 'an error'}"
    if not any(one.metric == "network_bandwidth" for one in collector.readings):
        yield Flaw.ALL_FAILED, "nothing arrived"
    yield _busy(start, end)
    wanted = positive(within(start, "test_start", "target_bitrate"))
    sent = number(within(end, "sum_sent", "bits_per_second"))
    yield validity.generator_saturated(wanted, sent)


def _busy(start: Mapping[str, Any], end: Mapping[str, Any]) -> validity.Found:
    found = _VERSION.match(text(start.get("version")))
    streams = whole(within(start, "test_start", "num_streams")) or 1
    threads = streams if found and (int(found[1]), int(found[2])) >= _THREADED else 1
    for side in ("host", "remote"):
        used = number(within(end, "cpu_utilization_percent", f"{side}_total"))
        if used is not None and used >= BUSY * threads:
            return Flaw.GENERATOR_SATURATED, f"{side}: {used:.0f} % of a core for {threads} threads: the processor was the limit"
    return None


def _key(start: Mapping[str, Any], end: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """Client and server know a test by the same cookie."""
    cookie = text(start.get("cookie"))
    if cookie:
        return run_key(TOOL, cookie)
    sums = [within(end, one, "bytes") for one in ("sum_sent", "sum_received", "sum")]
    return run_key(TOOL, within(start, "timestamp", "timesecs"), text(record.get("error")), *sums)


def _unread(record: Mapping[str, Any], end: Mapping[str, Any], collector: Collector) -> dict[str, Any]:
    """No addresses: `connected` and `connecting_to` are left out, as are the intervals."""
    rest = {key: value for key, value in record.items() if key not in ("start", "intervals", "end", "error")}
    rest |= {key: value for key, value in end.items() if key not in ("streams", "sum_received", "sum_received_bidir_reverse")}
    return tidy(rest | ({"refused": collector.refused} if collector.refused else {}))


IMPORTER = Importer(
    tool=TOOL,
    label="iperf3",
    looks_for="the output of --json or --json-stream",
    recognise=recognise,
    read=read,
)
