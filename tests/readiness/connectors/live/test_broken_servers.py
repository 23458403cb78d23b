"""What misbehaves at the address of a Prometheus, through the real door: an error that says what to do next, in time, and never
a value."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from portfolio.kit.egress.errors import BadAnswer, NoAnswer
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.http import Http
from readiness.connectors.prometheus.connector import CONNECTOR
from tests.portfolio.kit.rogue import Authority, Script, closed, deaf, moved, ok, saying, serving
from tests.portfolio.kit.test_egress_servers import BREAKS, silent
from tests.readiness.connectors.live.asking import one, pulled, runs, visiting
from tests.readiness.connectors.live.synthetic import END

pytestmark = pytest.mark.usefixtures("opened")

DEADLINE_S, MAX_BYTES = 0.5, 2**20
ASK = {"queries": [{"query": "x", "metric": "queue_length", "unit": "requests"}], "first_days": 0}
RECOVERY: dict[type[Exception], tuple[type[ConnectorError], ...]] = {NoAnswer: (Retryable,), BadAnswer: (Fatal,)}


def body(value: str = "3") -> bytes:
    result = [{"metric": {}, "value": [END, value]}]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


def refused(
    port: int, *, ca: str | None = None, scheme: str = "http", host: str = "metrics.test", **config: Any
) -> ConnectorError:
    """Of a pull."""
    config = {"address": f"{scheme}://{host}:{port}", **config}
    with pytest.raises(ConnectorError) as failed:
        pulled(config, ASK, until=END + 120, deadline_s=DEADLINE_S, max_bytes=MAX_BYTES, ca=ca)
    return failed.value


def refused_test(port: int) -> ConnectorError:
    with visiting(deadline_s=DEADLINE_S, max_bytes=MAX_BYTES) as client, pytest.raises(ConnectorError) as failed:
        CONNECTOR.test({"address": f"http://metrics.test:{port}"}, Http(client))
    return failed.value


def status(code: int, content: bytes = b"", *headers: str) -> Script:
    return saying("\r\n".join([f"HTTP/1.1 {code} X", f"Content-Length: {len(content)}", *headers, "", ""]).encode() + content)


def test_a_sound_answer_comes_through_packed_or_not() -> None:
    for answer in (ok(body()), ok(gzip.compress(body()), "Content-Encoding: gzip")):
        with serving(saying(answer)) as rogue:
            found = pulled({"address": f"http://metrics.test:{rogue.port}"}, ASK, until=END + 120)
        (run,) = runs(found)
        assert one(run).value == 3


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_answer_is_an_error_in_time(what: str) -> None:
    script, expected = BREAKS[what]
    with serving(script, repeat=False) as rogue:
        error = refused(rogue.port)
    assert isinstance(error, RECOVERY.get(expected, (Retryable, Fatal))), what


def test_closed_filtered_and_silent_ports_are_told_alike() -> None:
    with deaf() as filtered, serving(silent) as hanging:
        told = {(type(error), error.text) for error in map(refused, (closed(), filtered, hanging.port))}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("script", "kind", "field"),
    [
        (status(401), BadConfig, "auth"),
        (status(403), BadConfig, "auth"),
        (status(404, b"404 page not found"), BadConfig, "address"),
        (status(503, b"Service Unavailable"), Retryable, None),
        (status(502, b"<html>bad gateway</html>"), Retryable, None),
        (status(429), Retryable, None),
        (status(307, b""), Fatal, None),
        (moved("http://metrics.test/login"), Fatal, None),
        (moved("/graph", 308), Fatal, None),
        (saying(ok(b"<!doctype html><title>Sign in</title>", "Content-Type: text/html")), Fatal, None),
        (saying(ok(body()[:-20])), Fatal, None),
        (saying(ok(b"")), Fatal, None),
        (saying(ok(b'{"status":"success","data":{"resultType":"vector","result":{"a":1}}}')), Fatal, None),
        (saying(ok(b'{"data":' * 100_000)), Fatal, None),
        (saying(ok(b'{"status":"error","errorType":"unavailable","error":"starting"}')), Retryable, None),
    ],
)
def test_an_answer_that_is_none_says_what_to_do(script: Script, kind: type[ConnectorError], field: str | None) -> None:
    with serving(script) as rogue:
        error, tested = refused(rogue.port), refused_test(rogue.port)
    assert type(error) is type(tested) is kind
    assert getattr(error, "field", None) == field


def test_a_busy_server_says_when_to_come_back() -> None:
    with serving(status(429, b"", "Retry-After: 77")) as rogue:
        error = refused(rogue.port)
    assert isinstance(error, Retryable)
    assert error.retry_after_s == 77


def test_a_refused_query_is_the_feeds_to_mend() -> None:
    answer = status(
        400, b'{"status":"error","errorType":"bad_data","error":"1:1: parse error"}', "Content-Type: application/json"
    )
    with serving(answer) as rogue, pytest.raises(BadConfig, match=r"query 1 \(queue_length point\): .*parse error") as failed:
        pulled({"address": f"http://metrics.test:{rogue.port}"}, ASK, until=END + 120)
    assert failed.value.field == "queries"


@pytest.mark.parametrize("wrong", ["signed by nobody we know", "another name", "expired"])
def test_a_wrong_certificate_is_the_sources_to_mend_and_sees_no_token(authority: Authority, wrong: str) -> None:
    name = "other.test" if wrong == "another name" else "metrics.test"
    tls = authority.context(name, days=-1 if wrong == "expired" else 30)
    ca = None if wrong == "signed by nobody we know" else authority.pem
    with serving(saying(ok(body())), tls=tls) as rogue:
        error = refused(rogue.port, scheme="https", ca=ca, auth="bearer", token="canary-canary")
    assert isinstance(error, BadConfig)
    assert error.field == "ca"
    assert rogue.hits == 0


def test_a_right_certificate_is_trusted(authority: Authority) -> None:
    with serving(saying(ok(body())), tls=authority.context("metrics.test")) as rogue:
        config = {"address": f"https://metrics.test:{rogue.port}", "ca": authority.pem}
        assert runs(pulled(config, ASK, until=END + 120, ca=authority.pem))[0].valid


@pytest.mark.parametrize("place", [("metrics.test", 80), ("169.254.169.254", 9090), ("127.0.0.2", 9090)])
def test_what_the_operator_has_not_opened_is_the_address_to_mend(place: tuple[str, int]) -> None:
    host, port = place
    error = refused(port, host=host)
    assert isinstance(error, BadConfig)
    assert error.field == "address"


def test_no_request_follows_the_one_that_failed() -> None:
    ask = {**ASK, "queries": [{**ASK["queries"][0], "name": str(at), "labels": {"n": str(at)}} for at in range(20)]}  # type: ignore[index]
    with serving(status(503)) as rogue, pytest.raises(Retryable):
        pulled({"address": f"http://metrics.test:{rogue.port}"}, ask, until=END + 120)
    assert rogue.hits == 1
