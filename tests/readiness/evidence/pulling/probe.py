"""A connector of the tests: it reads [second, value] pairs of a named series, for the seconds that it has not read yet.

GET <address>/series/<name>?since=<second>&until=<second>  ->  {"points": [[second, value], ...]}
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

from readiness.connectors import access, registry
from readiness.connectors.contract import Kind, Reading, Run, Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.identity import run_key
from readiness.connectors.live import Ask, Batch, Config, ConfigField, Connector, Payload, Span, Tested
from readiness.connectors.payload import parse_json
from readiness.connectors.values import rows, table

KIND = "probe"
LETHAL = "lethal"  # a series over which the process dies, as over a segfaulting parser
FIELDS = (access.ADDRESS, *access.SIGN_IN, access.CA)
ASK_FIELDS = (ConfigField("series", "Series", required=True), ConfigField("until", "Read until"))


def check(config: Config) -> None:
    access.check_values(FIELDS, config)
    access.check_access(config)


def check_ask(ask: Ask) -> None:
    access.check_values(ASK_FIELDS, ask)
    if "/" in str(ask.get("series")):
        raise BadConfig("a name without a slash is expected", "series")


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    name = str(ask["series"])
    if name == LETHAL:
        os.kill(os.getpid(), signal.SIGKILL)
    since = int(span.since.timestamp()) if span.since else 0
    until = int(span.until.timestamp())
    signed = access.signed_in(http, config)
    body = signed.get(f"/series/{quote(name)}", params={"since": str(since), "until": str(until)})
    told = table(parse_json(body))
    readings = tuple(_reading(name, *one) for one in rows(told.get("points")))
    last = int(told.get("read_to", until))
    key = run_key(KIND, name, since, last)
    run = Run(Kind.TELEMETRY, KIND, KIND, "", key, readings, name=name, ended_at=_at(last))
    yield Batch((run,) if readings else (), Payload(f"{name} from {since}", body), _at(last))


def _reading(name: str, second: float, value: float, pod: int = 0) -> Reading:
    return Reading("queue_length", float(value), Statistic.POINT, labels={"series": name, "pod": str(pod)}, at=_at(int(second)))


def test(config: Config, http: Http) -> Tested:
    told = table(parse_json(access.signed_in(http, config).get("/version")))
    return Tested(str(told.get("version", "")), ("it answers",))


def _names(config: Config, http: Http) -> tuple[tuple[str, str], ...]:
    told = table(parse_json(access.signed_in(http, config).get("/names")))
    return tuple((str(name), str(name)) for name in rows(told.get("names")))


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


CONNECTOR = Connector(
    kind=KIND,
    label="Probe",
    about="Of the tests.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    pull=pull,
    discover={"series": _names},
)


def install() -> None:
    """For the rest of this process."""
    if CONNECTOR not in registry.CONNECTORS:
        registry.CONNECTORS = (*registry.CONNECTORS, CONNECTOR)


@contextmanager
def installed() -> Iterator[None]:
    before = registry.CONNECTORS
    install()
    try:
        yield
    finally:
        registry.CONNECTORS = before
